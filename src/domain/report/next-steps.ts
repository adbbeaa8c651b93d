import type { Report } from '../../protocol/report.ts'
import { toShortCommit, toShortId } from './short-id.ts'

/** Which bound ended the work, as `limit.reached` names it. */
type Limit = 'turns' | 'usd' | 'tokens' | 'deadline' | 'idle' | 'repetition'

/** Questions whose answers are spelt out; writ approvals lists all. */
const mostAnswers = 3

/** The commands with which a person looks at the result, takes it, or does not. */
export function findNext(report: Omit<Report, 'next'>, limit?: Limit): Report['next'] {
  const { short, result, accepted, parent } = report
  // What came of a task is taken or left with the whole of which it is a part.
  if (parent) return [...(result ? [{ does: 'look at it', command: `writ diff ${short}` }] : []), { does: 'the whole', command: `writ show ${toShortId(parent.run)}` }, { does: 'every event', command: `writ log ${short}` }]
  const withGit = report.commits.length > 1 ? `log -p ${toShortCommit(report.repository.base)}..${result?.branch ?? ''}` : `show ${result?.branch ?? ''}`
  const look: Report['next'] = result
    ? [{ does: 'look at it', command: `writ diff ${short}` }, { does: 'the same with git', command: `git -C ${quote(report.repository.root)} ${withGit}` }]
    : []
  const events = { does: 'every event', command: `writ log ${short}` }
  if (accepted && accepted.standing !== 'gone') return [{ does: accepted.standing === 'below' ? 'undo, under later commits' : 'undo', command: `writ undo ${short}` }, ...look, events]
  if (report.running) return [{ does: 'watch it', command: `writ log ${short} --follow` }, { does: 'what it changed so far', command: `writ diff ${short}` }]
  const answers = (report.questions?.waiting ?? []).slice(0, mostAnswers).flatMap((id) => [{ does: 'say yes', command: `writ approve ${id}` }, { does: 'say no', command: `writ reject ${id} --reason "…"` }])
  // What a child asks is in its own record.
  const asks = report.tasks.some((task) => task.work?.standing === 'asks') ? [{ does: 'see what is asked', command: 'writ approvals' }] : []
  if (report.status === 'unfinished') return [...answers, ...asks, { does: answers.length + asks.length > 0 ? 'be asked here' : 'go on', command: `writ resume ${short}` }, { does: 'what it changed so far', command: `writ diff ${short}` }, events]
  const further = report.outcome === 'limit' ? [goOn(report, limit)] : []
  if (report.outcome === 'planned') return [{ does: 'see the plan', command: `writ plan show ${short}` }, { does: 'write it into a file, to edit it', command: `writ plan show ${short} -o plan.yaml` }, { does: 'carry it out', command: 'writ run --plan plan.yaml' }, events]
  if (report.outcome === 'reported') return [...look.slice(0, 1), events]
  if (!result) return [...further, ...(report.outcome === 'waiting' || report.outcome === 'limit' ? [{ does: 'what it changed', command: `writ diff ${short}` }] : []), events]
  if (report.rejected && !accepted) return [...look, { does: 'delete the branch', command: `writ reject ${short} --delete-branch` }, events]
  // A merge of what was reverted brings nothing back: its commits are on the branch already.
  const accept = `writ accept ${short}${report.outcome === 'proven' ? '' : ' --unproven'}${report.undone?.how === 'revert' ? ' --strategy squash' : ''}`
  const name = accepted ? 'accept it again' : report.outcome === 'proven' ? 'accept it' : 'accept it although it is not proven'
  return [...look, ...further, { does: name, command: accept }, ...(accepted ? [] : [{ does: 'throw it away', command: `writ reject ${short}` }]), events]
}

/** After a limit: the same request again, from what was reached, with more of what ran out. */
function goOn({ asked, repository, result, solver, cost, plan }: Omit<Report, 'next'>, limit: Limit | undefined): Report['next'][number] {
  const more = {
    turns: { words: 'with more turns', option: `--max-turns ${Math.max(2 * (asked.budget?.maxTurns ?? cost.turns), 1)}` },
    usd: { words: 'with more money', option: `--max-budget-usd ${Number((2 * (asked.budget?.maxUsd ?? cost.usd)).toPrecision(3))}` },
    deadline: { words: 'with more time', option: '--deadline 1h' },
    tokens: undefined, idle: undefined, repetition: undefined, none: undefined,
  }[limit ?? 'none']
  const options = [
    `--repo ${quote(repository.root)}`,
    ...(result ? [`--base ${quote(result.branch)}`] : []),
    ...asked.checks.filter((check) => check.origin === 'person').map((check) => `--check ${quote(check.command)}`),
    ...asked.scope.map((glob) => `--scope ${quote(glob)}`),
    ...asked.constraints.filter((each) => each.origin === 'person').map((each) => `--constraint ${quote(each.text)}`),
    ...(plan?.workers ? [`--workers ${plan.workers}`] : []),
    ...(solver.name === 'repair' ? ['--solver repair'] : []),
    ...(more ? [more.option] : []),
  ]
  return { does: [result ? 'go on from there' : 'start again', ...(more ? [more.words] : [])].join(' '), command: `writ run ${options.join(' ')} ${quote(asked.words || asked.goal)}` }
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
