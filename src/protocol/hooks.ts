import { z } from 'zod'

/** Moments at which hooks are called, by the names that users know. */
export const HookEvent = z.enum(['PreToolUse', 'PostToolUse', 'Stop', 'SubagentStop', 'PreCompact', 'SessionStart', 'SessionEnd', 'Notification', 'PermissionRequest'])
export type HookEvent = z.infer<typeof HookEvent>

/** Most hooks of one moment, of one file and of all together. */
export const mostHooks = 20

/** A program that is told of something and may say no. */
const HookCommand = z.lazy(() => z.strictObject({
  type: z.literal('command').default('command'),
  /** For bash, in the sandbox at the repository's root. */
  command: z.string().min(1).max(10_000),
  /** Seconds after which it is stopped. */
  timeout: z.number().positive().max(600).default(60),
  /** Called at the first such moment of a process only. */
  once: z.boolean().optional(),
  /** Runs outside of the sandbox, in the person's home directory. Only for hooks of the person's own configuration. */
  host: z.boolean().optional(),
}))

const HookGroup = z.lazy(() => z.strictObject({
  /** A regular expression for the whole name of a tool; `*`, nothing or left out: every tool. */
  matcher: z.string().max(500).refine(isExpression, 'it is no regular expression for names of tools').optional(),
  hooks: z.array(HookCommand).min(1),
}))

/** What is configured, by moment. */
export const HookTable = z.partialRecord(HookEvent, z.array(HookGroup)
  .refine((groups) => groups.flatMap((each) => each.hooks).length <= mostHooks, `there are more than ${mostHooks} hooks`))
export type HookTable = z.infer<typeof HookTable>

/** `.writ/hooks.yaml` or `.writ/hooks.json` of a repository. */
export const HookFile = z.strictObject({ description: z.string().optional(), hooks: HookTable })
export type HookFile = z.infer<typeof HookFile>

function isExpression(matcher: string): boolean {
  if (matcher === '' || matcher === '*') return true
  try {
    return new RegExp(`^(?:${matcher})$`, 'v') instanceof RegExp
  } catch {
    return false // that it is none is the answer
  }
}

const text = z.string().max(10_000)

/** What a hook may say on standard output where it ends with 0. What else stands there is passed over. */
export const HookAnswer = z.lazy(() => z.object({
  decision: z.string().optional(),
  reason: text.optional(),
  continue: z.boolean().optional(),
  stopReason: text.optional(),
  hookSpecificOutput: z.object({
    permissionDecision: z.string().optional(),
    permissionDecisionReason: text.optional(),
    decision: z.object({ behavior: z.string().optional(), message: text.optional() }).optional(),
  }).optional(),
}))
export type HookAnswer = z.infer<typeof HookAnswer>
