import { readKeptRules } from '../../adapters/policy-cedar/read-kept-rules.ts'
import { withoutAnnotations } from '../../adapters/policy-cedar/split-policies.ts'
import { PolicyDocument } from '../../adapters/policy-builtin/rule.ts'
import type { Blobs } from '../../engine/ports/event-log.ts'
import type { Policy } from '../../engine/ports/policy.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { BlobRef } from '../../protocol/ids.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { openPolicyFor, parseKeptPolicy } from '../open-policy.ts'
import { toRepositoryHere } from '../policy-here.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'
import { oneLine, painter, tame } from '../render.ts'
import { describeRule } from './policy-list.ts'

/** A rule that held, as far as the kept policy tells. */
interface ExplainedRule {
  readonly id: string
  readonly answer: string
  readonly reason: string
  /** `house@2 (user), rules.cedar:3`. */
  readonly from: string
  readonly text: string
}

/** `writ policy explain`: what was asked, which rules held, of which policy, and what of it holds today. */
export async function policyExplainCommand(seq: number, options: { readonly run: string; readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const record = await openRecord()
  const { log, blobs } = record
  const run = await getRun(log, options.run, { repo: options.repo })
  const { events } = await readRun(log, run)
  const { event, decision, asked } = findDecision(events, seq)
  const document = await readDocument(events, blobs, decision)
  const rules = document === undefined ? [] : await explainRules(document, decision.rules)
  const standing = await findStanding(record, events, document, decision)
  const reading = findReading(events, event)
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ run, event: event.seq, type: event.type, at: event.at, asked, decision, rules, ...(reading === undefined ? {} : { reading }), standing }, undefined, 2)}\n`)
    else await print(`${describe({ run, event, decision, asked, rules, standing, unread: document === undefined }).join('\n')}\n`)
    return 0
  })
}

interface Found {
  readonly event: StoredEvent
  readonly decision: PolicyDecision
  readonly asked: string
}

/** The decision that an event holds, or that the call it belongs to was made under. */
function findDecision(events: readonly StoredEvent[], seq: number): Found {
  const named = events.find((event) => event.seq === seq)
  if (named === undefined) throw new Fault('request-invalid', `the run has no event ${seq}; it ends with ${events.at(-1)?.seq ?? 'none'} (writ log shows them)`)
  const callId = 'callId' in named.data ? named.data.callId : undefined
  const event = 'decision' in named.data ? named : events.find((each) => callId !== undefined && each.type === 'tool.called' && each.data.callId === callId)
  switch (event?.type) {
    case 'tool.called': return { event, decision: event.data.decision, asked: `${event.data.name} (${event.data.effect}) ${JSON.stringify(event.data.input)}` }
    case 'integration.judged': return { event, decision: event.data.decision, asked: `making task ${event.data.task} part of the result: ${event.data.kinds.join(', ')}` }
    case 'artefact.quarantined': return { event, decision: event.data.decision, asked: `going on after ${event.data.paths.join(', ')} was sealed away` }
    case 'task.delegated': return { event, decision: event.data.decision, asked: `${event.data.role} beginning task ${event.data.task}` }
    case 'task.held': return { event, decision: event.data.decision, asked: `${event.data.role} beginning task ${event.data.task} with ${event.data.running} at work` }
    case 'stage.delegated': return { event, decision: event.data.decision, asked: `${event.data.role} doing the stage ${event.data.stage} of task ${event.data.task}` }
    default: {
      const with_ = events.filter((each) => 'decision' in each.data).map((each) => each.seq)
      throw new Fault('request-invalid', `event ${seq} is ${named.type}, about which the policy was not asked; it was for ${with_.length === 0 ? 'none of this run' : `${with_.slice(-8).join(', ')}${with_.length > 8 ? ' and before' : ''}`}`)
    }
  }
}

function findReading(events: readonly StoredEvent[], event: StoredEvent) {
  const callId = event.type === 'tool.called' ? event.data.callId : undefined
  const read = events.find((each) => callId !== undefined && each.type === 'command.read' && each.data.callId === callId)
  return read?.type === 'command.read' ? read.data.reading : undefined
}

/** The policy as it was kept; undefined where it was not, or where what was kept is gone. */
async function readDocument(events: readonly StoredEvent[], blobs: Blobs, decision: PolicyDecision): Promise<string | undefined> {
  const refs: readonly BlobRef[] = events.flatMap((event) => ((event.type === 'run.opened' || event.type === 'run.resumed') && event.data.kept ? [event.data.kept.policy] : []))
  const ref = refs.find(({ digest }) => digest === decision.policy)
  if (ref === undefined) return undefined
  try {
    return new TextDecoder().decode(await blobs.get(ref))
  } catch (thrown) {
    if (thrown instanceof Fault) return undefined // writ clean may have taken it; what the event says is shown all the same
    throw thrown
  }
}

async function explainRules(document: string, cited: readonly string[]): Promise<readonly ExplainedRule[]> {
  const { form } = JSON.parse(document) as { form?: unknown }
  const all: readonly ExplainedRule[] = form === 'cedar'
    ? (await readKeptRules(document)).map((rule) => {
        const { id, answer, reason, bundle, layer, file, line, text } = describeRule(rule)
        return { id, answer, reason, from: `${bundle} (${layer}), ${file}:${line}`, text }
      })
    : PolicyDocument.parse(JSON.parse(document)).rules.map(({ id, effect, reason, when }) => ({ id, answer: effect, reason, from: 'the built-in rules of an earlier version', text: JSON.stringify(when) }))
  return cited.flatMap((id) => all.find((rule) => rule.id === id) ?? [])
}

/** What of the policy that decided holds today, in sentences; the first says it in short. */
async function findStanding(record: OpenRecord, events: readonly StoredEvent[], document: string | undefined, decision: PolicyDecision): Promise<{ readonly same: boolean; readonly says: readonly string[] }> {
  const opened = events.find((event) => event.type === 'run.opened')
  const repository = opened?.type === 'run.opened' ? opened.data.repository.root : undefined
  let today: Policy
  try {
    today = (await openPolicyFor({ places: record.places, now: record.clock.now(), ...(repository === undefined ? {} : { repository: toRepositoryHere(record, repository) }) })).policy
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return { same: false, says: [`No policy is in force today: ${toMessage(thrown)}`] }
  }
  if (today.hash === decision.policy) return { same: true, says: ['The same policy is in force today.'] }
  const then = document === undefined ? [] : (await parseKeptPolicy(document)).bundles ?? []
  const now = today.bundles ?? []
  const changes = then.flatMap((bundle) => {
    const other = now.find(({ id, layer }) => id === bundle.id && layer === bundle.layer)
    if (other === undefined) return [`${bundle.id}@${bundle.version} (${bundle.layer}) is not in force any more`]
    return other.digest === bundle.digest ? [] : [`${bundle.id}@${bundle.version} is now ${other.version === bundle.version ? 'another text under the same version' : `${other.id}@${other.version}`}`]
  })
  const added = now.filter(({ id, layer }) => !then.some((bundle) => bundle.id === id && bundle.layer === layer)).map(({ id, version, layer }) => `${id}@${version} (${layer}) was not in force then`)
  return { same: false, says: [`That policy is superseded: today ${today.hash.slice(0, 12)} is in force.`, ...changes, ...added] }
}

const words: Readonly<Record<PolicyDecision['effect'], string>> = { allow: 'allowed', ask: 'a person was to be asked', deny: 'denied' }

function describe({ run, event, decision, asked, rules, standing, unread }: Found & { readonly run: string; readonly rules: readonly ExplainedRule[]; readonly standing: { readonly says: readonly string[] }; readonly unread: boolean }): string[] {
  const paint = isTerminal() ? painter(process.stdout) : (_: unknown, text: string) => text
  const listed = rules.flatMap(({ id, answer, reason, from, text }, index) => [
    '', `${paint('bold', oneLine(id, 100))}  ${answer}${index === 0 ? ', which decided' : ''}  ${paint('dim', oneLine(from, 300))}`,
    ...(index === 0 ? [] : [`  ${oneLine(reason, 1000)}`]), ...tame(withoutAnnotations(text)).split('\n').map((line) => `    ${line}`),
  ])
  return [
    `Event ${event.seq} of ${run}, ${event.at}: ${paint('bold', words[decision.effect])}`,
    `Asked:  ${oneLine(asked, 500)}`,
    ...(decision.about?.length ? [`About:  ${oneLine(decision.about.join(' · '), 1000)}`] : []),
    `Said:   ${oneLine(decision.reason, 2000)}`,
    `Rules:  ${decision.rules.join(', ') || 'none'}, of policy ${decision.policy.slice(0, 12)}`,
    ...listed, ...(unread ? ['', 'The policy was not kept with the run, or is gone, so its rules cannot be shown.'] : []),
    '', ...standing.says.map((sentence, index) => (index === 0 ? oneLine(sentence, 1000) : `  ${oneLine(sentence, 300)}`)),
  ]
}
