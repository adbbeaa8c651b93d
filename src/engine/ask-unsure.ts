import { getTask } from '../domain/delegation/follow-plan.ts'
import { toUnsureGate } from '../domain/delegation/unsure.ts'
import { toAsk } from './build-ask.ts'
import { askPeople } from './gate.ts'
import type { RunContext } from './record.ts'

/** Whoever planned it is not sure that it can be done so, and the policy wants a person to say whether it is tried. */
export async function askUnsure(run: RunContext, id: string): Promise<void> {
  const { policy } = run.ports
  await policy.ready?.()
  const task = getTask(run.state, id)
  const sure = Math.round((task.confidence ?? 0) * 100)
  const reason = `its confidence is ${sure} %, below what the policy lets begin unasked`
  const decision = { effect: 'ask' as const, rules: ['settings.when_unsure'], policy: policy.hash, reason }
  const gate = toUnsureGate(run.state, task)
  await askPeople(run, [{
    gate, text: `${id} (${task.title}) is planned with a confidence of ${sure} %: begin it? No leaves it out.`,
    ask: toAsk(run, decision, task.scope, {
      kind: 'integrate', gate, does: `${id} is worked on: ${task.title}`, shows: [task.subgoal, ...(task.unknowns ?? []).map((each) => `Not known: ${each}`)].join('\n'),
      why: reason, risk: task.risk === 'high' ? 'high' : 'medium', undo: 'Nothing of yours changes before you accept the result.',
    }),
  }])
}
