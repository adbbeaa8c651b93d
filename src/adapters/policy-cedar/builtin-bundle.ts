import type { Bundle, PlacedBundle } from './bundle.ts'
import type { KeptRule, Rule } from './parse-rules.ts'
import builtin from './builtin.json' with { type: 'json' }

/** The rules that every run is under. `builtin.json` is made of the folder `builtin/` by scripts/policy.mjs. */
export const builtinBundle: PlacedBundle = { ...(builtin.bundle as Bundle), place: 'the built-in bundle' }

/** What rules can speak of. */
export const policySchema: string = builtin.schema

/** The rules of that bundle, parsed when they were written; undefined for any other bundle. */
export async function readBuiltinRules(bundle: Bundle): Promise<readonly Rule[] | undefined> {
  if (bundle.layer !== 'built-in' || bundle.digest !== builtinBundle.digest) return undefined
  const { default: kept } = await import('./builtin-rules.json', { with: { type: 'json' } })
  return (kept as readonly KeptRule[]).map((rule) => ({ ...rule, bundle }))
}
