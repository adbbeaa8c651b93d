type Use = { name: string; from: string }

/** File → what its presence says is used. */
const byFile: readonly (readonly [RegExp, string])[] = [
  [/^package-lock\.json$/, 'npm'], [/^pnpm-lock\.yaml$/, 'pnpm'], [/^yarn\.lock$/, 'yarn'], [/^bun\.lockb?$/, 'bun'], [/^deno\.jsonc?$/, 'deno'],
  [/^uv\.lock$/, 'uv'], [/^poetry\.lock$/, 'poetry'], [/^Pipfile$/, 'pipenv'], [/^pytest\.ini$/, 'pytest'], [/^tox\.ini$/, 'tox'],
  [/^go\.mod$/, 'go'], [/^Cargo\.toml$/, 'cargo'], [/^pom\.xml$/, 'maven'], [/^build\.gradle(\.kts)?$/, 'gradle'], [/\.(sln|csproj)$/, 'dotnet'],
  [/^Gemfile$/, 'bundler'], [/^composer\.json$/, 'composer'], [/^CMakeLists\.txt$/, 'cmake'], [/^(GNU)?[Mm]akefile$/, 'make'], [/^justfile$/, 'just'],
  [/^vitest\.config\.\w+$/, 'vitest'], [/^jest\.config\.\w+$/, 'jest'], [/^\.mocharc(\.\w+)?$/, 'mocha'], [/^tsconfig\.json$/, 'typescript'],
  [/^biome\.jsonc?$/, 'biome'], [/^eslint\.config\.\w+$/, 'eslint'], [/^ruff\.toml$/, 'ruff'],
]

/** Dependency or script word in package.json → runner or tool. */
const byPackage = ['vitest', 'jest', 'mocha', 'ava', 'tap', 'typescript', 'tsx', 'eslint', '@biomejs/biome', 'oxlint', 'prettier']

/** Package managers, runners and tools that the repository's own files name, each with the file that says so. */
export function findUses(files: readonly string[], texts: ReadonlyMap<string, string>): Use[] {
  const uses: Use[] = []
  const add = (name: string, from: string) => {
    if (!uses.some((use) => use.name === name)) uses.push({ name, from })
  }
  for (const path of files) {
    if (path.includes('/')) continue
    for (const [pattern, name] of byFile) if (pattern.test(path)) add(name, path)
  }
  const manifest = parseManifest(texts.get('package.json'))
  if (manifest) {
    const scripts = Object.values(manifest.scripts ?? {}).join('\n')
    if (/\bnode\b[^\n]*--test\b/.test(scripts)) add('node:test', 'package.json')
    for (const name of byPackage) if (manifest.devDependencies?.[name] !== undefined || manifest.dependencies?.[name] !== undefined) add(name, 'package.json')
    const manager = /^(\w+)@/.exec(manifest.packageManager ?? '')?.[1]
    if (manager) add(manager, 'package.json')
    else if (!uses.some((use) => ['npm', 'pnpm', 'yarn', 'bun'].includes(use.name))) add('npm', 'package.json')
  }
  const pyproject = texts.get('pyproject.toml') ?? ''
  if (/^\[tool\.pytest/m.test(pyproject) || /\bpytest\b/.test(pyproject)) add('pytest', 'pyproject.toml')
  if (/^\[tool\.ruff/m.test(pyproject)) add('ruff', 'pyproject.toml')
  if (/^\[tool\.mypy/m.test(pyproject)) add('mypy', 'pyproject.toml')
  for (const name of ['requirements.txt', 'requirements-dev.txt']) if (/^pytest\b/m.test(texts.get(name) ?? '')) add('pytest', name)
  return uses.slice(0, 40)
}

/** Programs worth a look for this repository; what is missing of the first group is told even where nothing names it. */
export function wantedPrograms(files: readonly string[], uses: readonly Use[]): { always: readonly string[]; related: readonly string[] } {
  const related = new Set<string>()
  const has = (pattern: RegExp) => files.some((path) => pattern.test(path))
  if (has(/\.(m|c)?[jt]sx?$/) || files.includes('package.json')) related.add('node').add('npm')
  if (has(/\.py$/)) related.add('python3').add('pip').add('pytest')
  if (has(/\.go$/)) related.add('go')
  if (has(/\.rs$/)) related.add('cargo')
  if (has(/\.java$/)) related.add('java')
  if (has(/\.(c|cc|cpp|h)$/)) related.add('gcc').add('make').add('cmake')
  if (has(/\.rb$/)) related.add('ruby')
  if (has(/\.php$/)) related.add('php')
  const programs: Readonly<Record<string, string>> = { pnpm: 'pnpm', yarn: 'yarn', bun: 'bun', deno: 'deno', uv: 'uv', poetry: 'poetry', make: 'make', just: 'just', maven: 'mvn', gradle: 'gradle', dotnet: 'dotnet', bundler: 'bundle', composer: 'composer', cmake: 'cmake', tox: 'tox' }
  for (const use of uses) {
    const program = programs[use.name]
    if (program) related.add(program)
  }
  return { always: ['git', 'python3', 'jq', 'rg'], related: [...related] }
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly packageManager?: string
}

function parseManifest(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Manifest) : undefined
  } catch {
    return undefined // a manifest that does not parse says nothing here; the checks will
  }
}
