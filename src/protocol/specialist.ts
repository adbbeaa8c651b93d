import { z } from 'zod'
import { Digest } from './ids.ts'
import { RoleName } from './plan.ts'

/** Tools by name. The last three are how a specialist hands over what it is for, and belong to one role each. */
export const toolNames = ['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'restore', 'propose_amendment', 'finish', 'propose_plan', 'report_tests', 'report_findings'] as const
export const ToolName = z.enum(toolNames)
export type ToolName = z.infer<typeof ToolName>

/** Whose file it is. A later one builds on an earlier one of the same role. */
export const SpecialistLayer = z.enum(['built-in', 'user', 'repository'])
export type SpecialistLayer = z.infer<typeof SpecialistLayer>

/** The files that made a specialist, in the order of their layers. */
export const SpecialistSource = z.object({ layer: SpecialistLayer, digest: Digest })
export type SpecialistSource = z.infer<typeof SpecialistSource>

/** Most characters of the words for the model. */
export const mostWords = 20_000

/** Globs without classes, negations and extended patterns: what two of them have in common can be said as globs again. */
const PlainGlob = z.string().min(1).max(200)
  .regex(/^[^[\]()\\]+$/, 'it may have *, **, ? and {a,b}; [], () and \\ are not read')
  .regex(/^(?![!/])(?!.*(?:^|\/)\.\.?(?:\/|$))/, 'it is relative to the root of the repository, without ./, .. or a ! before it')

/** `NAME.md`: what stands between its first two lines of `---`, in YAML. The text below is what the model is told. */
export const SpecialistFile = z.lazy(() => z
  .strictObject({
    role: RoleName.describe('The name of the file, without .md.'),
    description: z.string().trim().min(1).max(300).optional().describe('One line for tables and for the planner. Needed for a new role.'),
    tools: z.array(ToolName).min(1).max(toolNames.length).optional().describe('Left out: those of the file below it; of a new role: the usual ones.'),
    scope: z.array(PlainGlob).min(1).max(50).optional().describe('Globs of the paths that it may write at most: a task\'s own scope is narrowed to them.'),
    model: z.string().max(200).regex(/^(?:small|large|[^/\s]+\/\S+)$/, 'it is small, large or provider/model').optional().describe('A tier that the configuration names (`models`), or a model of its own. Left out: the run\'s.'),
    effort: z.enum(['low', 'medium', 'high', 'xhigh']).optional(),
    budget: z.strictObject({
      max_turns: z.int().min(2).max(10_000).optional(),
      max_usd: z.number().positive().optional(),
      max_tokens: z.int().positive().optional(),
    }).optional().describe('Caps on its share of the run\'s budget.'),
  })
  .describe('The front matter of a Writ specialist.'))
export type SpecialistFile = z.infer<typeof SpecialistFile>
