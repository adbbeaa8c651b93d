import fs from 'node:fs'
import path from 'node:path'

/** A directory of the host that every command may read. */
export interface ReadOnlyRoot {
  readonly host: string
  readonly at: string
}

export interface Toolchains {
  readonly roots: readonly ReadOnlyRoot[]
  /** PATH inside. */
  readonly path: string
  /** Variables that tell tools where their toolchain is (`PYENV_ROOT`, `JAVA_HOME` …). */
  readonly env: Readonly<Record<string, string>>
}

/** Directories that hold the system's programs; the profile binds them whole. */
const SYSTEM_ROOTS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const DEFAULT_PATH = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin']

/** Under the home directory. Where a tool keeps credentials beside its programs, only the programs are named. */
const KNOWN_HOMES = [
  '.pyenv', '.rbenv', '.nodenv', '.goenv', '.jenv', '.rvm', '.gem/ruby', '.local/bin', '.local/lib', '.local/pipx',
  '.local/share/mise', '.local/share/fnm', '.local/share/uv', '.local/share/pipx', '.local/share/pnpm',
  '.local/share/rtx', '.nvm', '.fnm', '.volta', '.asdf', '.bun', '.deno', '.yarn', '.npm-global', '.rustup',
  '.cargo/bin', '.cargo/registry', '.cargo/git', '.sdkman', '.m2/repository', '.gradle/wrapper', 'go/bin', 'go/pkg',
  '.dotnet/sdk', '.dotnet/shared', '.dotnet/host', '.dotnet/tools', '.ghcup', '.cabal/bin', '.stack/programs',
  '.opam', '.elan', '.juliaup', '.swiftly', '.foundry/bin', '.linuxbrew', 'miniconda3', 'anaconda3', 'miniforge3',
]
const KNOWN_PLACES = ['/nix/store', '/home/linuxbrew/.linuxbrew']

/** Variables passed on, and which parts of what they name are bound ('' is the whole). */
const HOME_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  PYENV_ROOT: [''], NVM_DIR: [''], FNM_DIR: [''], VOLTA_HOME: [''], RUSTUP_HOME: [''], GOROOT: [''], JAVA_HOME: [''],
  SDKMAN_DIR: [''], ASDF_DIR: [''], ASDF_DATA_DIR: [''], MISE_DATA_DIR: [''], BUN_INSTALL: [''], DENO_INSTALL: [''],
  PNPM_HOME: [''], VIRTUAL_ENV: [''], CONDA_PREFIX: [''], RBENV_ROOT: [''], GOMODCACHE: [''],
  CARGO_HOME: ['bin', 'registry', 'git'], GOPATH: ['bin', 'pkg'],
}
const PLAIN_VARIABLES = ['PYENV_VERSION', 'RUSTUP_TOOLCHAIN', 'RBENV_VERSION', 'NODENV_VERSION', 'GOTOOLCHAIN']

/** Never bound themselves, whatever points at them; what lies below them may be. */
const TOO_WIDE = [
  '/', '/root', '/home', '/etc', '/var', '/tmp', '/run', '/proc', '/sys', '/dev', '/boot', '/mnt', '/media', '/srv',
  '/opt', '/snap', '/nix', '/Users',
]
const SECRET_PARTS = new Set(['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.config', '.mozilla', '.password-store'])
const SECRET_TREES = ['/etc', '/proc', '/sys', '/dev', '/boot']
/** Marks of an installation prefix: then the directory above `bin` is needed as well. */
const PREFIX_MARKS = ['lib', 'lib64', 'libexec', 'share', 'include', 'pyvenv.cfg', 'jre', 'release']
const MAX_LINKS = 4_000

export interface ToolchainOptions {
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** Never exposed, nor anything below. */
  readonly hidden: readonly string[]
}

/**
 * Finds the read-only directories that the user's PATH needs: each PATH directory outside the system's, the
 * installation that it belongs to, what its symbolic links lead to, and the well-known homes of version managers.
 */
export function discoverToolchains(options: ToolchainOptions): Toolchains {
  const found = new Map<string, string>()
  const add = (place: string): void => {
    const real = findRealPath(place)
    if (real === undefined || !isExposable(real, options) || !isExposable(place, options)) return
    if (!isSystem(place)) found.set(place, real)
    if (!isSystem(real)) found.set(real, real)
  }
  for (const known of KNOWN_HOMES) add(path.join(options.home, known))
  for (const known of KNOWN_PLACES) add(known)

  const env: Record<string, string> = {}
  for (const name of PLAIN_VARIABLES) if (options.env[name] !== undefined) env[name] = options.env[name]
  for (const [name, parts] of Object.entries(HOME_VARIABLES)) {
    const value = options.env[name]
    if (value === undefined || !path.isAbsolute(value) || !fs.existsSync(value)) continue
    env[name] = value
    for (const part of parts) add(path.join(value, part))
  }

  const entries = listPath(options.env['PATH'])
  for (const entry of entries) {
    if (!isSystem(entry)) add(toInstallation(entry))
  }
  let links = 0
  for (const entry of new Set([...entries, ...DEFAULT_PATH].map((dir) => findRealPath(dir) ?? dir))) {
    for (const target of linkTargets(entry)) {
      links += 1
      if (links > MAX_LINKS) break
      if (isSystem(target) || isBelowAny(target, [...found.values()])) continue
      const installation = toInstallation(path.dirname(target))
      // A lone link into a wide directory (say the home directory) needs that one file only.
      add(isExposable(installation, options) ? installation : target)
    }
  }
  const roots = withoutNested([...found].map(([at, host]) => ({ at, host })))
  const usable = entries.filter((entry) => isSystem(entry) || roots.some((root) => isBelow(entry, root.at)))
  return { roots, path: [...new Set([...usable, ...DEFAULT_PATH])].join(':'), env }
}

export interface ToolchainInputs {
  readonly variables: Readonly<Record<string, string>>
  /** A change of these directories (by modification time) may change the answer. */
  readonly listed: readonly string[]
  /** Of these only whether they are there. */
  readonly known: readonly string[]
}

/** What the answer of `discoverToolchains` depends on. */
export function toolchainInputs(options: ToolchainOptions): ToolchainInputs {
  const names = ['PATH', ...PLAIN_VARIABLES, ...Object.keys(HOME_VARIABLES)]
  const set = names.flatMap((name) => (options.env[name] === undefined ? [] : [[name, options.env[name]] as const]))
  const listed = [...(options.env['PATH'] ?? '').split(':').filter((entry) => path.isAbsolute(entry)), ...DEFAULT_PATH, '/etc/alternatives']
  const homes = KNOWN_HOMES.map((known) => path.join(options.home, known))
  return { variables: Object.fromEntries(set), listed: [...new Set(listed)], known: [...homes, ...KNOWN_PLACES] }
}

/** The PATH directories that exist, absolute ones only: a relative entry means another place in each directory. */
function listPath(value: string | undefined): string[] {
  const entries = (value ?? '').split(':').filter((entry) => path.isAbsolute(entry)).map((entry) => path.normalize(entry))
  return [...new Set(entries.map((entry) => entry.replace(/(?<=.)\/+$/, '')))].filter((entry) => findRealPath(entry) !== undefined)
}

/** The directory to bind so that programs in `dir` find their libraries. */
function toInstallation(dir: string): string {
  if (path.basename(dir) === '.bin' && path.basename(path.dirname(dir)) === 'node_modules') return path.dirname(dir)
  const inModules = dir.lastIndexOf('/node_modules/')
  if (inModules >= 0) return dir.slice(0, inModules + '/node_modules'.length)
  const optional = /^\/opt\/[^/]+/.exec(dir)
  if (optional !== null) return optional[0]
  const above = path.dirname(dir)
  if (!['bin', 'sbin', 'shims', 'libexec', 'condabin'].includes(path.basename(dir))) return dir
  if (TOO_WIDE.includes(above) || fs.existsSync(path.join(above, '.git'))) return dir
  return PREFIX_MARKS.some((mark) => fs.existsSync(path.join(above, mark))) ? above : dir
}

/** Where the symbolic links in a directory finally lead; dangling ones lead nowhere. */
function* linkTargets(dir: string): Generator<string> {
  let entries: fs.Dirent[]
  try {
    entries = fs.readdirSync(dir, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue
    const link = path.join(dir, entry.name)
    if (isSystem(dir) && isPlainSystemLink(link)) continue
    const target = findRealPath(link)
    if (target !== undefined) yield target
  }
}

/** Most links in /usr/bin name a neighbour: one readlink shows it, where a realpath would cost several calls. */
function isPlainSystemLink(link: string): boolean {
  try {
    const target = fs.readlinkSync(link)
    return !target.includes('/') || target.startsWith('/usr/') || target.startsWith('../lib') || target.startsWith('../share')
  } catch {
    return true
  }
}

function findRealPath(place: string): string | undefined {
  try {
    return fs.realpathSync.native(place)
  } catch {
    return undefined
  }
}

function isSystem(place: string): boolean {
  return isBelowAny(place, SYSTEM_ROOTS)
}

export function isBelow(place: string, root: string): boolean {
  return place === root || place.startsWith(root === '/' ? '/' : `${root}/`)
}

function isBelowAny(place: string, roots: readonly string[]): boolean {
  return roots.some((root) => isBelow(place, root))
}

/** Neither too wide, nor above the home directory, nor where secrets live. */
function isExposable(place: string, options: ToolchainOptions): boolean {
  if (TOO_WIDE.includes(place) || isBelow(options.home, place) || isBelowAny(place, SECRET_TREES)) return false
  if (options.hidden.some((hidden) => isBelow(place, hidden) || isBelow(hidden, place))) return false
  return !place.split('/').some((part) => SECRET_PARTS.has(part))
}

/** Drops what lies inside another root that shows the same place. */
function withoutNested(roots: readonly ReadOnlyRoot[]): ReadOnlyRoot[] {
  const sorted = [...roots].sort((left, right) => left.at.length - right.at.length || (left.at < right.at ? -1 : 1))
  const kept: ReadOnlyRoot[] = []
  for (const root of sorted) {
    const covered = kept.some(
      (outer) => isBelow(root.at, outer.at) && path.join(outer.host, path.relative(outer.at, root.at)) === root.host,
    )
    if (!covered) kept.push(root)
  }
  return kept
}
