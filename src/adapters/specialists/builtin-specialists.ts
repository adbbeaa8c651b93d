import type { PlacedSpecialist } from '../../domain/specialist/specialist.ts'
import builtin from './builtin.json' with { type: 'json' }

/** Those that come with Writ. `builtin.json` is made of the folder `builtin/` by scripts/specialists.mjs, parsed already. */
export const builtinSpecialists: readonly PlacedSpecialist[] = builtin as readonly unknown[] as readonly PlacedSpecialist[]
