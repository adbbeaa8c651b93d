import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import { toCode } from './directory-handle.ts'
import { quietFlags, toSealedEnv } from './git-process.ts'
import { createObjectStore, type ObjectStore } from './object-store.ts'
import { restore } from './restore.ts'
import { applyModes, getUsualModes, readModes } from './modes.ts'
import { scan, type Scan } from './scan.ts'
import { fromTreeName, modesName, toTreeBytes, type TreeEntry } from './tree-object.ts'

export interface RebuildOptions {
  readonly stateDir: string
  readonly run: RunId
  readonly content: TreeId | CommitId
  /** Absolute; made where it is missing. */
  readonly directory: string
}

const noFiles = new Set<string>()

/**
 * Writes a recorded content into an empty directory: bytes, permissions, links, empty directories, untracked and ignored files. What was written is read again, and is the content only if its tree has the recorded id. Dependencies that were
 * mounted (node_modules and the like) are no content of the run.
 * @throws Fault `request-invalid` where the directory is not empty, `run-corrupt` where contents are missing or differ.
 */
export async function rebuildTree(options: RebuildOptions): Promise<{ readonly tree: string; readonly files: number }> {
  const { directory } = options
  const store = openStore(options)
  try {
    const tree = await findTree(store, options)
    const { gitlinks, files } = await listTree(store, tree, options)
    prepare(directory)
    const usual = getUsualModes(toRunDirectory(options))
    const look = (): Promise<Scan> => scan({ root: directory, store: toMeasure(store), previous: undefined, skip: noFiles, gitlinks, maxFileBytes: Number.POSITIVE_INFINITY, usual })
    await restore({ root: directory, store, current: (await look()).root, target: tree, skip: noFiles })
    const filled = await look()
    const { id } = applyModes(directory, filled.modes, await readModes(store, tree)) ? await look() : filled
    if (id !== tree) throw new Fault('run-corrupt', `what was written to ${directory} has the tree ${id} instead of ${tree}: this file system cannot hold it as it was recorded (names that differ in case only, links or permissions)`)
    return { tree, files }
  } finally {
    store.close()
  }
}

function toRunDirectory({ stateDir, run }: RebuildOptions): string {
  return path.join(path.resolve(stateDir), 'runs', run)
}

function openStore(options: RebuildOptions): ObjectStore {
  const { run } = options
  const runDir = toRunDirectory(options)
  const gitDir = path.join(runDir, 'git')
  const objectDir = path.join(gitDir, 'objects')
  if (!fs.existsSync(objectDir)) throw new Fault('run-corrupt', `the snapshots of ${run} are not here any more (${objectDir} is missing), so nothing can be rebuilt from them`)
  const alternates = path.join(objectDir, 'info', 'alternates')
  const borrowed = fs.existsSync(alternates) ? fs.readFileSync(alternates, 'utf8').split('\n').filter((line) => line !== '') : []
  const config = path.join(gitDir, 'config')
  const format = fs.existsSync(config) && /objectformat = sha256/.test(fs.readFileSync(config, 'utf8')) ? 'sha256' : 'sha1'
  return createObjectStore({ objectDir, borrowed, format, gitPath: 'git', flags: quietFlags, env: toSealedEnv(process.env, { GIT_DIR: gitDir, GIT_OBJECT_DIRECTORY: objectDir }), cwd: runDir })
}

function prepare(directory: string): void {
  try {
    fs.mkdirSync(directory, { recursive: true })
    if (fs.readdirSync(directory).length === 0) return
  } catch (thrown) {
    throw new Fault('request-invalid', `${directory} cannot be used: ${toCode(thrown)}; name a directory that is empty or not there yet`, { cause: thrown })
  }
  throw new Fault('request-invalid', `${directory} is not empty, and nothing in it is overwritten; name one that is empty or not there yet`)
}

async function findTree(store: ObjectStore, { content, run }: RebuildOptions): Promise<string> {
  try {
    return await store.toTree(content)
  } catch (thrown) {
    throw toMissing(run, content, thrown)
  }
}

/** Submodules (which are not populated) and how many files there are. Finds out beforehand whether anything is missing. */
async function listTree(store: ObjectStore, tree: string, { run }: RebuildOptions): Promise<{ readonly gitlinks: ReadonlyMap<string, string>; readonly files: number }> {
  const gitlinks = new Map<string, string>()
  let files = 0
  const visit = async (oid: string, at: string): Promise<void> => {
    if (oid === store.emptyTree) return
    for (const entry of await store.readTree(oid).catch((thrown: unknown) => { throw toMissing(run, oid, thrown) })) {
      if (at === '' && entry.name === modesName) continue
      const name = `${at}${fromTreeName(entry.name)}`
      if (entry.mode === '40000') await visit(entry.oid, `${name}/`)
      else if (entry.mode === '160000') gitlinks.set(name, entry.oid)
      else files += 1
    }
  }
  await visit(tree, '')
  return { gitlinks, files }
}

function toMissing(run: RunId, oid: string, cause: unknown): Fault {
  return new Fault('run-corrupt', `the content ${oid} of ${run} is not in its snapshots any more: the person's repository, from which they borrow, was moved or has thrown it away`, { cause })
}

/** Computes ids and stores nothing. */
function toMeasure(store: ObjectStore): ObjectStore {
  const trees = new Map<string, readonly TreeEntry[]>()
  return {
    ...store,
    write: (type, bytes) => store.toId(type, bytes),
    writeTree: (entries) => {
      const id = store.toId('tree', toTreeBytes(entries))
      trees.set(id, entries)
      return id
    },
    readTree: async (oid) => trees.get(oid) ?? store.readTree(oid),
    writeFile: async (fd, size) => {
      const hash = crypto.createHash(store.format).update(`blob ${size}\0`)
      if (size > 0) for await (const part of fs.createReadStream('', { fd, autoClose: false, start: 0, end: size - 1 }) as AsyncIterable<Buffer>) hash.update(part)
      return hash.digest('hex')
    },
  }
}
