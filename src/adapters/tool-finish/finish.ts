import { z } from 'zod'
import type { Tool } from '../../engine/ports/tools.ts'

export const FinishInput = z.lazy(() => z.strictObject({
  summary: z.string().min(1).max(8000),
  confidence: z.number().min(0).max(1),
  checks: z.array(z.string()).max(50).optional().describe('checks that should pass'),
  unfinished: z.union([z.string().max(4000), z.array(z.string().max(1000)).max(100)]).optional(),
  cannot: z.string().max(4000).optional().describe('why the goal cannot be met; ends the run'),
}))
export type FinishInput = z.infer<typeof FinishInput>

/**
 * A proposal that the work is done. It decides nothing: the harness runs the acceptance checks, and only they say whether
 * it is.
 */
export function createFinishTool(): Tool<FinishInput> {
  return {
    name: 'finish',
    description: 'Propose that the work is done: the harness then runs the checks in a clean checkout. Say in unfinished what is left or needs a person.',
    input: FinishInput,
    effect: () => 'read',
    paths: () => [],
    timeoutMs: () => 5000,
    run: async (input) => ({ ok: true, text: 'Noted. The harness now runs the checks.', detail: { confidence: input.confidence } }),
  }
}
