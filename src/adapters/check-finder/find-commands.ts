import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import type { BaseFiles } from '../../engine/ports/workspace.ts'

export interface FoundCommand {
  readonly command: string
  readonly why: string
}

interface Source {
  readonly files: readonly string[]
  readonly has: (path: string) => boolean
  readonly text: (path: string) => Promise<string | undefined>
}

const Manifest = z.lazy(() => z.object({
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  workspaces: z.unknown().optional(),
}))

const noTests = /no test specified/i
/** A script that would change files, watch for ever or only lint is no acceptance check. */
const notAcceptance = /watch|:fix|update|debug|coverage|cov$|ui$|bench|perf|e2e:open|(^|:)(dev|serve|only)$/
const maxChecks = 6

async function findManifest(source: Source, path: string): Promise<z.infer<typeof Manifest> | undefined> {
  const text = await source.text(path)
  if (text === undefined) return undefined
  try {
    return Manifest.safeParse(JSON.parse(text)).data
  } catch {
    // A package.json that is no JSON names no scripts.
    return undefined
  }
}

function managerOf(source: Source, manifest: z.infer<typeof Manifest>): string {
  const named = /^(npm|yarn|pnpm|bun)@/.exec(manifest.packageManager ?? '')?.[1]
  if (named !== undefined) return named
  if (source.has('pnpm-lock.yaml')) return 'pnpm'
  if (source.has('yarn.lock')) return 'yarn'
  return source.has('bun.lock') || source.has('bun.lockb') ? 'bun' : 'npm'
}

function toScriptCommand(manager: string, name: string): string {
  return name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`
}

async function findPackageScripts(source: Source): Promise<readonly FoundCommand[]> {
  const manifest = await findManifest(source, 'package.json')
  if (manifest === undefined) return []
  const manager = managerOf(source, manifest)
  const scripts = Object.entries(manifest.scripts ?? {}).filter(([, text]) => !noTests.test(text) && text.trim() !== '')
  const test = scripts.find(([name]) => name === 'test')
  const others = scripts.filter(([name]) => /^(tests?|unit|spec)([:-]|$)/.test(name) && name !== 'test' && !notAcceptance.test(name) && !/--watch\b/.test(manifest.scripts?.[name] ?? ''))
  // What the test script itself starts need not be run twice.
  const extra = others.filter(([name, text]) => !(test !== undefined && (mentions(test[1], name) || test[1] === text || /run-[sp]|npm-run-all|concurrently/.test(test[1]))))
  const found = [...(test === undefined ? [] : [test]), ...extra].map(([name, text]) => ({ command: toScriptCommand(manager, name), why: `package.json has a ${name} script: ${text.slice(0, 120)}` }))
  if (found.length > 0 || manifest.workspaces === undefined) return found
  return findWorkspaceScripts(source, manager)
}

function mentions(text: string, name: string): boolean {
  return text.split(/[\s"'&|;]+/).includes(name)
}

async function findWorkspaceScripts(source: Source, manager: string): Promise<readonly FoundCommand[]> {
  const manifests = source.files.filter((file) => file.endsWith('/package.json') && !file.includes('node_modules/')).slice(0, 200)
  for (const path of manifests) {
    const script = (await findManifest(source, path))?.scripts?.['test']
    if (script === undefined || noTests.test(script)) continue
    const command = manager === 'npm' ? 'npm test --workspaces --if-present' : manager === 'pnpm' ? 'pnpm -r test' : manager === 'yarn' ? 'yarn workspaces run test' : "bun run --filter '*' test"
    return [{ command, why: `the workspaces have test scripts (${path}: ${script.slice(0, 80)})` }]
  }
  return []
}

/** Node's own runner picks tests up by name; that is a check where nothing else is named. */
function findBareNodeTests(source: Source): readonly FoundCommand[] {
  const test = source.files.find((file) => /\.test\.[cm]?[jt]s$|(^|\/)test\/[^/]+\.[cm]?js$/.test(file) && !file.includes('node_modules/'))
  return test === undefined || !source.has('package.json') ? [] : [{ command: 'node --test', why: `${test} looks like a test, and package.json names no test script` }]
}

const Pyproject = z.lazy(() => z.object({
  tool: z.object({ pytest: z.unknown().optional(), hatch: z.unknown().optional(), tox: z.unknown().optional() }).optional().catch(undefined),
}))

async function whyPytest(source: Source): Promise<string | undefined> {
  for (const path of ['pytest.ini', '.pytest.ini', 'conftest.py', 'tests/conftest.py', 'test/conftest.py']) if (source.has(path)) return `${path} is there`
  const pyproject = await source.text('pyproject.toml')
  if (pyproject !== undefined) {
    const parsed = findToml(pyproject)
    if (Pyproject.safeParse(parsed).data?.tool?.pytest !== undefined) return 'pyproject.toml configures pytest'
    if (/["']pytest\b/.test(pyproject) || /^pytest\s*=/m.test(pyproject)) return 'pyproject.toml depends on pytest'
  }
  const setup = await source.text('setup.cfg')
  if (setup !== undefined && /^\[tool:pytest\]/m.test(setup)) return 'setup.cfg configures pytest'
  const tox = await source.text('tox.ini')
  if (tox !== undefined && /^\[pytest\]|^\s*(commands\s*=\s*)?(python -m )?pytest\b/m.test(tox)) return 'tox.ini runs pytest'
  for (const path of source.files.filter((file) => /^(requirements|dev-requirements|test-requirements)[\w.-]*\.txt$|^requirements\/[\w.-]+\.txt$/.test(file)).slice(0, 10)) {
    if (/^pytest\b/m.test((await source.text(path)) ?? '')) return `${path} names pytest`
  }
  const tests = source.files.filter((file) => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(file)).slice(0, 20)
  for (const path of tests) {
    const text = (await source.text(path)) ?? ''
    if (/^\s*(import pytest|from pytest import)/m.test(text)) return `${path} imports pytest`
    // unittest would find nothing in it, and call that a success.
    if (/^(async )?def test\w*\(/m.test(text) && !/\bunittest\b|^class \w*Test/m.test(text)) return `${path} has tests that are plain functions, which pytest runs`
  }
  return undefined
}

function findToml(text: string): unknown {
  try {
    return parseToml(text)
  } catch {
    // Not TOML: it configures nothing that we could read.
    return undefined
  }
}

/** `discover` arguments for where the unittest files lie; packages are found from the folder above the outermost one. */
function toDiscover(source: Source, folder: string): string {
  if (folder === '') return 'python3 -m unittest discover'
  let top = folder
  while (top !== '' && source.has(`${top}/__init__.py`)) top = top.includes('/') ? top.slice(0, top.lastIndexOf('/')) : ''
  return top === folder ? `python3 -m unittest discover -s ${folder}` : `python3 -m unittest discover -s ${folder} -t ${top === '' ? '.' : top}`
}

const Packaging = z.lazy(() => z.object({
  tool: z.object({
    setuptools: z.object({
      'package-dir': z.record(z.string(), z.string()).optional().catch(undefined),
      packages: z.object({ find: z.object({ where: z.array(z.string()).optional().catch(undefined) }).optional().catch(undefined) }).optional().catch(undefined),
    }).optional().catch(undefined),
    pytest: z.object({ ini_options: z.object({ pythonpath: z.unknown() }).optional().catch(undefined) }).optional().catch(undefined),
  }).optional().catch(undefined),
}))

const plainFolder = /^[\w.-]+(\/[\w.-]+)*$/

/**
 * The folder in which a project keeps its packages where that is not the root: nothing finds them there unless they are
 * installed, so the command must say so. Undefined where pytest's own settings say it, or nothing lies there.
 */
async function findPackageFolder(source: Source, pytest: boolean): Promise<string | undefined> {
  const tool = Packaging.safeParse(findToml((await source.text('pyproject.toml')) ?? '')).data?.tool
  if (pytest) {
    if (tool?.pytest?.ini_options?.pythonpath !== undefined) return undefined
    for (const path of ['pytest.ini', '.pytest.ini', 'tox.ini', 'setup.cfg']) if (/^\s*pythonpath\s*=/m.test((await source.text(path)) ?? '')) return undefined
  }
  const said = [tool?.setuptools?.['package-dir']?.[''], tool?.setuptools?.packages?.find?.where?.[0], 'src']
  return said.find((folder) => folder !== undefined && plainFolder.test(folder) && folder !== '.' && holdsPackages(source, folder))
}

/** Python modules right in the folder or one below it, and the folder itself is no package that is imported by its name. */
function holdsPackages(source: Source, folder: string): boolean {
  if (source.has(`${folder}/__init__.py`)) return false
  const prefix = `${folder}/`
  return source.files.some((file) => file.startsWith(prefix) && /^([^/]+\/__init__\.py|[^/]+\.py)$/.test(file.slice(prefix.length)))
}

/** Do tests import from the folder by its own name (`from src.a import b`)? Then the root is where they are found. */
async function namesFolder(source: Source, tests: readonly string[], folder: string): Promise<boolean> {
  const pattern = new RegExp(`^\\s*(from|import)\\s+${folder.replaceAll('/', '\\.')}[.\\s]`, 'm')
  for (const path of tests.slice(0, 20)) if (pattern.test((await source.text(path)) ?? '')) return true
  return false
}

async function findPython(source: Source): Promise<readonly FoundCommand[]> {
  const tests = source.files.filter((file) => /(^|\/)test[^/]*\.py$|_test\.py$/.test(file) && !/(^|\/)(node_modules|site-packages|\.venv|venv)\//.test(file))
  if (tests.length === 0) return []
  const pytest = await whyPytest(source)
  const folder = await findPackageFolder(source, pytest !== undefined)
  const from = folder === undefined || (await namesFolder(source, tests, folder)) ? undefined : folder
  const found = findPythonRunner(source, tests, pytest)
  return from === undefined ? found : found.map(({ command, why }) => ({ command: `PYTHONPATH=${from} ${command}`, why: `${why}; the packages lie in ${from}/` }))
}

function findPythonRunner(source: Source, tests: readonly string[], pytest: string | undefined): readonly FoundCommand[] {
  if (pytest !== undefined) return [{ command: 'python3 -m pytest', why: pytest }]
  if (source.has('manage.py')) return [{ command: 'python3 manage.py test', why: 'manage.py is there: a Django project' }]
  const folders = [...new Set(tests.filter((file) => /(^|\/)test[^/]*\.py$/.test(file)).map((file) => file.slice(0, Math.max(0, file.lastIndexOf('/')))))].toSorted((a, b) => a.length - b.length || a.localeCompare(b))
  const outermost = folders.filter((folder) => !folders.some((other) => other !== folder && (other === '' || folder.startsWith(`${other}/`))))
  return outermost.slice(0, 3).map((folder) => ({
    command: toDiscover(source, folder),
    why: `${tests.find((file) => file.startsWith(folder)) ?? tests[0]} is a test, and nothing in the repository speaks of pytest`,
  }))
}

async function findTargets(source: Source): Promise<readonly FoundCommand[]> {
  for (const path of ['GNUmakefile', 'makefile', 'Makefile']) {
    const target = /^(test|tests|check)\s*:(?!=)/m.exec((await source.text(path)) ?? '')?.[1]
    if (target !== undefined) return [{ command: `make ${target}`, why: `${path} has a ${target} target` }]
  }
  for (const path of ['justfile', 'Justfile', '.justfile']) {
    const recipe = /^(test|tests|check)\b[^:=\n]*:(?!=)/m.exec((await source.text(path)) ?? '')?.[1]
    if (recipe !== undefined) return [{ command: `just ${recipe}`, why: `${path} has a ${recipe} recipe` }]
  }
  return []
}

const byFile: readonly { readonly file: RegExp; readonly command: (path: string) => string; readonly needs?: RegExp }[] = [
  { file: /^Cargo\.toml$/, command: () => 'cargo test' },
  { file: /^go\.mod$/, command: () => 'go test ./...', needs: /_test\.go$/ },
  { file: /^pom\.xml$/, command: () => 'mvn -q -B test' },
  { file: /^gradlew$/, command: () => './gradlew test' },
  { file: /^build\.gradle(\.kts)?$/, command: () => 'gradle test' },
  { file: /^[^/]+\.sln$/, command: () => 'dotnet test' },
  { file: /^mix\.exs$/, command: () => 'mix test' },
  { file: /^Package\.swift$/, command: () => 'swift test' },
  { file: /^deno\.jsonc?$/, command: () => 'deno test', needs: /[._]test\.[jt]sx?$/ },
  { file: /^phpunit\.xml(\.dist)?$/, command: () => 'vendor/bin/phpunit' },
  { file: /^Rakefile$/, command: () => 'bundle exec rake test', needs: /^test\// },
  { file: /^\.rspec$/, command: () => 'bundle exec rspec' },
]

async function findBuildTools(source: Source): Promise<readonly FoundCommand[]> {
  const composer = await source.text('composer.json')
  const found = byFile.flatMap(({ file, command, needs }) => {
    const path = source.files.find((one) => file.test(one))
    if (path === undefined || (needs !== undefined && !source.files.some((one) => needs.test(one)))) return []
    return [{ command: command(path), why: `${path} is there` }]
  })
  if (composer !== undefined && /"test"\s*:/.test(composer)) return [{ command: 'composer test', why: 'composer.json has a test script' }]
  // One build tool: a wrapper and the tool itself are the same tests.
  return found.filter((one, n) => !(one.command === 'gradle test' && found.slice(0, n).some((other) => other.command === './gradlew test')))
}

/** Commands that this repository itself names as its tests, strongest first: at most six. */
export async function findCommands(base: Pick<BaseFiles, 'list' | 'read'>): Promise<readonly FoundCommand[]> {
  const files = await base.list()
  const names = new Set(files)
  const source: Source = {
    files,
    has: (path) => names.has(path),
    text: async (path) => {
      if (!names.has(path)) return undefined
      const bytes = await base.read(path)
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
    },
  }
  const scripts = await findPackageScripts(source)
  const targets = await findTargets(source)
  const tools = await findBuildTools(source)
  const python = await findPython(source)
  // A make target usually starts what the other files name: it is taken where nothing more exact is there.
  const exact = [...scripts, ...(covers(scripts, 'python') ? [] : python), ...tools]
  const all = exact.length > 0 ? exact : targets.length > 0 ? targets : findBareNodeTests(source)
  return all.filter((one, n) => all.findIndex((other) => other.command === one.command) === n).slice(0, maxChecks)
}

function covers(found: readonly FoundCommand[], word: string): boolean {
  return found.some((one) => one.why.includes(word) || one.why.includes('pytest'))
}
