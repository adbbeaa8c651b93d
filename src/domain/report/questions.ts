import type { StoredEvent } from '../../protocol/events/event.ts'
import type { QuestionsAccount } from '../../protocol/report.ts'
import { toApprovalId } from '../approval/answer.ts'
import { findWaiting } from '../approval/waiting.ts'
import { GateSettings } from '../policy/settings.ts'
import type { RunState } from '../run-state.ts'

/** Ways of an answer for which nobody was disturbed. */
const unasked: ReadonlySet<string> = new Set(['remembered', 'option'])

/**
 * What people were asked, by whom it was answered and how fast. A question that is put again, because it expired or the run stopped,
 * is one question, and its time runs from the first. What a person changed unasked is no question. Undefined where there was none.
 * @param target how many questions per run the policy's owners aim for
 */
export function accountQuestions(state: RunState, events: readonly StoredEvent[], target: number = GateSettings.parse({}).questions_target): QuestionsAccount | undefined {
  const asked = new Map<string, { readonly kind: string; readonly at: number }>()
  const answers = new Map<string, QuestionsAccount['answers'][number]>()
  const proposed = new Set<string>()
  const run = state.run ?? ''
  for (const event of events) {
    if (event.type === 'amendment.proposed') proposed.add(event.data.gate)
    if (event.type === 'approval.requested') {
      const { gate, ask, inDoubt } = event.data
      const isOwn = ask?.kind === 'amend' && !proposed.has(gate)
      if (!isOwn && !asked.has(gate)) asked.set(gate, { kind: inDoubt ? 'in-doubt' : (ask?.kind ?? 'call'), at: Date.parse(event.at) })
    }
    if (event.type !== 'approval.given') continue
    const { gate, by, answer, via } = event.data
    const question = asked.get(gate)
    const isHook = via === undefined && answer === 'deny' && by.startsWith('hook ')
    if (question) answers.set(gate, { id: toApprovalId(run, gate), kind: question.kind, by, answer, via: isHook ? 'hook' : (via ?? 'terminal'), afterMs: Date.parse(event.at) - question.at })
  }
  if (asked.size === 0) return undefined
  const silent = [...answers.values()].filter((each) => unasked.has(each.via) || each.via === 'hook').length
  return { asked: asked.size - silent, unasked: silent, target, answers: [...answers.values()], waiting: findWaiting(state, events).map((each) => each.id) }
}

/** The middle one of the times that people took, in milliseconds; undefined where nobody answered. */
export function medianAnswerMs({ answers }: QuestionsAccount): number | undefined {
  const times = answers.filter(({ via }) => via === 'terminal' || via === 'command').map((each) => each.afterMs).toSorted((a, b) => a - b)
  return times[Math.floor((times.length - 1) / 2)]
}
