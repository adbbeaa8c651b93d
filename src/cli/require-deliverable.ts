import { levelIn } from '../domain/autonomy/levels.ts'
import type { RunState } from '../domain/run-state.ts'
import { toShortId } from '../domain/report/short-id.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import { askYes } from './ask-yes.ts'
import type { OpenRecord } from './compose.ts'
import { openPolicyOf, toPersonCircumstances } from './require-allowed.ts'
import { userName } from './user-name.ts'

export interface Delivery {
  readonly branch: string
  /** `ask` on the terminal; `yes`: the person said so; `nobody` is there, as with `--apply`. */
  readonly answer: 'ask' | 'yes' | 'nobody'
}

/**
 * The policy's word on bringing a run's result into a branch. Where it asks, the person who accepts is the one to answer.
 * @throws Fault `policy-refused` for a denial; `accept-refused` where it asks and nobody said yes
 */
export async function requireDeliverable(record: OpenRecord, run: RunId, state: RunState, { branch, answer }: Delivery): Promise<void> {
  const policy = await openPolicyOf(record, run, state)
  const paths = state.commits.flatMap((commit) => commit.files.map((file) => file.path))
  const circumstances = { ...toPersonCircumstances(state, userName(), record.clock.now()), autonomy: levelIn(state, paths, 'deliver') }
  const judge = (proven: boolean) => policy.judge?.({ action: 'deliver', branch, proven, circumstances })
  const proven = state.ended?.outcome === 'proven'
  const first = judge(proven)
  if (first?.effect === 'deny') throw new Fault('policy-refused', `${run} may not be brought into ${branch}: ${first.reason} (${first.rules.join(', ')})`)
  // That a missing proof is fine has been said before; it answers what asks for that, and nothing else.
  const decision = first?.effect === 'ask' && !proven ? judge(true) : first
  if (decision?.effect !== 'ask' || answer === 'yes') return
  const why = `${decision.reason} (${decision.rules.join(', ')})`
  if (answer === 'nobody') throw new Fault('accept-refused', `the policy leaves it to a person whether ${run} is brought into ${branch}: ${why}. Look at it with writ diff ${toShortId(run)}, then: writ accept ${toShortId(run)}`)
  if (!process.stdin.isTTY) throw new Fault('accept-refused', `the policy asks a person before ${run} is brought into ${branch}: ${why}. If you want it: writ accept ${toShortId(run)} --yes`)
  if (!(await askYes(`${why}\nBring it into ${branch}? [y/N] `))) throw new Fault('accept-refused', 'nothing was changed')
}
