import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { bringObjects } from './bring-objects.ts'
import { createGitProcess, quietFlags, toFirstLine, toSealedEnv, type GitAnswer, type GitCall } from './git-process.ts'

const mostBytes = 1024 * 1024 * 1024
const slow = 600_000

type Git = (args: readonly string[], extra?: Partial<GitCall>) => Promise<GitAnswer>

function openGit(gitDir: string, env: NodeJS.ProcessEnv): Git {
  const runGit = createGitProcess('git')
  return (args, extra = {}) => runGit({ maxBytes: mostBytes, timeoutMs: slow, ...extra, args: [...quietFlags, ...args], cwd: gitDir, env: toSealedEnv(env, { GIT_DIR: gitDir }) })
}

/**
 * Everything that these commits and trees hold, as one pack that needs nothing else, out of the private repositories of several
 * runs; ids that are not there are left out. At most 1 GiB. @returns undefined where none is there.
 * @throws Fault `git-failed`.
 */
export async function packSnapshots(gitDirs: readonly string[], ids: readonly string[], env: NodeJS.ProcessEnv): Promise<Uint8Array | undefined> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), `writ-export-${process.pid}-`))
  try {
    makeRepository(scratch, toFormat(ids))
    fs.writeFileSync(path.join(scratch, 'objects', 'info', 'alternates'), gitDirs.map((each) => `${path.join(each, 'objects')}\n`).join(''))
    return await packAll(openGit(scratch, env), ids)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

async function packAll(git: Git, ids: readonly string[]): Promise<Uint8Array | undefined> {
  const there = await listThere(git, ids)
  if (there.size === 0) return undefined
  const commits = [...there].filter(([, type]) => type === 'commit').map(([id]) => id)
  const trees = [...there].map(([id, type]) => (type === 'commit' ? `${id}^{tree}` : id))
  const objects = await git(['rev-list', '--objects', '--no-object-names', '--stdin'], { stdin: `${trees.join('\n')}\n` })
  const pack = await git(['pack-objects', '--stdout', '-q', '--threads=1'], { stdin: Buffer.concat([objects.stdout, Buffer.from(commits.map((id) => `${id}\n`).join(''))]) })
  return pack.stdout
}

/**
 * Lays a pack into a new repository of a run. Every object's id is computed anew, every one of `ids` that the pack claims is
 * whole, and no tree leads out of the directory that it is written to. @throws Fault `request-invalid` naming what is wrong.
 */
export async function unpackSnapshots(gitDir: string, pack: Uint8Array, ids: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  makeRepository(gitDir, toFormat(ids))
  const git = openGit(gitDir, env)
  const indexed = await git(['index-pack', '--stdin'], { stdin: pack, accepts: [1, 128] })
  if (indexed.code !== 0) throw refuse(toFirstLine(indexed.stderr))
  const there = await listThere(git, ids)
  if (there.size === 0) throw refuse('it holds nothing that the record speaks of')
  await settle(gitDir, git, there)
}

/**
 * Gives another run what was unpacked for one, as a second name for the same files. @returns false, and nothing is made, where none of
 * `ids` is among it. @throws Fault `request-invalid` naming what is wrong.
 */
export async function shareSnapshots(from: string, gitDir: string, ids: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const there = await listThere(openGit(from, env), ids)
  if (there.size === 0) return false
  makeRepository(gitDir, toFormat(ids))
  bringObjects(path.join(from, 'objects'), path.join(gitDir, 'objects'), 'the archive')
  await settle(gitDir, openGit(gitDir, env), there)
  return true
}

function toFormat(ids: readonly string[]): 'sha1' | 'sha256' {
  return ids.some((id) => id.length === 64) ? 'sha256' : 'sha1'
}

function makeRepository(gitDir: string, format: 'sha1' | 'sha256'): void {
  for (const name of ['objects/pack', 'objects/info', 'refs/heads']) fs.mkdirSync(path.join(gitDir, name), { recursive: true, mode: 0o700 })
  fs.writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
  fs.writeFileSync(path.join(gitDir, 'config'), `[core]\n\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}\n\tbare = false\n[gc]\n\tauto = 0\n${format === 'sha1' ? '' : '[extensions]\n\tobjectformat = sha256\n'}`)
}

/** What these ids lead to must be whole and harmless; where the history of the repository begins, the run ends. */
async function settle(gitDir: string, git: Git, there: ReadonlyMap<string, string>): Promise<void> {
  const commits = [...there].filter(([, type]) => type === 'commit').map(([id]) => id)
  const edge: string[] = []
  for (const id of commits) {
    const parents = (await git(['cat-file', 'commit', id])).stdout.toString('utf8').split('\n\n')[0]?.matchAll(/^parent ([0-9a-f]+)$/gm) ?? []
    if ([...parents].some((match) => !there.has(match[1] ?? ''))) edge.push(id)
  }
  // What lies before the base is the history of the repository and no part of the run.
  fs.writeFileSync(path.join(gitDir, 'shallow'), edge.map((id) => `${id}\n`).join(''))
  const listed = await git(['rev-list', '--objects', '--no-object-names', '--stdin'], { stdin: `${[...there.keys()].map((id) => `${id}\n`).join('')}`, accepts: [1, 128] })
  if (listed.code !== 0) throw refuse(`something is missing in it: ${toFirstLine(listed.stderr)}`)
  const types = await git(['cat-file', '--batch-check'], { stdin: listed.stdout })
  const trees = types.stdout.toString('latin1').split('\n').flatMap((line) => (line.split(' ')[1] === 'tree' ? [line.split(' ')[0] ?? ''] : []))
  const contents = await git(['cat-file', '--batch'], { stdin: trees.map((id) => `${id}\n`).join('') })
  requireHarmless(contents.stdout, toFormat([...there.keys()]) === 'sha1' ? 20 : 32)
}

function refuse(why: string): Fault {
  return new Fault('request-invalid', `the snapshots in the archive cannot be used: ${why}`)
}

async function listThere(git: Git, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const answer = await git(['cat-file', '--batch-check'], { stdin: wanted.map((id) => `${id}\n`).join('') })
  return new Map(answer.stdout.toString('latin1').split('\n').flatMap((line) => {
    const [id = '', type = ''] = line.split(' ')
    return type === 'commit' || type === 'tree' ? [[id, type] as const] : []
  }))
}

/** Names in trees become names of files when a run is rebuilt. */
function requireHarmless(batch: Buffer, idBytes: number): void {
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(0x0a, at)
    const size = Number(batch.toString('latin1', at, end).split(' ')[2])
    const last = end + 1 + size
    for (let entry = end + 1; entry < last;) {
      const zero = batch.indexOf(0, entry)
      const name = batch.toString('utf8', batch.indexOf(0x20, entry) + 1, zero)
      if (zero < 0 || zero >= last || name === '' || name === '.' || name === '..' || name.includes('/') || name.toLowerCase() === '.git') throw refuse(`a tree names a file ${JSON.stringify(name)}`)
      entry = zero + 1 + idBytes
    }
    at = last + 1
  }
}
