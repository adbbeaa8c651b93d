import type { Report } from '../../protocol/report.ts'
import { toShortCommit } from './short-id.ts'

/** The commands with which a person looks at the result, takes it, or does not. */
export function findNext(report: Omit<Report, 'next'>): Report['next'] {
  const { short, result } = report
  const withGit = report.commits.length > 1 ? `log -p ${toShortCommit(report.repository.base)}..${result?.branch ?? ''}` : `show ${result?.branch ?? ''}`
  const look: Report['next'] = result
    ? [{ does: 'look at it', command: `writ diff ${short}` }, { does: 'the same with git', command: `git -C ${quote(report.repository.root)} ${withGit}` }]
    : []
  const events = { does: 'every event', command: `writ log ${short}` }
  if (report.accepted) return [{ does: 'undo', command: report.accepted.undo }, ...look, events]
  if (report.status === 'unfinished') return [{ does: 'go on', command: `writ resume ${short}` }, { does: 'what it changed so far', command: `writ diff ${short}` }, events]
  if (!result) return [...(report.outcome === 'waiting' || report.outcome === 'limit' ? [{ does: 'what it changed', command: `writ diff ${short}` }] : []), events]
  if (report.rejected) return [...look, { does: 'delete the branch', command: `writ reject ${short} --delete-branch` }, events]
  const accept = report.outcome === 'proven' ? `writ accept ${short}` : `writ accept ${short} --unproven`
  const name = report.outcome === 'proven' ? 'accept it' : 'accept it although it is not proven'
  return [...look, { does: name, command: accept }, { does: 'throw it away', command: `writ reject ${short}` }, events]
}

/** A path as a shell takes it. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
