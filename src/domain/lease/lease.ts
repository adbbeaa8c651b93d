import { isInScope } from '../contract/in-scope.ts'
import { findOverlap } from './overlap.ts'

/** The sole right to bring changes of some paths into a run. */
export interface Lease {
  /** The fencing token: larger than that of every lease given before in the run. */
  readonly token: number
  /** The child run that writes. */
  readonly holder: string
  /** As in a task's scope: a folder covers what is in it; empty: the whole repository. */
  readonly globs: readonly string[]
}

/*
 * Who may write which paths of a run. Owns: what is held, and the last token that was given out. Both are a fold over what
 * the log says of leases (`holdLease`, `endLease`), so a later process has them again.
 * Invariants:
 *  L1  No two leases that are held can have a path in common.
 *  L2  Tokens only grow, over the whole run: whoever has a dead holder's paths after it has a higher one.
 *  L3  Nobody writes by a lease that has ended, whatever became of its paths since.
 */
export interface LeaseTable {
  readonly lastToken: number
  /** In the order of their tokens. */
  readonly held: readonly Lease[]
}

export const noLeases: LeaseTable = { lastToken: 0, held: [] }

export interface LeaseRequest {
  readonly holder: string
  /** Empty: the whole repository. */
  readonly globs: readonly string[]
}

export type LeaseAnswer =
  | { readonly granted: true; readonly lease: Lease }
  /** `because` are the leases in the way. */
  | { readonly granted: false; readonly because: readonly Lease[]; readonly reason: string }

/** What to record where it is granted; nobody has it before the record does. A holder may have several. */
export function requestLease(table: LeaseTable, request: LeaseRequest): LeaseAnswer {
  const blocked = table.held.flatMap((lease) => {
    const meet = findOverlap(request.globs, lease.globs)
    return meet === undefined ? [] : [{ lease, meet }]
  })
  const first = blocked[0]
  if (first === undefined) return { granted: true, lease: toLease(table, request) }
  const { lease, meet } = first
  const more = blocked.length > 1 ? ` (and ${blocked.length - 1} more)` : ''
  return {
    granted: false, because: blocked.map((each) => each.lease),
    reason: `${request.holder} may not write ${meet[0]} yet: ${lease.holder} holds ${meet[1]} with token ${lease.token}${more}, and a path could belong to both`,
  }
}

function toLease(table: LeaseTable, { holder, globs }: LeaseRequest): Lease {
  return { token: table.lastToken + 1, holder, globs: [...globs] }
}

/** Folds a lease that the log says was given. @throws Error where the log breaks an invariant. */
export function holdLease(table: LeaseTable, lease: Lease): LeaseTable {
  if (lease.token <= table.lastToken) throw new Error(`the lease ${lease.token} of ${lease.holder} was given after the lease ${table.lastToken}`)
  const other = table.held.find(({ globs }) => findOverlap(globs, lease.globs) !== undefined)
  if (other !== undefined) throw new Error(`the lease ${lease.token} of ${lease.holder} was given while ${other.holder} held the lease ${other.token}`)
  return { lastToken: lease.token, held: [...table.held, lease] }
}

/** Folds an end: its holder was integrated, failed, or is not waited for any more. One that ended already stays so. */
export function endLease(table: LeaseTable, token: number): LeaseTable {
  return { ...table, held: table.held.filter((lease) => lease.token !== token) }
}

export interface LeaseUse {
  readonly holder: string
  readonly token: number
}

export type WriteAnswer = { readonly allowed: true } | { readonly allowed: false; readonly reason: string }

/** May what the holder of this token has written at the path (relative to the root) come in now? */
export function mayWrite(table: LeaseTable, use: LeaseUse, path: string): WriteAnswer {
  const lease = findHeld(table, use)
  if ('reason' in lease) return { allowed: false, reason: `${path} was not written: ${lease.reason}` }
  if (!isInside(path)) return { allowed: false, reason: `${path} was not written: it is not a path inside the repository` }
  if (isInScope(lease.globs, path)) return { allowed: true }
  const other = table.held.find(({ globs }) => isInScope(globs, path))
  const whose = other === undefined ? 'nobody has leased it' : `${other.holder} has leased it`
  return { allowed: false, reason: `${path} was not written: ${use.holder} has leased ${describe(lease.globs)} only, and ${whose}` }
}

/** Why paths of a finished change may not come in: asked at integration, where what is late or stray is fenced off. */
export function findFenced(table: LeaseTable, use: LeaseUse, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const answer = mayWrite(table, use, path)
    return answer.allowed ? [] : [answer.reason]
  })
}

function findHeld(table: LeaseTable, { holder, token }: LeaseUse): Lease | { readonly reason: string } {
  const lease = table.held.find((each) => each.token === token)
  if (lease === undefined) return { reason: token > table.lastToken ? `the lease ${token} was never given` : `the lease ${token} of ${holder} has ended${toSuccessor(table, token)}` }
  if (lease.holder !== holder) return { reason: `the lease ${token} is held by ${lease.holder}, not by ${holder}` }
  return lease
}

function toSuccessor(table: LeaseTable, token: number): string {
  const later = table.held.findLast((lease) => lease.token > token)
  return later === undefined ? '' : `, and tokens have gone on to ${later.token}`
}

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function describe(globs: readonly string[]): string {
  if (globs.length === 0) return 'the whole repository'
  return globs.length > 5 ? `${globs.slice(0, 5).join(', ')} and ${globs.length - 5} more` : globs.join(', ')
}
