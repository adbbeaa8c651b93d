import { Fault } from '../protocol/fault.ts'
import { findRoot, openRecord, openWorkspaces, type OpenRecord } from './compose.ts'
import type { BaseFiles } from '../engine/ports/workspace.ts'
import { mintRun } from './mint-run.ts'
import { openPolicyFor, type OpenedPolicy } from './open-policy.ts'

export interface PolicyHere {
  readonly record: OpenRecord
  /** Undefined outside of any repository. */
  readonly root: string | undefined
  readonly opened: OpenedPolicy
  /** Files of the commit that a run would start from; undefined outside of any repository. */
  readonly base: RepositoryHere['base'] | undefined
}

/** The policy as a run would find it that is started here and now. */
export async function openPolicyHere(repo: string | undefined, now?: number): Promise<PolicyHere> {
  const record = await openRecord()
  const root = await findRootOrNone(repo)
  const repository = root === undefined ? undefined : toRepositoryHere(record, root)
  const opened = await openPolicyFor({ places: record.places, now: now ?? record.clock.now(), ...(repository === undefined ? {} : { repository }) })
  await opened.policy.ready()
  return { record, root, opened, base: repository?.base }
}

/** What a run would start from in a repository. */
export interface RepositoryHere {
  readonly root: string
  readonly base: () => Promise<BaseFiles>
}

/** The commit that a run would start from in this repository. */
export function toRepositoryHere(record: OpenRecord, root: string): RepositoryHere {
  const open = async (): Promise<BaseFiles> => {
    const run = mintRun(record)
    const workspaces = await openWorkspaces(record.places)
    const { base } = await workspaces.inspect(root, { run, includeDirty: false })
    return workspaces.readBase(root, base, run)
  }
  let opened: Promise<BaseFiles> | undefined
  return { root, base: () => (opened ??= open()) }
}

/** Undefined outside of any repository, unless one was named. */
export async function findRootOrNone(repo: string | undefined): Promise<string | undefined> {
  try {
    return await findRoot(repo ?? process.cwd())
  } catch (error) {
    // Outside of a repository the other layers still hold.
    if (repo === undefined && error instanceof Fault && error.code === 'repository-unusable') return undefined
    throw error
  }
}
