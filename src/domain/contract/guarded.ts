import picomatch from 'picomatch'
import { folderOf, lastPart } from './test-places.ts'

/**
 * Names that may not newly appear, because a runner, an interpreter or a package manager would take them up by itself.
 * Matched at any depth. Languages that the repository does not use are left out.
 */
const anywhere: Readonly<Record<'all' | 'javascript' | 'python' | 'rust' | 'go' | 'other', readonly string[]>> = {
  all: ['**/{GNUmakefile,makefile,Makefile,justfile,Justfile,.justfile}', '**/.env', '**/.env.{local,test,development,production,ci}*'],
  javascript: [
    '**/package.json', '**/node_modules/**', '**/{.npmrc,.yarnrc,.yarnrc.yml,.pnpmfile.cjs,.pnpmfile.mjs,pnpm-workspace.yaml,lerna.json,nx.json,turbo.json,bunfig.toml,deno.json,deno.jsonc}',
    '**/.pnp.*', '**/{package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,bun.lock,bun.lockb}',
    '**/{tsconfig,jsconfig}*.json', '**/{jest,vitest,vite,ava,babel,playwright,cypress,node}.config.*', '**/{vitest,vite}.workspace.*', '**/karma.conf.*',
    '**/{.mocharc,.babelrc,.taprc,.nycrc,.c8rc,.swcrc,.jestrc}*', '**/__mocks__/**', '**/__snapshots__/**', '**/*.snap', '**/jest{.,-}setup*', '**/vitest{.,-}setup*',
  ],
  python: [
    '**/{conftest,sitecustomize,usercustomize,noxfile}.py', '**/*.pth', '**/{pytest.ini,.pytest.ini,pytest.toml,.pytest.toml,tox.ini,setup.cfg,pyproject.toml,.coveragerc,pyvenv.cfg}',
    '**/{unittest,pytest,_pytest,pluggy,nose,nose2,doctest}.py', '**/{unittest,pytest,_pytest,pluggy,nose,nose2}/**', '**/*.{egg-info,dist-info}/**', '**/*.egg-link',
    '**/{test,tests}/__init__.py', '**/{test,tests}/**/__init__.py', '**/__pycache__/**', '**/*.pyc', '**/*.so',
  ],
  rust: ['**/.cargo/**', '**/build.rs', '**/rust-toolchain*', '**/Cargo.toml'],
  go: ['**/go.work', '**/go.mod', '**/vendor/**'],
  other: ['**/{phpunit.xml,phpunit.xml.dist,.rspec,Rakefile,Directory.Build.props,Directory.Build.targets,gradle.properties}'],
}

/** Modules of Python's standard library that a test run imports: a file of that name on its path would be taken instead. */
const standardModules =
  'abc argparse ast asyncio base64 bisect builtins calendar cmd code codecs collections concurrent contextlib contextvars copy copyreg csv ctypes dataclasses ' +
  'datetime decimal difflib dis email encodings enum errno faulthandler fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac html http importlib ' +
  'inspect io itertools json keyword linecache locale logging math mimetypes numbers opcode operator os pathlib pdb pickle pkgutil platform posixpath pprint ' +
  'queue random re reprlib runpy secrets selectors shlex shutil signal site socket sqlite3 ssl stat string struct subprocess sys sysconfig tempfile textwrap ' +
  'threading time timeit token tokenize traceback tracemalloc types typing unicodedata urllib uuid warnings weakref xml zipfile zlib zoneinfo'

const maxRoots = 20

/** Folders that Python may search for modules: those with Python in them that are no packages themselves. */
function searchRoots(files: readonly string[]): readonly string[] {
  const packages = new Set(files.filter((file) => lastPart(file) === '__init__.py').map(folderOf))
  const roots = new Set(files.filter((file) => file.endsWith('.py')).map(folderOf))
  for (const folder of packages) roots.add(folderOf(folder))
  return ['', ...[...roots].filter((folder) => folder !== '' && !packages.has(folder)).toSorted()].slice(0, maxRoots)
}

/** A glob that only this path matches. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@]/g, '\\$&')
}

function shadowingGlobs(files: readonly string[]): readonly string[] {
  const there = new Set(files.map((file) => file.replace(/\.py$/, '')))
  return searchRoots(files).map((root) => {
    const at = root === '' ? '' : `${root}/`
    const names = standardModules.split(' ').filter((name) => !there.has(`${at}${name}`) && !files.some((file) => file.startsWith(`${at}${name}/`)))
    return `${escapeGlob(at)}{${names.join(',')}}{.py,/**}`
  })
}

/** Globs of names that may not newly appear in this repository. */
export function globsFor(files: readonly string[], commands: readonly string[]): string[] {
  const text = commands.join('\n')
  const uses = (extension: RegExp, tool: RegExp): boolean => files.some((file) => extension.test(file)) || tool.test(text)
  const python = uses(/\.py$/, /\b(python3?|pytest|tox|nox)\b/)
  return [
    ...anywhere.all,
    ...(uses(/(\.[cm]?[jt]sx?|package\.json)$/, /\b(node|npm|npx|yarn|pnpm|bun|deno)\b/) ? anywhere.javascript : []),
    ...(python ? [...anywhere.python, ...shadowingGlobs(files)] : []),
    ...(uses(/\.rs$/, /\bcargo\b/) ? anywhere.rust : []),
    ...(uses(/\.go$/, /\bgo\b/) ? anywhere.go : []),
    ...anywhere.other,
  ]
}

const compiled = new WeakMap<readonly string[], (path: string) => boolean>()

/** Does one of the globs match? Compiled once per list. */
export function matchesAny(globs: readonly string[], path: string): boolean {
  if (globs.length === 0) return false
  let match = compiled.get(globs)
  if (match === undefined) {
    match = picomatch([...globs], { dot: true })
    compiled.set(globs, match)
  }
  return match(path)
}
