import { createCedarPolicy } from '../../adapters/policy-cedar/cedar-policy.ts'
import type { Rule } from '../../adapters/policy-cedar/rules.ts'
import { PolicyBook } from '../../domain/policy/bundle.ts'
import { describeReading } from '../../domain/command/describe-reading.ts'
import { Fault } from '../../protocol/fault.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'

export interface ExplainOptions {
  readonly run: string
  readonly repo?: string
  readonly json?: boolean
}

/** `writ policy explain`: what was asked, which rules held, and what they say. */
export async function policyExplainCommand(seq: number, options: ExplainOptions): Promise<number> {
  const here = await openPolicyHere(undefined)
  const { record } = here
  const run = await getRun(record.log, options.run, { repo: options.repo })
  const { events, state } = await readRun(record.log, run)
  const event = events[seq]
  if (!event) throw new Fault('request-invalid', `${run} has no event ${seq}; it has events 0 to ${events.length - 1}`)
  const decision = decisionOf(event)
  if (!decision) throw new Fault('request-invalid', `event ${seq} (${event.type}) is no decision of the policy; ${nearest(events, seq)}`)
  const kept = events.findLast((each) => each.seq <= seq && (each.type === 'run.opened' || each.type === 'run.resumed') && each.data.kept !== undefined)
  const ref = kept?.type === 'run.opened' || kept?.type === 'run.resumed' ? kept.data.kept?.policy : undefined
  const document = ref ? new TextDecoder().decode(await record.blobs.get(ref)) : undefined
  const rules = document === undefined ? [] : await rulesOf(document)
  const reading = event.type === 'tool.called' ? events.findLast((each) => each.seq < seq && each.type === 'command.read' && each.data.callId === event.data.callId) : undefined
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ run, seq, type: event.type, decision, rules: decision.rules.map((name) => ({ name, ...pick(rules.find((rule) => rule.name === name)) })), policyToday: here.opened.policy.hash }, undefined, 2)}\n`)
      return 0
    }
    const lines = [
      `Event ${seq} of ${run}: ${describe(event)}`,
      ...(reading?.type === 'command.read' ? [`It would do:  ${describeReading(reading.data.reading)}`] : []),
      `Answer:       ${decision.effect}. ${decision.reason}`,
      ...(decision.about ? [`About:        ${decision.about.join(', ')}`] : []),
      `Policy:       ${decision.policy}${state.opened?.bundles ? ` (${state.opened.bundles.map((each) => `${each.id}@${each.version}`).join(', ')})` : ''}${decision.policy === here.opened.policy.hash ? '' : '; another one is in force today'}`,
      ...decision.rules.flatMap((name) => {
        const rule = rules.find((each) => each.name === name)
        return ['', `${name}${rule ? ` (${rule.layer}, ${rule.answer === 'allow' ? 'allows' : rule.answer === 'ask' ? 'asks' : 'denies'}${rule.locked ? ', locked' : ''})` : ''}`, ...(rule ? rule.text.trim().split('\n').map((line) => `    ${line}`) : ['    the text of this rule was not kept'])]
      }),
    ]
    await print(`${lines.join('\n')}\n`)
    return 0
  })
}

function decisionOf(event: StoredEvent): PolicyDecision | undefined {
  return event.type === 'tool.called' || event.type === 'integration.judged' || event.type === 'artefact.quarantined' ? event.data.decision : undefined
}

function nearest(events: readonly StoredEvent[], seq: number): string {
  const others = events.filter((each) => decisionOf(each)).toSorted((a, b) => Math.abs(a.seq - seq) - Math.abs(b.seq - seq)).slice(0, 3)
  return others.length === 0 ? 'this run has none' : `decisions near it are ${others.map((each) => each.seq).join(', ')}`
}

async function rulesOf(document: string): Promise<readonly Rule[]> {
  const book = PolicyBook.safeParse(JSON.parse(document))
  if (!book.success) return [] // from before there were bundles
  const policy = createCedarPolicy(book.data)
  await policy.ready?.()
  return policy.rules()
}

function describe(event: StoredEvent): string {
  if (event.type === 'tool.called') return `${event.data.name} ${JSON.stringify(event.data.input).slice(0, 300)} (${event.data.effect})`
  if (event.type === 'integration.judged') return `changes of task ${event.data.task} (${event.data.kinds.join(', ')})`
  return event.type
}

function pick(rule: Rule | undefined) {
  return rule ? { answer: rule.answer, layer: rule.layer, bundle: rule.bundle, locked: rule.locked, text: rule.text } : {}
}
