import { z } from 'zod'
import { EffectClass, PathAccess } from '../../protocol/policy.ts'

/**
 * Which paths a rule is about: globs, or a set that the contract or the list of secrets names.
 * All conditions of `when` must hold; those on paths must hold for the same path.
 */
export const Rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  effect: z.enum(['allow', 'ask', 'deny']),
  when: z.strictObject({
    outside: z.boolean().optional(),
    access: PathAccess.shape.access.optional(),
    path: z.union([z.array(z.string()).min(1), z.enum(['secret', 'outside-scope', 'pinned', 'guarded'])]).optional(),
    effect: EffectClass.optional(),
  }),
  /** `{paths}`, `{scope}` and `{tool}` are filled in. */
  reason: z.string(),
})
export type Rule = z.infer<typeof Rule>

export const RuleSet = z.strictObject({ version: z.literal(1), rules: z.array(Rule).min(1) })
export type RuleSet = z.infer<typeof RuleSet>

/** The rules with the lists that they refer to: all that decides. */
export const PolicyDocument = RuleSet.extend({ secretGlobs: z.array(z.string()), keyGlobs: z.array(z.string()), keyFixtureGlobs: z.array(z.string()) })
export type PolicyDocument = z.infer<typeof PolicyDocument>
