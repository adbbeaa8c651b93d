import type { Finding, Validation } from '../../protocol/evidence.ts'
import type { Digest, TreeId } from '../../protocol/ids.ts'
import { digestOf } from '../../domain/digest.ts'
import { toContinueGate } from '../../domain/gates.ts'
import { circumstancesOf } from '../circumstances.ts'
import { readFiles } from '../look.ts'
import { askPeople } from '../gate.ts'
import { toAsk } from '../build-ask.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'

/**
 * What trips a security rule is sealed away: the workspace has gone back already, the content stays in the run's own snapshots
 * under an id, no later step is given it, and the same content is taken out again wherever it comes from. Whether the run goes
 * on is the policy's word; that anything of it ever counts is a person's (`writ quarantine`).
 */
export async function seal(run: RunContext, what: { readonly tree: TreeId; readonly back: TreeId; readonly findings: readonly Finding[] }): Promise<void> {
  const { policy } = run.ports
  // Killed between sealing and telling, it is sealed once.
  if ([...run.state.quarantine.values()].some((each) => each.tree === what.tree)) return
  const paths = [...new Set(what.findings.map((each) => each.path))].sort()
  const contents = await readFiles(run, what.tree, paths)
  const digests = [...contents.values()].flatMap((bytes): Digest[] => (bytes ? [digestOf(bytes)] : []))
  const count = run.state.quarantine.size + 1
  await policy.ready?.()
  const rule = what.findings[0]?.rule ?? ''
  const decision = policy.judge?.({ action: 'continue', rule, quarantined: count, circumstances: circumstancesOf(run) })
    ?? { effect: 'allow' as const, rules: [], policy: policy.hash, reason: 'the policy says nothing about it' }
  const id = `q${count}`
  await record(run, { type: 'artefact.quarantined', data: { id, tree: what.tree, back: what.back, paths, findings: [...what.findings], digests, decision } })
}

/** The policy leaves it to a person whether the run goes on. */
export async function askToContinue(run: RunContext, id: string): Promise<void> {
  const sealed = run.state.quarantine.get(id)
  if (!sealed) throw new Error(`nothing was sealed as ${id}`)
  const shows = sealed.findings.map((each) => `${each.path}${each.line ? `:${each.line}` : ''} ${each.rule}: ${each.message}`).join('\n')
  const ask = toAsk(run, sealed.decision, sealed.paths, {
    kind: 'quarantine', gate: toContinueGate(id), does: `the run goes on without what was sealed as ${id}`, shows, why: '', risk: 'high',
    undo: `${id} stays sealed either way; writ quarantine shows it`,
  })
  await askPeople(run, [{ gate: toContinueGate(id), text: `May the run go on, after ${sealed.findings[0]?.rule ?? 'a change'} was sealed as ${id}? (${sealed.decision.reason})`, ask }])
}

/**
 * What a person has looked at and released counts no more, in this run or in one that it was forked from. Together with what the
 * validators say it is one fact of the outside: the log has what is left of it, so the look at the contents is not recorded.
 */
export async function releaseKnown(run: RunContext, tree: TreeId, validations: readonly Validation[]): Promise<readonly Validation[]> {
  const { quarantine, opened } = run.state
  const released = new Set([
    ...[...quarantine.values()].flatMap((each) => (each.settled === 'released' ? each.digests : [])),
    ...(opened?.origin?.released ?? []).flatMap((each) => each.digests),
  ])
  if (released.size === 0) return validations
  const paths = [...new Set(validations.flatMap((each) => each.findings).flatMap((each) => (each.quarantine === true ? [each.path] : [])))].sort()
  const free = new Set<string>()
  for (const path of paths) {
    const bytes = await getWorkspace(run).readAt(tree, path)
    if (bytes && released.has(digestOf(bytes))) free.add(path)
  }
  return validations.map((each) => {
    const findings = each.findings.filter((finding) => finding.quarantine !== true || !free.has(finding.path))
    if (findings.length === each.findings.length) return each
    const status = each.status === 'failed' && each.more === 0 && findings.every((finding) => finding.severity === 'warning' || finding.severity === 'note') ? 'passed' : each.status
    return { ...each, findings, status, notes: [...each.notes, 'released by a person before'] }
  })
}
