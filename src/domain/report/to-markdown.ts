import { describeRepair, sumUpStrength } from './describe-repair.ts'
import { describeEvidence } from './describe-strength.ts'
import type { Origin } from '../../protocol/contract.ts'
import type { CheckAccount, Report } from '../../protocol/report.ts'
import { medianAnswerMs } from './questions.ts'
import { isTooWeak } from '../proof/demand-strength.ts'
import { describePlans } from './plans.ts'
import { describeWork } from './work.ts'
import { toShortCommit } from './short-id.ts'
import { describeTally } from './tally.ts'
import { taskCheckLines } from './task-checks.ts'
import { taskLines } from './task-lines.ts'
import { count, toAmount, toCode, toDuration, toLine, toLines, toMoney, toShare } from './words.ts'

/** Names of one list that are printed; the JSON form has all of them. */
const mostNames = 30
const mostFiles = 20

/** The report as Markdown that reads well both in a terminal and in a pull request. No line ends with a blank. */
export function toMarkdown(report: Report): string {
  const sections = [
    head(report),
    section('What was asked', asked(report)),
    section('Tasks', taskLines(report)),
    section('What was done', done(report)),
    section('Plans', describePlans(report)),
    section('Expected and taken', describeWork(report)),
    section('The repair', repaired(report)),
    section('Evidence', evidence(report)),
    section('Not done', report.notDone.map((line) => `- ${line}`)),
    section('Deviations', report.deviations.map((each) => `- ${each.text}${each.times > 1 ? ` (${each.times} times)` : ''}`)),
    section('Unknowns', report.unknowns.map((each) => `- ${toLine(each.question, 1000)}${each.why ? ` ${toLine(each.why, 1000)}` : ''}`)),
    section('Time and cost', [...timeAndCost(report), ...questions(report)]),
    section('Next', next(report)),
  ]
  return sections.filter((part) => part !== '').join('\n\n')
}

const titles: Record<NonNullable<Report['outcome']>, string> = {
  proven: 'Proven',
  planned: 'Planned',
  'not-achieved': 'Not achieved',
  'request-wrong': 'The request is wrong',
  reported: 'Reported: nothing of it was to be proven',
  waiting: 'Waiting for a person',
  limit: 'Stopped at a limit',
  fault: 'Stopped by a fault',
  interrupted: 'Interrupted',
}

function head(report: Report): string {
  const title = report.outcome ? titles[report.outcome] : 'Not finished'
  const solver = report.solver.name === 'repair' ? 'built-in repair, no model' : (report.solver.model ?? 'a model')
  const facts = [report.run ?? 'a run without a record', solver, toDuration(report.time.totalMs), ...(report.commits.length > 0 ? [count(report.commits.length, 'commit')] : [])]
  const verdicts = [
    ...(report.routing ?? []).map(({ to, why }, at) => `${to === 'repair' ? 'The built-in solver, which asks no model, tried first' : at > 0 ? 'It handed over to the model' : 'The built-in solver did not try first'}: ${toLine(why, 300)}.`),
    ...(report.accepted ? [`Accepted by ${toLine(report.accepted.by, 100)} onto ${toCode(report.accepted.onto)} (${report.accepted.strategy})${report.accepted.standing === 'gone' ? '; it is not there any more' : ''}.`] : []),
    ...(report.undone ? [`It was accepted, and taken back from ${toCode(report.undone.onto)} by ${toLine(report.undone.by, 100)}.`] : []),
    ...(report.pruned ? [`Of its record, ${report.pruned.parts.join(' and ')} were removed by ${toLine(report.pruned.by, 100)} to save space.`] : []),
    ...(report.rejected ? [`Rejected by ${toLine(report.rejected.by, 100)}${report.rejected.reason ? `: ${toLine(report.rejected.reason, 500)}` : ''}.`] : []),
  ]
  return [`# ${title}: ${toLine(report.asked.goal || report.asked.words, 120)}`, '', `${sentence(report.reason, report)}${verdicts.length > 0 ? ` ${verdicts.join(' ')}` : ''}`, '', facts.join(' · ')].join('\n')
}

/** A reason is written as a clause; here it stands alone. A command at its beginning keeps its letters. */
function sentence(text: string, { asked }: Report): string {
  const start = asked.checks.some((check) => text.startsWith(check.command)) ? text : text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(start) ? start : `${start}.`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n${lines.join('\n')}`
}

const origins: Record<Origin, string> = { person: 'given by you', found: 'found', model: 'read from your words by the model', default: 'by default' }

/** `given by you`, `found in package.json`. */
function fromWhere(origin: Origin, why?: string): string {
  if (origin !== 'found' || !why) return origins[origin]
  return /^(found|in|named|declared)\b/.test(why) ? toLine(why, 200) : `found: ${toLine(why, 200)}`
}

function asked({ asked, repository, origin, parent }: Report): string[] {
  const goal = toLines(asked.goal || asked.words)
  const budget = asked.budget
  const bounds = [
    ...(budget ? [`${count(budget.maxTurns, 'turn')}`, `${count(budget.maxIdleTurns, 'turn')} without a change`] : []),
    ...(budget?.maxUsd === undefined ? [] : [toMoney(budget.maxUsd)]),
    ...(budget?.maxTokens === undefined ? [] : [`${toAmount(budget.maxTokens)} tokens`]),
    ...(asked.deadline ? [`deadline ${asked.deadline}`] : []),
  ]
  return [
    goal.length === 1 ? `- Goal: ${toLine(goal[0] ?? '', 2000)}` : `- Goal:\n${goal.slice(0, 200).map((line) => `  > ${line}`.trimEnd()).join('\n')}`,
    ...asked.constraints.map((each) => `- Constraint: ${toLine(each.text, 1000)} (${origins[each.origin]})`),
    ...(asked.checks.length === 0 ? ['- Checks: none was given, and none was found'] : asked.checks.map((each) => `- Check: ${toCode(each.command)} (${parent && each.origin === 'model' ? 'of the plan' : fromWhere(each.origin, each.why)})`)),
    `- Scope: ${asked.scope.length === 0 ? 'the whole repository' : asked.scope.map((glob) => toCode(glob)).join(', ')}`,
    ...asked.dataLocations.map((each) => `- Data: ${toLine(each.text, 1000)} (${origins[each.origin]})`),
    ...(asked.network.length === 0 ? [] : [`- Network: ${asked.network.map((host) => toCode(host)).join(', ')}`]),
    ...(bounds.length === 0 ? [] : [`- Bounds: ${bounds.join(', ')}`]),
    ...(asked.approvers.length === 0 ? [] : [`- May approve: ${asked.approvers.map((name) => toLine(name, 100)).join(', ')}`]),
    ...(repository.base ? [`- Base: ${toCode(toShortCommit(repository.base))}${repository.branch ? ` on ${toCode(repository.branch)}` : ''}${repository.includesDirty && repository.dirty ? ', with the uncommitted changes' : ''}`] : []),
    ...(parent ? [`- Task ${toCode(parent.task)} of ${toCode(parent.run)}`] : []),
    ...(origin ? [`- Forked from ${toCode(origin.run)} at event ${origin.seq}`] : []),
    ...(asked.pinned ? [] : ['- This is a draft: the contract was not pinned']),
  ]
}

function done(report: Report): string[] {
  const lines: string[] = []
  report.commits.forEach((each, index) => {
    if (index > 0) lines.push('')
    lines.push(`${index + 1}. ${toCode(toShortCommit(each.commit))} ${toLine(each.subject, 200)}`)
    for (const line of toLines(each.why)) lines.push(line.trim() === '' ? '' : `   ${line}`)
    for (const file of each.files.slice(0, mostFiles)) lines.push(`   - ${toCode(file.path)} ${changeOf(file)}`)
    if (each.files.length > mostFiles) lines.push(`   - and ${count(each.files.length - mostFiles, 'more file', 'more files')}`)
  })
  const without = report.tasks.filter((task) => task.commits.length === 0 && (task.status === 'finished' || task.status === 'dropped'))
  if (without.length > 0 && lines.length > 0) lines.push('')
  for (const task of without) lines.push(`- No commit for ${task.id}, ${toLine(task.title, 200)}${task.why ?? task.summary ? `: ${toLine(task.why ?? task.summary ?? '', 400)}` : ''}`)
  if (lines.length === 0) lines.push('Nothing was committed.')
  // Blank lines in a row say nothing more than one.
  return lines.filter((line, index) => line !== '' || lines[index - 1] !== '')
}

/** The solver's own account of each fault: claims, but for what it measured. */
function repaired({ repairs = [] }: Report): string[] {
  return repairs.flatMap((judgement, at) => [...(at > 0 ? [''] : []), ...describeRepair(judgement).map((line) => (line.startsWith(' ') ? line : `- ${line}`))])
}

function changeOf(file: Report['commits'][number]['files'][number]): string {
  const lines = file.binary ? 'binary' : `+${file.added} −${file.removed}`
  if (file.kind === 'modified') return lines
  if (file.kind === 'mode') return 'mode changed'
  return `${lines}, ${file.kind}${file.from ? ` from ${toCode(file.from)}` : ''}`
}

function evidence(report: Report): string[] {
  const { proof } = report
  const lines: string[] = []
  if (proof) {
    const wasRun = report.checks.some((check) => check.seen === 'clean-checkout')
    const what = proof.verdict === 'proven' ? 'is proven' : proof.verdict === 'unproven' ? 'is not proven' : isTooWeak({ ...report, verdict: proof.verdict }) ? 'passes its checks, and what shows that the goal is met is too weak to count' : 'has no evidence for or against it'
    if (!wasRun) lines.push(`No check was run on the result${report.checks.length === 0 ? ': there is none' : ''}.`)
    else lines.push(`Commit ${toCode(toShortCommit(proof.commit))} ${what}: Writ ran the checks itself, in a clean checkout, with the pinned files as they were on the base.`)
    if (proof.verdict !== 'proven') lines.push(...proof.reasons.map((reason) => `- ${toLine(reason, 500)}`))
  } else if (report.checks.length > 0) lines.push('There was no proof run: nothing below is evidence for the goal.')
  for (const check of report.checks) lines.push('', ...checkLines(check))
  const ofTasks = taskCheckLines(report)
  if (ofTasks.length > 0) lines.push(...(lines.length > 0 ? [''] : []), ...ofTasks)
  if (report.strength) {
    const { sentence, lines: missed } = describeEvidence(report.strength)
    lines.push('', '### How strong the tests are', `- Strength of the evidence: ${sentence}.`, ...missed.map((each) => `  - not noticed: ${each}`))
  }
  const measured = (report.strength ? [] : report.repairs ?? []).flatMap(({ fault, strength }) => (strength ? [`- ${fault.path}:${fault.line}: ${sumUpStrength(strength)}${strength.survivors.length > 0 ? '; what they miss is named above' : ''}.`] : []))
  if (measured.length > 0) lines.push('', '### How strong the tests are', ...measured)
  if (report.selfMade.length > 0) {
    lines.push('', '### Tests written in this run')
    for (const test of report.selfMade.slice(0, mostNames)) {
      const worth = test.evidence ? 'evidence: Writ saw it fail on the base and pass on the result' : `self-made, no evidence: on the base ${toLine(test.onBase, 60)}, on the result ${toLine(test.onResult, 60)}`
      lines.push(`- ${toLine(test.name, 300)} (${worth})`)
    }
    if (report.selfMade.length > mostNames) lines.push(`- and ${report.selfMade.length - mostNames} more`)
  }
  if (proof && proof.restored.length > 0) lines.push('', `Put back or taken out before the checks ran: ${names(proof.restored)}.`)
  return lines
}

const verdicts: Record<CheckAccount['verdict'], string> = { fixed: 'failed before, passes now', kept: 'passed before, passes now', failing: 'fails', unproven: 'not proven' }

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function checkLines(check: CheckAccount): string[] {
  const lines = [`### ${toCode(check.command)}: ${check.verdict === 'kept' && check.before?.status !== 'passed' ? 'passes now' : verdicts[check.verdict]}`]
  lines.push(`- Before: ${check.before ? describeTally(check.before) : 'not run'}`)
  for (const text of check.before?.endless ?? []) lines.push(`- ${capital(toLine(text, 500))}`)
  if (check.after) lines.push(`- After: ${describeTally(check.after)}${check.seen === 'worktree' ? ' (seen in the worktree, not in a clean checkout)' : ''}`)
  if (check.fixed.length > 0) lines.push(`- Failed before, ${check.fixed.length === 1 ? 'passes' : 'pass'} now, in both runs (${check.fixed.length}):`, ...nameLines(check.fixed))
  if (check.stillFailing.length > 0) lines.push(`- Still ${check.stillFailing.length === 1 ? 'fails' : 'fail'} (${check.stillFailing.length}):`, ...nameLines(check.stillFailing))
  if (check.broken.length > 0) lines.push(`- Passed before, not now (${check.broken.length}):`, ...nameLines(check.broken))
  if (check.flaky.length > 0) lines.push(`- Passed once and failed once on the same commit (${check.flaky.length}):`, ...nameLines(check.flaky))
  for (const reason of check.reasons) lines.push(`- ${toLine(reason, 500)}`)
  if (check.strength) lines.push(check.strength === 'by-name' ? '- Strength: by test name' : '- Strength: exit code only, which is weaker: no test names were seen')
  return lines
}

function nameLines(list: readonly string[]): string[] {
  const shown = list.slice(0, mostNames).map((name) => `  - ${toLine(name, 300)}`)
  return list.length > mostNames ? [...shown, `  - and ${list.length - mostNames} more`] : shown
}

function names(paths: readonly string[]): string {
  const shown = paths.slice(0, mostFiles).map((path) => toCode(path)).join(', ')
  return paths.length > mostFiles ? `${shown} and ${paths.length - mostFiles} more` : shown
}

function timeAndCost({ time, cost, solver, plan }: Report): string[] {
  // Models' time is of all runs, child runs included; theirs of checks and tools stands in their own reports.
  const alone = plan === undefined ? '' : ' without those of child runs'
  const parts = [
    ...(time.solverMs > 0 ? [`${solver.name === 'repair' ? 'search' : 'model'} ${toDuration(time.solverMs)}`] : []),
    ...(time.checksMs > 0 ? [`checks ${toDuration(time.checksMs)}${alone}`] : []),
    ...(time.toolsMs > 0 ? [`tools ${toDuration(time.toolsMs)}${alone}`] : []),
  ]
  const spent = `- Time: ${toDuration(time.totalMs)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
  if (!cost.modelUsed) return [spent, '- Cost: nothing: no model was used']
  if (cost.turns === 0 && cost.inputTokens === 0) return [spent, '- Cost: nothing: no model answered']
  const tokens = `${count(cost.turns, 'turn')}, ${toAmount(cost.inputTokens)} tokens in (${toShare(cost.cachedTokens, cost.inputTokens)} from cache), ${toAmount(cost.outputTokens)} out`
  const money = cost.unpriced ? (cost.usd > 0 ? `at least ${toMoney(cost.usd)}; not every answer has a known price` : 'unknown: the model has no known price') : toMoney(cost.usd)
  return [spent, `- Cost: ${money}; ${tokens}`]
}

/** How much of people's time it took, against what it should. */
function questions({ questions }: Report): string[] {
  if (!questions) return []
  const { asked, unasked, target, answers, waiting } = questions
  const median = medianAnswerMs(questions)
  const people = [...new Set(answers.filter(({ via }) => via === 'terminal' || via === 'command').map(({ by }) => toLine(by, 100)))]
  const parts = [
    `${count(asked, 'question')} to people (the target is at most ${target}${asked > target ? ', so this is too many' : ''})`,
    ...(median === undefined ? [] : [`answered by ${people.join(', ')} within ${toDuration(median)}${answers.length - unasked > 1 ? ' in the median' : ''}`]),
    ...(waiting.length > 0 ? [`${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'}`] : []),
    ...(unasked > 0 ? [`${unasked} more answered without disturbing anybody`] : []),
  ]
  return [`- Asked: ${parts.join('; ')}`]
}

function next(report: Report): string[] {
  const width = Math.max(0, ...report.next.map((each) => each.does.length))
  const commands = report.next.map((each) => `${each.does.padEnd(width)}  ${toLine(each.command, 2000)}`)
  const result = report.parent ? [] : report.result ? [`Result: ${toCode(report.result.commit)} on branch ${toCode(report.result.branch)}${report.accepted ? '' : '; your branch and files are as they were'}.`, ''] : []
  return [...result, ...attested(report), ...(commands.length === 0 ? [] : ['```', ...commands, '```'])]
}

function attested({ attestation, short }: Report): string[] {
  if (!attestation) return []
  const { digest, key = '', later } = attestation
  if (!digest || later > 0) return [`${digest ? 'The end of its record is' : 'It is'} not attested yet: ${toCode(`writ verify ${short} --attest`)} makes up for it.`, '']
  return [`Attested: ${toCode(`sha256:${digest}`)} by key ${toCode(key.slice(0, 12))}; ${toCode(`writ verify ${short}`)} checks it.`, '']
}
