import type { Bundle, PlacedBundle } from './bundle.ts'
import builtin from './builtin.json' with { type: 'json' }

/** The rules that every run is under. `builtin.json` is made of the folder `builtin/` by scripts/policy.mjs. */
export const builtinBundle: PlacedBundle = { ...(builtin.bundle as Bundle), place: 'the built-in bundle' }

/** What rules can speak of. */
export const policySchema: string = builtin.schema
