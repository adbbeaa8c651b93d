import { z } from 'zod'
import { Severity } from '../../protocol/evidence.ts'
import type { Tool } from '../../engine/ports/tools.ts'

export const ReportFindingsInput = z.lazy(() => z.strictObject({
  findings: z.array(z.strictObject({
    path: z.string().min(1).max(1000),
    line: z.int().positive().optional(),
    severity: Severity.describe('error: it must not be integrated so; warning: worth knowing; note: a remark'),
    rule: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/).describe('a short name of the kind of fault, like missing-case'),
    message: z.string().min(1).max(2000).describe('what is wrong, and when it shows'),
    evidence: z.string().max(500).optional().describe('the words of the code'),
  })).max(100).describe('empty: nothing is wrong'),
}))
export type ReportFindingsInput = z.infer<typeof ReportFindingsInput>

/** What a reviewer found. An error sends the work back to whoever made it. */
export function createReportFindingsTool(): Tool<ReportFindingsInput> {
  return {
    name: 'report_findings',
    description: 'Report what you found in the change; an empty list says that nothing is wrong. Errors send it back, so report as errors only what breaks the contract or the code.',
    input: ReportFindingsInput,
    effect: () => 'read',
    paths: () => [],
    timeoutMs: () => 5000,
    run: async ({ findings }) => ({ ok: true, text: `${findings.length === 0 ? 'Nothing was found.' : `${findings.length} reported.`} Call finish.` }),
  }
}
