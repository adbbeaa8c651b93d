import { z } from 'zod'
import type { Tool } from '../../engine/ports/tools.ts'

export const ReportTestsInput = z.lazy(() => z.strictObject({
  command: z.string().trim().min(1).max(4000).describe('runs the tests that you wrote, and nothing else; exits with 0 only when they pass'),
  covers: z.array(z.string().max(1000)).max(50).optional().describe('what of the subgoal they show'),
}))
export type ReportTestsInput = z.infer<typeof ReportTestsInput>

/** How the tests are run that a test writer made. The harness runs them itself, before the work and after it. */
export function createReportTestsTool(): Tool<ReportTestsInput> {
  return {
    name: 'report_tests',
    description: 'Say by which command the tests that you wrote are run. The harness runs it now, where it must fail, and again on the finished work, where it must pass. Then call finish.',
    input: ReportTestsInput,
    effect: () => 'read',
    paths: () => [],
    timeoutMs: () => 5000,
    run: async () => ({ ok: true, text: 'Noted. Call finish when the tests are as they should be.' }),
  }
}
