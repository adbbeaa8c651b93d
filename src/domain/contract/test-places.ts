/** Which files belong to tests, by name alone. One table per question; the first entry that fits says why. */

const testFolders = new Set([
  'test', 'tests', '__tests__', '__test__', 'spec', 'specs', 'e2e', 'testdata', '__snapshots__', '__mocks__', '__fixtures__', 'fixtures', 'cypress',
])

const testNames: readonly RegExp[] = [
  /\.(test|spec|e2e)\.[cm]?[jt]sx?$/,
  /[-_]test\.[cm]?[jt]sx?$/,
  /^test-[^/]*\.[cm]?[jt]sx?$/,
  /^tests?\.([cm]?[jt]sx?|py)$/,
  /^test_[^/]*\.py$/,
  /_tests?\.(py|go|rb|exs|c|cc|cpp|dart|php)$/,
  /_spec\.rb$/,
  /^test_[^/]*\.(rb|c|cc|cpp|sh)$/,
  /(Test|Tests|IT|TestCase|Spec)\.(java|kt|kts|cs|php|scala|groovy|swift)$/,
  /\.(test|tests)\.(sh|bats)$/,
  /\.bats$/,
]

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at === -1 ? '' : path.slice(0, at)
}

/** Is it a file that a runner picks up, going by its name? */
export function isTestFile(path: string): boolean {
  const name = lastPart(path)
  if (testNames.some((pattern) => pattern.test(name))) return true
  // Rust and Node take every file of these folders as a test.
  return /(^|\/)tests\/[^/]+\.rs$/.test(path) || /(^|\/)(test|__tests__)\/.*\.[cm]?[jt]sx?$/.test(path)
}

const fixtureFolders = new Set(['fixture', 'fixtures', '__fixtures__', '__testfixtures__', 'testdata', 'test-data', 'test_data'])

/** Does it lie where tests keep what they look at, which may be broken on purpose? */
export function isFixture(path: string): boolean {
  return path.split('/').slice(0, -1).some((part) => fixtureFolders.has(part))
}

/** A sentence when the file is a test or lies where tests keep what they need. */
export function whyTest(path: string): string | undefined {
  if (isTestFile(path)) return 'a test file'
  if (lastPart(path).endsWith('.snap')) return 'a snapshot that tests compare with'
  const folder = path.split('/').slice(0, -1).find((part) => testFolders.has(part))
  return folder === undefined ? undefined : `tests may use it: it lies below ${folder}/`
}
