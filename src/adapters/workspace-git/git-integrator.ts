import path from 'node:path'
import type { Integrator, KeptCommit } from '../../engine/ports/integrator.ts'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import { bringObjects } from './bring-objects.ts'
import { toMessage, writeCommit } from './commit.ts'
import { editTree } from './edit-tree.ts'
import { toFirstLine } from './git-process.ts'
import { mergeTrees } from './merge-trees.ts'
import type { PrivateRepository } from './private-repository.ts'
import { publish } from './publish.ts'
import type { RunRepositories } from './run-repositories.ts'
import { settleConflicts } from './settle-conflicts.ts'
import { takeFiles } from './take-files.ts'
import { toText } from './tree-object.ts'

export interface GitIntegratorOptions {
  readonly run: RunId
  /** The person's repository. */
  readonly repository: string
  readonly repositories: RunRepositories
  readonly env: Readonly<Record<string, string | undefined>>
}

/*
 * The line of integrated commits of one run. Owns, in the run's private git directory: `refs/writ/integrated`, the line's end,
 * and `refs/writ/kept/<task>/<commit>`, every commit that a task ever offered.
 * Invariants:
 *  I1  The line moves only from where the caller last saw it: of two at once, one is told that it lost.
 *  I2  A commit is kept before it is merged, and stays kept: a kill between any two steps loses none.
 *  I3  The same steps again come to the same objects and refs.
 */
const integrated = 'refs/writ/integrated'
const keptRefs = 'refs/writ/kept/'
const durable = ['-c', 'core.fsync=objects,reference', '-c', 'core.filesRefLockTimeout=2000']

/** With what its refs say of the line, for whoever judges it from outside. */
export interface GitIntegrator extends Integrator {
  /** The newest integrated commit; undefined before `begin`. */
  newest(): Promise<CommitId | undefined>
  /** Kept commits that are in no integrated commit. */
  listUnmerged(): Promise<readonly KeptCommit[]>
}

export async function createGitIntegrator(options: GitIntegratorOptions): Promise<GitIntegrator> {
  const { repositories } = options
  const repository = await (await repositories.open(options.repository, options.run)).openPrivate()
  const { store } = repository
  const git = (args: readonly string[], accepts: readonly number[] = []): Promise<string> => askGit(repository, args, accepts)
  const readRef = async (ref: string): Promise<CommitId | undefined> => ((await git(['rev-parse', '--verify', '-q', ref], [1])) || undefined) as CommitId | undefined

  const move = async (ref: string, next: string, expected: string | undefined): Promise<boolean> => {
    const answer = await repository.git([...durable, 'update-ref', ref, next, expected ?? '0'.repeat(next.length)], { workTree: repository.nothingDir, accepts: [1, 128] })
    if (answer.code === 0) return true
    const now = await readRef(ref)
    // Somebody else was first, or this was done before.
    if (now !== expected) return now === next
    throw new Fault('git-failed', `git update-ref could not set ${ref}: ${toFirstLine(answer.stderr)}`)
  }

  const changedSince = async (base: string, side: string): Promise<string[]> => {
    const listed = await repository.git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', base, side], { workTree: repository.nothingDir, maxBytes: 256 * 1024 * 1024 })
    return listed.stdout.toString('latin1').split('\0').filter((name) => name !== '').map(toText)
  }

  const merge: Integrator['merge'] = async ({ ours, theirs, strategies }) => {
    const base = (await git(['merge-base', ours, theirs], [1])) as CommitId
    if (base === '') throw new Fault('git-failed', `${theirs.slice(0, 12)} has no commit in common with ${ours.slice(0, 12)}, so it cannot be brought in; begin the task again from the integrated state`)
    const [merged, changedOurs, changedTheirs] = await Promise.all([mergeTrees(repository, ours, theirs), changedSince(base, ours), changedSince(base, theirs)])
    const mine = new Set(changedOurs)
    const { edits, ...settled } = await settleConflicts(repository, { conflicts: merged.conflicts, both: changedTheirs.filter((each) => mine.has(each)), strategies })
    const tree = (await editTree(store, merged.tree, edits)) as TreeId
    await store.flush()
    return { tree, base, ours, theirs, changedOurs, changedTheirs, ...settled }
  }

  return {
    newest: () => readRef(integrated),
    begin: async (at) => {
      await move(integrated, at, undefined)
      const now = await readRef(integrated)
      if (now === undefined) throw new Fault('git-failed', `${integrated} was set to ${at} and is not there; look whether something else works in ${repository.gitDir}`)
      return now
    },
    keep: async (child, { task, commit }) => {
      bringObjects(path.join(repositories.stateDir, 'runs', child, 'git', 'objects'), path.join(repository.gitDir, 'objects'), child)
      if (!(await move(toKeptRef({ task, commit }), commit, undefined))) throw new Fault('git-failed', `${toKeptRef({ task, commit })} holds another commit`)
    },
    merge,
    take: async (tree, root, paths) => {
      const edits = await takeFiles(store, root, paths)
      const taken = (await editTree(store, tree, edits)) as TreeId
      await store.flush()
      return taken
    },
    commit: async ({ tree, parent, task, child, from, message, trailers, atMs }) => {
      const made = writeCommit(store, { tree, parents: [parent], message: toMessage(message, [...trailers, `Writ-Task: ${task}`, `Writ-Child: ${child}`, `Writ-Commit: ${from}`]), atMs })
      await store.flush()
      return made
    },
    advance: async (expected, next) => {
      if (await move(integrated, next, expected)) return { moved: true }
      return { moved: false, now: await readRef(integrated) }
    },
    listUnmerged: async () => {
      const kept = (await git(['for-each-ref', '--format=%(refname)', keptRefs])).split('\n').filter((line) => line !== '').map(fromKeptRef)
      const line = await readRef(integrated)
      const merged = new Set(line === undefined ? [] : (await git(['log', '--first-parent', '--format=%(trailers:key=Writ-Commit,valueonly)', line])).split('\n'))
      return kept.filter(({ commit }) => !merged.has(commit))
    },
    publishKept: async ({ task, commit }, { branch, base }) => {
      const name = `${branch}-${task}-${commit.slice(0, 8)}`
      await publish(repository, { branch: name, base, commit, expected: undefined, runGit: repositories.runGit, env: options.env })
      return name
    },
  }
}

async function askGit(repository: PrivateRepository, args: readonly string[], accepts: readonly number[]): Promise<string> {
  return (await repository.git(args, { workTree: repository.nothingDir, accepts })).stdout.toString('utf8').trim()
}

function toKeptRef({ task, commit }: KeptCommit): string {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(task)) throw new Fault('request-invalid', `'${task}' cannot be part of a ref: a task's id is letters, digits, '-' and '_'`)
  return `${keptRefs}${task}/${commit}`
}

function fromKeptRef(ref: string): KeptCommit {
  const [task = '', commit = ''] = ref.slice(keptRefs.length).split('/')
  return { task, commit: commit as CommitId }
}

