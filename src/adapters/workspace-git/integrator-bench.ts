import fs from 'node:fs'
import path from 'node:path'
import type { Workspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { MergeOutcome, MergeStrategy } from '../../protocol/integration.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'
import { createGitIntegrator, type GitIntegrator } from './git-integrator.ts'
import { createGitWorkspaces } from './git-workspaces.ts'
import { createRunRepositories } from './run-repositories.ts'
import { createTestRepository, run, type TestRepository } from './test-repository.ts'

/** A real repository, a run that integrates, and children of it with workspaces of their own. */
export interface IntegratorBench {
  readonly repository: TestRepository
  readonly integrator: GitIntegrator
  readonly workspaces: Workspaces
  readonly base: CommitId
  readonly gitDir: string
  git(...args: string[]): string
  /** Another process would open it like this. */
  reopen(): Promise<GitIntegrator>
  /** A child's commit on top of a commit of the line (the base, if none is named). Undefined removes a file. */
  child(name: string, files: Readonly<Record<string, string | undefined>>, options?: { on?: CommitId; change?: (root: string) => void }): Promise<Child>
  merge(child: Child, strategies?: readonly MergeStrategy[]): Promise<MergeOutcome>
  /** Merges and moves the line: everything but checks. */
  integrate(child: Child): Promise<MergeOutcome | { moved: boolean; commit: CommitId }>
  remove(): Promise<void>
}

export interface Child {
  readonly task: string
  readonly run: RunId
  readonly commit: CommitId
}

export async function openIntegratorBench(files: Readonly<Record<string, string | Uint8Array>>): Promise<IntegratorBench> {
  const repository = createTestRepository()
  for (const [name, content] of Object.entries(files)) repository.write(name, content)
  const base = repository.commit('base')
  const options = { stateDir: repository.stateDir, env: repository.env }
  const open = async (): Promise<{ workspaces: Workspaces; integrator: GitIntegrator }> => {
    const repositories = createRunRepositories(options)
    return { workspaces: createGitWorkspaces(options, repositories), integrator: await createGitIntegrator({ run, repository: repository.root, repositories, env: repository.env }) }
  }
  const { workspaces, integrator } = await open()
  await integrator.begin(base)
  const gitDir = path.join(repository.stateDir, 'runs', run, 'git')
  const opened: Workspace[] = []
  let count = 0
  const child: IntegratorBench['child'] = async (task, changed, { on, change } = {}) => {
    const own = `run_${(++count).toString().padStart(16, '0')}` as RunId
    const asked = { run: own, repository: repository.root, base: on ?? base, branch: `writ/${task}` }
    await workspaces.bring(run, asked)
    const workspace = await workspaces.create(asked)
    opened.push(workspace)
    await workspace.write(new Map(Object.entries(changed).map(([name, text]) => [name, text === undefined ? undefined : Buffer.from(text)])))
    change?.(workspace.root)
    const made = await workspace.commit({ message: `Work of ${task}`, parent: on ?? base, trailers: [] })
    if (made === undefined) throw new Error(`the child ${task} changed nothing`)
    return { task, run: own, commit: made.commit }
  }
  const merge: IntegratorBench['merge'] = async ({ task, run: own, commit }, strategies = []) => {
    await integrator.keep(own, { task, commit })
    return integrator.merge({ ours: (await integrator.newest()) ?? base, theirs: commit, strategies })
  }
  return {
    repository, integrator, workspaces, base, gitDir, child, merge,
    git: (...args) => repository.git('--git-dir', gitDir, ...args),
    reopen: async () => (await open()).integrator,
    integrate: async (made) => {
      const merged = await merge(made)
      if (merged.conflicts.length > 0) return merged
      const commit = await integrator.commit({ tree: merged.tree, parent: merged.ours, task: made.task, child: made.run, from: made.commit, message: `Work of ${made.task}`, trailers: [], atMs: 1_700_000_000_000 })
      return { ...(await integrator.advance(merged.ours, commit)), commit }
    },
    remove: async () => {
      for (const workspace of opened) await workspace.dispose()
      fs.rmSync(repository.home, { recursive: true, force: true })
    },
  }
}
