import { readPolicySettings } from '../domain/policy/settings.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { StrengthMeter } from '../engine/ports/strength.ts'
import { Fault } from '../protocol/fault.ts'

/** Its code is loaded when a result is proven for the first time. */
const meter: StrengthMeter = {
  measure: async (result, lab, options) => (await import('../adapters/solver-repair/measure/strength-meter.ts')).createStrengthMeter().measure(result, lab, options),
}

/**
 * What measures the tests that prove a result. `WRIT_STRENGTH=off` does without, unless the policy demands something of them.
 * @throws Fault `request-invalid` for another word in that variable
 */
export function openStrengthMeter(policy: Pick<Policy, 'settings'>, env: NodeJS.ProcessEnv): StrengthMeter | undefined {
  const wish = env['WRIT_STRENGTH']?.trim() ?? ''
  if (wish !== '' && wish !== 'off') throw new Fault('request-invalid', `WRIT_STRENGTH is '${wish.slice(0, 40)}'; it is 'off', or not set. How long the tests are measured for is in the policy's settings (validation.strength.seconds)`)
  return wish === 'off' && readPolicySettings(policy.settings).validation.strength.least === 0 ? undefined : meter
}
