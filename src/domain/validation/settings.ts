import { z } from 'zod'

/** A rule of banned code, in the form of ast-grep: `rule` is its rule object, `language` one of its languages. */
export const PatternRule = z.lazy(() => z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  language: z.string(),
  rule: z.record(z.string(), z.json()),
  /** Why it is banned and what to write instead. */
  message: z.string().min(1).max(500),
  severity: z.enum(['error', 'warning']).default('error'),
  /** Globs where it holds; everywhere when left out. */
  paths: z.array(z.string()).optional(),
}))
export type PatternRule = z.infer<typeof PatternRule>

/** A program that looks at the result and prints SARIF 2.1.0 on standard output. */
export const CommandRule = z.lazy(() => z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  command: z.array(z.string()).min(1),
  stage: z.enum(['static', 'security', 'shape']).default('static'),
  timeout_seconds: z.int().positive().max(3600).default(300),
}))
export type CommandRule = z.infer<typeof CommandRule>

/** What validators ask of the policy: the `settings` of its bundles, merged (see docs/policy.md). */
export const ValidationSettings = z.lazy(() => z.strictObject({
  /** Validators that are left out, by id. */
  off: z.array(z.string()).default([]),
  licences: z.strictObject({
    /** SPDX ids that new dependencies may have; empty: all but those denied. */
    allow: z.array(z.string()).default([]),
    deny: z.array(z.string()).default([]),
    /** What a dependency without a readable licence is. */
    unknown: z.enum(['error', 'warning', 'note']).default('warning'),
  }).prefault({}),
  patterns: z.array(PatternRule).default([]),
  commands: z.array(CommandRule).default([]),
  dependencies: z.strictObject({
    /** Names that are never typosquats, such as a company's own. */
    known: z.array(z.string()).default([]),
    install_scripts: z.enum(['error', 'warning', 'note']).default('warning'),
    /** Advisories: a file or folder in the form of OSV, or the address of a service that speaks OSV's `querybatch`; without one they are not checked. */
    advisories: z.string().optional(),
  }).prefault({}),
  /** McCabe complexity of a function that the change adds or raises. */
  complexity: z.strictObject({ most: z.int().positive().default(20), severity: z.enum(['error', 'warning']).default('warning') }).prefault({}),
  /** Lines of a block that stand elsewhere too. */
  duplication: z.strictObject({ lines: z.int().min(4).default(12), severity: z.enum(['error', 'warning']).default('warning') }).prefault({}),
  /** Least share of the changed lines that tests run, 0 to 1; 0: only told. */
  coverage: z.strictObject({ least: z.number().min(0).max(1).default(0) }).prefault({}),
  /** Of a run: most seconds for measuring how strong the tests are that prove it (0: not measured), and the least share of small changes that they notice; 0: only told. */
  strength: z.strictObject({ seconds: z.number().min(0).max(600).default(10), least: z.number().min(0).max(1).default(0) }).prefault({}),
  /** Commands that are timed on base and result in turn; `most` is the largest ratio of medians. */
  performance: z.array(z.strictObject({ id: z.string().regex(/^[a-z][a-z0-9-]*$/), command: z.string().min(1), most: z.number().positive().default(1.1), runs: z.int().min(3).max(50).default(7) })).default([]),
  /** Lint and format findings of the repository's own tools. */
  lint: z.enum(['error', 'warning', 'note']).default('error'),
  format: z.enum(['error', 'warning', 'note']).default('warning'),
}))
export type ValidationSettings = z.infer<typeof ValidationSettings>

export const defaultSettings: ValidationSettings = ValidationSettings.parse({})
