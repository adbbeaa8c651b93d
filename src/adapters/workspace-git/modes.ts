import fs from 'node:fs'
import path from 'node:path'
import { changeMode, findDirectory } from './directory-handle.ts'
import type { ObjectStore } from './object-store.ts'
import { modesName } from './tree-object.ts'

/*
 * Permission bits. A tree of git knows whether a file is executable, and nothing else. What a run's worktree would give a new
 * file is the usual; everything else (0600, a read-only directory, a sticky bit) is listed by path in one blob, which hangs in
 * the root of the snapshot under a name that no file can have. A worktree without anything unusual has the tree that git
 * itself would write.
 */
export interface UsualModes {
  readonly file: number
  readonly executable: number
  readonly directory: number
}

export interface UnusualMode {
  readonly bits: number
  /** What it would be otherwise. */
  readonly usual: number
  readonly isDirectory: boolean
}
/** By path, a byte string. */
export type Modes = ReadonlyMap<string, UnusualMode>

/** Inherited from the directory above and of no meaning here. */
const setGroup = 0o2000

export function isUsual(bits: number, usual: number, isDirectory: boolean): boolean {
  const mask = isDirectory ? ~setGroup : ~0
  return (bits & mask) === (usual & mask)
}

/** What new files and directories get in the run's directory: told once, so that a later process with another umask sees the same. */
export function getUsualModes(runDir: string): UsualModes {
  const file = path.join(runDir, 'modes.json')
  // Empty is what a loss of power leaves of it: then it is measured again.
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) return JSON.parse(fs.readFileSync(file, 'utf8')) as UsualModes // written by ourselves, out of commands' reach
  const probe = fs.mkdtempSync(path.join(runDir, 'modes-'))
  try {
    const inside = path.join(probe, 'directory')
    fs.mkdirSync(inside)
    fs.writeFileSync(path.join(inside, 'file'), '', { mode: 0o666 })
    fs.writeFileSync(path.join(inside, 'executable'), '', { mode: 0o777 })
    const bitsOf = (name: string): number => fs.lstatSync(path.join(inside, name)).mode & 0o7777
    const usual: UsualModes = { file: bitsOf('file'), executable: bitsOf('executable'), directory: bitsOf('.') }
    fs.writeFileSync(`${file}.new`, JSON.stringify(usual))
    fs.renameSync(`${file}.new`, file)
    return usual
  } finally {
    fs.rmSync(probe, { recursive: true, force: true })
  }
}

/** The tree with the unusual modes hung into it; the tree itself where there are none. */
export async function addModes(store: ObjectStore, tree: string, modes: Modes): Promise<string> {
  if (modes.size === 0) return tree
  const lines = [...modes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, { bits }]) => `${bits.toString(8)} ${at}\0`)
  const oid = store.write('blob', Buffer.from(lines.join(''), 'latin1'))
  const entries = tree === store.emptyTree ? [] : await store.readTree(tree)
  return store.writeTree([...entries, { mode: '100644', name: modesName, oid }])
}

/** The unusual modes of a snapshot, by path. */
export async function readModes(store: ObjectStore, tree: string): Promise<ReadonlyMap<string, number>> {
  const entry = tree === store.emptyTree ? undefined : (await store.readTree(tree)).find(({ name }) => name === modesName)
  if (entry === undefined) return new Map()
  const lines = (await store.read(entry.oid)).bytes.toString('latin1').split('\0').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseInt(line, 8)]))
}

/** Gives everything the mode it should have, where it has another. Returns whether anything was changed. */
export function applyModes(root: string, current: Modes, wanted: ReadonlyMap<string, number>): boolean {
  const changes = new Map<string, number>()
  for (const [at, { bits, usual }] of current) if ((wanted.get(at) ?? usual) !== bits) changes.set(at, wanted.get(at) ?? usual)
  for (const [at, bits] of wanted) if (!current.has(at)) changes.set(at, bits)
  if (changes.size === 0) return false
  const isOpened = openDirectories(root, current)
  const again = new Map([...isOpened].map((at) => [at, current.get(at)?.bits ?? 0o755]))
  // The deepest first: what is closed last is what leads there.
  for (const [at, bits] of [...new Map([...again, ...changes])].sort(([a], [b]) => depthOf(b) - depthOf(a))) setMode(root, at, bits)
  return true
}

/** Lets us into directories to which a command took our permissions. Returns which. */
export function openDirectories(root: string, modes: Modes): readonly string[] {
  const closed = [...modes].filter(([, { bits, isDirectory }]) => isDirectory && (bits & 0o700) !== 0o700)
  for (const [at, { bits }] of closed.sort(([a], [b]) => depthOf(a) - depthOf(b))) setMode(root, at, bits | 0o700)
  return closed.map(([at]) => at)
}

/** Runs something that must be able to read every file, and closes afterwards what was closed. */
export async function whileReadable<T>(root: string, modes: Modes, work: () => Promise<T>): Promise<T> {
  const closed = [...modes].filter(([, { bits, isDirectory }]) => (isDirectory ? (bits & 0o500) !== 0o500 : (bits & 0o400) === 0))
  if (closed.length === 0 || process.getuid?.() === 0) return work()
  openDirectories(root, modes)
  for (const [at, { bits, isDirectory }] of closed) if (!isDirectory) setMode(root, at, bits | 0o400)
  try {
    return await work()
  } finally {
    for (const [at, { bits }] of [...modes].sort(([a], [b]) => depthOf(b) - depthOf(a))) setMode(root, at, bits)
  }
}

function depthOf(at: string): number {
  return at.split('/').length
}

function setMode(root: string, at: string, bits: number): void {
  const names = at.split('/')
  const parent = findDirectory(root, names.slice(0, -1))
  if (parent === undefined) return
  try {
    const name = names.at(-1) ?? ''
    const stats = fs.lstatSync(parent.at(name), { throwIfNoEntry: false })
    if (stats === undefined || stats.isSymbolicLink()) return
    changeMode(parent, name, stats.isDirectory() ? bits | (stats.mode & setGroup) : bits)
  } finally {
    parent.close()
  }
}
