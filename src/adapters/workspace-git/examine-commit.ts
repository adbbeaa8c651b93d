import { createHash } from 'node:crypto'
import { Fault } from '../../protocol/fault.ts'
import { createGitProcess, quietFlags, toFirstLine, toSealedEnv, type GitAnswer } from './git-process.ts'
import { getPersonRepository } from './person-repository.ts'

/** Reads commits of one object database and trusts nothing that it has not hashed itself. */
export interface CommitReader {
  /** The full id that a word names; undefined where it names no commit here. */
  find(word: string): Promise<string | undefined>
  /** @returns undefined where it is not here. */
  read(commit: string): Promise<ExaminedCommit | undefined>
  /** Hashes every object of `commit` that `base` does not have. Undefined where all are what their names say. */
  findDamage(commit: string, base: string): Promise<string | undefined>
}

export interface ExaminedCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  /** Set where the stored bytes are not those that the id stands for. */
  readonly problem: string | undefined
}

/** Most that is hashed to look at one commit. */
const mostBytes = 512 * 1024 * 1024
const mostObjects = 200_000

type Git = (args: readonly string[], options?: { stdin?: string; accepts?: readonly number[] }) => Promise<GitAnswer>

/** Undefined where there is no repository. */
export async function openPersonCommits(directory: string, env: NodeJS.ProcessEnv): Promise<CommitReader | undefined> {
  const runGit = createGitProcess('git')
  try {
    const person = await getPersonRepository(directory, { runGit, env })
    // Replacements and grafts would show other bytes than those that an id stands for.
    return createReader((args, options = {}) => runGit({ args: [...person.flags, ...quietFlags, ...args], cwd: person.root, env: { ...person.env, GIT_NO_REPLACE_OBJECTS: '1' }, maxBytes: mostBytes, ...options }))
  } catch (error) {
    if (error instanceof Fault && error.code === 'repository-unusable') return undefined
    throw error
  }
}

/** The run's own repository. */
export function openRunCommits(gitDir: string, env: NodeJS.ProcessEnv): CommitReader {
  const runGit = createGitProcess('git')
  return createReader((args, options = {}) => runGit({ args: [...quietFlags, ...args], cwd: gitDir, env: toSealedEnv(env, { GIT_DIR: gitDir }), maxBytes: mostBytes, ...options }))
}

function createReader(git: Git): CommitReader {
  return {
    find: async (word) => {
      const found = await git(['rev-parse', '--verify', '-q', '--end-of-options', `${word}^{commit}`], { accepts: [1, 128] })
      const id = found.stdout.toString('latin1').trim()
      return found.code === 0 && /^[0-9a-f]{40,64}$/.test(id) ? id : undefined
    },
    read: async (commit) => {
      const there = await git(['cat-file', '-t', commit], { accepts: [1, 128] })
      if (there.code !== 0) return /(corrupt|inflate|garbage|mismatch|unable to (parse|unpack|read))/i.test(there.stderr) ? damaged(toFirstLine(there.stderr)) : undefined
      const raw = await git(['cat-file', 'commit', commit], { accepts: [1, 128] })
      if (raw.code !== 0) return damaged(toFirstLine(raw.stderr))
      const text = raw.stdout.toString('utf8')
      const split = text.indexOf('\n\n')
      const head = text.slice(0, split)
      return {
        tree: /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? '',
        parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? ''),
        message: text.slice(split + 2),
        problem: toId('commit', raw.stdout, commit) === commit ? undefined : 'its stored bytes are not those that its id stands for',
      }
    },
    findDamage: async (commit, base) => {
      const listed = await git(['rev-list', '--objects', '--no-object-names', commit, `^${base}`, '--'], { accepts: [1, 128] })
      if (listed.code !== 0) return `git cannot list its objects: ${toFirstLine(listed.stderr)}`
      const oids = listed.stdout.toString('latin1').split('\n').filter((line) => line !== '')
      if (oids.length > mostObjects) return undefined
      const answer = await git(['cat-file', '--batch'], { stdin: oids.map((oid) => `${oid}\n`).join(''), accepts: [1, 128] })
      return answer.code === 0 ? findWrong(answer.stdout, oids) : `git cannot read its objects: ${toFirstLine(answer.stderr)}`
    },
  }
}

const damaged = (why: string): ExaminedCommit => ({ tree: '', parents: [], message: '', problem: `git cannot read it: ${why}` })

/** Walks the output of `git cat-file --batch`. */
function findWrong(bytes: Buffer, oids: readonly string[]): string | undefined {
  let at = 0
  for (const oid of oids) {
    const end = bytes.indexOf(0x0a, at)
    const [name, type = '', size = ''] = bytes.toString('latin1', at, end).split(' ')
    if (name !== oid || !/^\d+$/.test(size)) return `the object ${oid} is missing`
    const content = bytes.subarray(end + 1, end + 1 + Number(size))
    if (toId(type, content, oid) !== oid) return `the ${type} ${oid} holds other bytes than its id stands for`
    at = end + 1 + Number(size) + 1
  }
  return undefined
}

function toId(type: string, content: Uint8Array, like: string): string {
  return createHash(like.length === 64 ? 'sha256' : 'sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}
