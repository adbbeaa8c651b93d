import { toShortCommit, toShortId } from '../../domain/report/short-id.ts'
import { sumUpEvidence } from '../../domain/report/describe-strength.ts'
import { count } from '../../domain/report/words.ts'
import type { RunRecord } from '../../protocol/attestation.ts'
import { oneLine, type painter } from '../render.ts'
import type { Finding, Verification, Whole } from './finding.ts'

const most = 300
/** Lines of one kind, so that all of it is on one screen; --json has everything. */
const mostLines = 12

/** One screen: what is proven, or what is wrong. */
export function describeVerification(verification: Verification, paint: ReturnType<typeof painter>): string {
  const { verified, asked, statement, whole, findings } = verification
  const head = verified ? paint('green', `Verified: ${oneLine(asked, 200)}`) : paint('red', `NOT verified: ${oneLine(asked, 200)}`)
  const bad = findings.filter((each) => each.status === 'failed')
  const rest = findings.filter((each) => each.status !== 'failed')
  const shown = [...bad.slice(0, mostLines).map((each) => toLine(each, paint)), ...(bad.length > mostLines ? [`  and ${bad.length - mostLines} more (--json has them all)`] : [])]
  const said = statement ? [...(verified ? [] : ['What was signed says:']), ...describeStatement(statement, whole)] : []
  return [head, '', ...shown, ...(shown.length > 0 ? [''] : []), ...(said.length > 0 ? [...said, ''] : []), ...rest.slice(0, mostLines).map((each) => toLine(each, paint))].join('\n')
}

function toLine({ status, about, text }: Finding, paint: ReturnType<typeof painter>): string {
  const mark = status === 'ok' ? paint('green', '✓') : status === 'failed' ? paint('red', '✗') : paint('dim', '–')
  return `${mark} ${about.padEnd(11)}  ${oneLine(text, 1000)}`
}

function describeStatement(statement: RunRecord, whole: Whole | undefined): string[] {
  const { contract, result, base, evidence, decisions, plan } = statement
  const lines: [string, string][] = [
    ['run', `${statement.run} by ${statement.by}, ${statement.startedAt} to ${statement.endedAt ?? 'now'}: ${statement.outcome ?? 'goes on'}${statement.reason ? `: ${statement.reason}` : ''}`],
  ]
  if (contract) lines.push(['asked', contract.goal], ['contract', `sha256:${contract.sha256}`])
  if (plan) lines.push(['plan', `${count(plan.tasks.length, 'task')}, revision ${plan.revision} · ${statement.solver.model ?? statement.solver.name}${statement.solver.servedBy.length > 0 ? `, served by ${statement.solver.servedBy.join(', ')}` : ''}`])
  lines.push(['result', result ? `${toShortCommit(result.commit)}${result.tree ? `, tree ${toShortCommit(result.tree)}` : ''}, from ${toShortCommit(base.commit)}${base.dirty ? ' (with uncommitted changes beside it)' : ''}` : 'no commit'])
  for (const check of evidence.checks.slice(0, mostLines)) {
    const outputs = evidence.runs.filter((each) => each.check === check.check && (each.purpose === 'proof' || each.purpose === 'repeat')).map((each) => each.output.digest.slice(0, 12))
    lines.push(['check', `${check.command}: ${check.verdict}, ${count(check.passed, 'test')} passed, ${check.fixed} of them failed before, ${check.broken} broken${check.strength === 'exit-code' ? ' (by exit code alone)' : ''}${outputs.length > 0 ? ` · output sha256 ${[...new Set(outputs)].join(', ')}` : ''}`])
  }
  if (evidence.strength) lines.push(['strength', sumUpEvidence(evidence.strength)])
  if (evidence.verdict !== 'proven') lines.push(['proof', `${evidence.verdict ?? 'none was made'}${evidence.reasons[0] ? `: ${evidence.reasons[0]}` : ''}`])
  const { calls, allowed, asked, denied } = whole ?? decisions
  lines.push(['decisions', `${count(calls, 'call')}${describeRuns(statement, whole)}: ${allowed} allowed, ${asked} asked, ${denied} denied · policy ${decisions.policy.slice(0, 12)}`])
  for (const repair of statement.repairs) lines.push(['repaired', `by ${repair.by} from line ${repair.line} on: ${repair.problem}`])
  const people = [
    ...statement.approvals.map((each) => `${each.by} said ${each.answer} to ${each.question ?? each.gate}`),
    ...(whole?.approvals ?? []).map((each) => `${each.by} said ${each.answer} to ${each.question ?? each.gate} (in ${toShortId(each.run)}, task ${each.task})`),
    ...statement.afterwards.map((each) => `${each.by}: ${each.type.replace('run.', '')}${each.onto ? ` onto ${each.onto}` : ''}${each.strategy ? ` (${each.strategy})` : ''}`),
  ]
  lines.push(['people', people.length > 0 ? people.slice(0, mostLines).join(' · ') : 'nobody was asked, and nobody has accepted it yet'])
  return lines.map(([name, text]) => `  ${name.padEnd(11)}  ${oneLine(text, most)}`)
}

/** Over how many runs the counts go, of a run with child runs. */
function describeRuns({ children }: RunRecord, whole: Whole | undefined): string {
  const [runs, of] = whole ? [whole.runs, whole.of] : [1, 1 + (children?.length ?? 0)]
  if (of === 1) return ''
  return runs === of ? ` in ${of} runs` : ` in ${runs} of ${of} runs (the records of the others are not here, or not those that the results came from)`
}
