import { z } from 'zod'
import type { Tool } from '../../engine/ports/tools.ts'

export const RestoreInput = z.strictObject({ snapshot: z.string().regex(/^[0-9a-f]{8,64}$/) })
export type RestoreInput = z.infer<typeof RestoreInput>

/** Brings back what a failed validation took back, so that it can be mended instead of written again. */
export function createRestoreTool(): Tool<RestoreInput> {
  return {
    name: 'restore',
    description: 'Bring back files that a failed validation took back, by the snapshot it named. Mend them in the same turn, or they are taken back again.',
    input: RestoreInput,
    effect: () => 'reversible',
    paths: () => [],
    timeoutMs: () => 60_000,
    run: async ({ snapshot }, { workspace, takenBack, signal, seen }) => {
      const tree = takenBack?.(snapshot)
      if (tree === undefined) return { ok: false, text: `There is no snapshot ${snapshot} to restore: it is unknown, or was sealed away. Write the change anew.` }
      await workspace.rollback(tree, signal)
      // What the model saw of the files may be another version now.
      seen.clear()
      return { ok: true, text: `Restored ${snapshot}. Read what you want to edit, mend it, and call finish.` }
    },
  }
}
