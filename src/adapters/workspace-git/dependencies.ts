import fs from 'node:fs'
import path from 'node:path'
import type { SandboxMount } from '../../engine/ports/sandbox.ts'
import { makeDirectory } from './directory-handle.ts'
import type { ListedEntry } from './listing.ts'
import type { PrivateRepository } from './private-repository.ts'
import { toBytes, toText } from './tree-object.ts'

/**
 * Installed dependencies of the person's checkout: directories that git ignores there and that the base does not hold.
 * They are mounted over an empty directory of the worktree, never copied unless asked. Build output, `.env` and other
 * ignored files are not dependencies and stay behind.
 */
export interface Dependency {
  /** Below the root, with `/`. */
  readonly path: string
  /** The person's directory, links followed. */
  readonly host: string
  readonly isDirectory: boolean
  readonly way: 'overlay' | 'copy'
}

const maxDepth = 4
const maxCount = 64
const besideManifest: readonly (readonly [manifest: RegExp, names: readonly string[]])[] = [
  [/^package\.json$/, ['node_modules', '.yarn/cache', '.yarn/unplugged', '.pnp.cjs', '.pnp.loader.mjs']],
  [/^(pyproject\.toml|setup\.(py|cfg)|Pipfile|requirements[^/]*\.txt)$/, ['.venv', 'venv', 'env', '__pypackages__']],
  [/^Gemfile$/, ['vendor/bundle']],
  [/^(composer\.json|go\.mod)$/, ['vendor']],
  [/^mix\.exs$/, ['deps']],
]
const atRoot = ['node_modules', '.venv', 'venv', 'env', 'vendor/bundle']

export async function findDependencies(repository: PrivateRepository, listing: readonly ListedEntry[], way: 'overlay' | 'copy'): Promise<readonly Dependency[]> {
  const { root } = repository.person
  const tracked = new Set(listing.map((entry) => toText(entry.path)))
  const candidates = new Set(atRoot)
  for (const entry of listing) {
    const file = toText(entry.path)
    const directory = path.posix.dirname(file)
    if (file.split('/').length > maxDepth + 1) continue
    for (const [manifest, names] of besideManifest) {
      if (manifest.test(path.posix.basename(file))) for (const name of names) candidates.add(path.posix.join(directory, name))
    }
  }
  const found: { readonly dependency: Dependency; readonly isLink: boolean }[] = []
  for (const candidate of [...candidates].sort()) {
    if (tracked.has(candidate) || found.length >= maxCount || found.some(({ dependency }) => candidate.startsWith(`${dependency.path}/`))) continue
    const host = path.join(root, candidate)
    const stats = fs.lstatSync(host, { throwIfNoEntry: false })
    const target = stats === undefined ? undefined : fs.statSync(host, { throwIfNoEntry: false })
    if (stats === undefined || target === undefined || !isDependency(candidate, host, target)) continue
    found.push({ dependency: { path: candidate, host: fs.realpathSync(host), isDirectory: target.isDirectory(), way }, isLink: stats.isSymbolicLink() })
  }
  if (found.length === 0) return []
  const asked = found.map(({ dependency }) => `${dependency.path}\0`).join('')
  const answer = await repository.git(['check-ignore', '-z', '--stdin', '--no-index'], { workTree: root, stdin: asked, accepts: [1] })
  const ignored = new Set(answer.stdout.toString('utf8').split('\0'))
  // `node_modules/` in .gitignore does not match a link of that name, which is a dependency all the same.
  return found.filter(({ dependency, isLink }) => isLink || ignored.has(dependency.path)).map(({ dependency }) => dependency)
}

function isDependency(candidate: string, host: string, stats: fs.Stats): boolean {
  const name = path.posix.basename(candidate)
  if (name.startsWith('.pnp.')) return stats.isFile()
  if (!stats.isDirectory()) return false
  return ['.venv', 'venv', 'env'].includes(name) ? fs.existsSync(path.join(host, 'pyvenv.cfg')) : true
}

/**
 * Makes the places to mount on, or the copies. Answers with what found a place: where the tree has a link or a file in the
 * way (one that a command made) the dependency is left out.
 */
export function placeDependencies(root: string, dependencies: readonly Dependency[]): readonly Dependency[] {
  return dependencies.filter((dependency) => {
    const names = toBytes(dependency.path).split('/')
    const name = names.at(-1) ?? ''
    const parent = makeDirectory(root, names.slice(0, -1), { replace: false })
    if (parent === undefined) return false
    try {
      const stats = fs.lstatSync(parent.at(name), { throwIfNoEntry: false })
      if (stats !== undefined && (stats.isSymbolicLink() || stats.isDirectory() !== dependency.isDirectory)) return false
      if (dependency.way === 'copy') {
        fs.cpSync(dependency.host, path.join(root, dependency.path), { recursive: true, verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE, force: true })
      } else if (stats === undefined) {
        if (dependency.isDirectory) fs.mkdirSync(parent.at(name))
        else fs.writeFileSync(parent.at(name), '', { flag: 'wx' })
      }
      return true
    } finally {
      parent.close()
    }
  })
}

export function toDependencyMounts(home: string, dependencies: readonly Dependency[]): readonly SandboxMount[] {
  const mounts = dependencies.filter(({ way }) => way === 'overlay')
    .map(({ path: at, host, isDirectory }): SandboxMount => ({ mode: isDirectory ? 'overlay' : 'ro', host, at: path.join(home, at) }))
  return [...dependencies.flatMap(({ host }) => findBasePython(host)), ...mounts]
}

/**
 * A virtual environment borrows its Python from elsewhere: one that pyenv, uv or conda installed must be there too, read-only,
 * at the path that the environment names and at its real one.
 */
function findBasePython(environment: string): readonly SandboxMount[] {
  const program = path.join(environment, 'bin', 'python')
  if (fs.lstatSync(program, { throwIfNoEntry: false })?.isSymbolicLink() !== true || !fs.existsSync(path.join(environment, 'pyvenv.cfg'))) return []
  const real = fs.statSync(program, { throwIfNoEntry: false }) === undefined ? undefined : fs.realpathSync(program)
  if (real === undefined) return []
  const host = path.dirname(path.dirname(real))
  const named = path.dirname(path.dirname(path.resolve(path.dirname(program), fs.readlinkSync(program))))
  // Only what looks like an installation of Python: never a home directory, never the root.
  if (!fs.existsSync(path.join(host, 'lib')) || host.split('/').length < 4 || host.startsWith('/usr/')) return []
  return [...new Set([host, named])].filter((at) => !at.startsWith('/usr')).map((at) => ({ mode: 'ro', host, at }))
}
