import { z } from 'zod'
import { ActKind } from './command.ts'
import { EffectClass } from './policy.ts'

/** What people write by hand into a bundle's folder: `bundle.yaml`, and `cases.yaml` beside the rules. */

const Kebab = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'it is written in small letters, digits and hyphens')
const Day = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Day = z.infer<typeof Day>
const IsoDate = z.string().regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/, 'it is a date like 2026-01-31, or an instant like 2026-01-31T12:00:00Z')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'there is no such date')
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'it is a time of day like 09:00')

/** A length of time as people write it: `90s`, `20m`, `4h`, `2d`. */
export const Duration = z.string().regex(/^\d{1,6}[smhd]$/, 'it is a length of time like 30m, 4h or 2d')

/** When something may be done. `to` earlier than `from` reaches into the next day; the day is the one it began on. */
export const ChangeWindow = z.lazy(() => z.strictObject({
  days: z.array(Day).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  from: Clock.default('00:00'),
  to: Clock.default('24:00'),
  /** An IANA name. */
  zone: z.string().refine(isZone, 'it is the name of a time zone, like Europe/Berlin').default('UTC'),
  /** Days, in that zone, on which it does not open. */
  except: z.array(z.string().regex(/^\d{4}-\d\d-\d\d$/, 'it is a date like 2026-12-24')).default([]),
}))
export type ChangeWindow = z.infer<typeof ChangeWindow>

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false // that is how Intl says that it knows no such zone
  }
}

/** `bundle.yaml`: what a bundle of rules is, and the numbers and lists that rules are not made of. */
export const BundleFile = z.lazy(() => z.strictObject({
  id: Kebab.describe('Name of the bundle; rules of it are cited as bundle:rule.'),
  version: z.string().regex(/^[\w.+-]{1,64}$/, 'it is a version like 1.4.0').describe('Raised with every change.'),
  owner: z.string().min(1).max(200).describe('Who answers for it: a person, a team.'),
  description: z.string().max(2000).optional(),
  from: IsoDate.optional().describe('Not in force before.'),
  until: IsoDate.optional().describe('Refused afterwards: a rule that nobody renewed is nobody\'s rule.'),
  required: z.boolean().optional().describe('Nothing runs before `from` either.'),
  supersedes: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,63}@[\w.+-]{1,64}$/, 'it is written id@version')).optional().describe('Bundles that this one takes the place of, as id@version: acme@1.2 is also 1.2.3. They are refused by name where they still lie around.'),
  disable: z.array(Kebab).optional().describe('Ids of built-in rules that do not hold here. Not in a repository, and not those that are locked.'),
  windows: z.record(Kebab, ChangeWindow).optional().describe('Times by name; rules ask context.windows.contains("name").'),
  owners: z.array(z.strictObject({
    paths: z.array(z.string().min(1)).min(1).describe('Globs relative to the repository\'s root.'),
    approvers: z.array(z.string().min(1)).min(1).describe('In the order in which they are asked; `ada|bob` names bob as a deputy of ada.'),
    escalate_after: Duration.optional().describe('When the next in order may answer; 4h when left out.'),
  })).optional().describe('Who is asked about changes of these paths; the last entry that fits a path counts.'),
  settings: z.record(z.string(), z.json()).optional().describe('What validators and budgets ask for: see docs/policy.md.'),
}).describe('A bundle of Writ policy: the file bundle.yaml beside *.cedar and cases.yaml.'))
export type BundleFile = z.infer<typeof BundleFile>

const CasePath = z.lazy(() => z.union([
  z.string().transform((path) => ({ path, access: 'write' as const, outside: false })),
  z.strictObject({ path: z.string(), access: z.enum(['read', 'write']).default('write'), outside: z.boolean().default(false) }),
]))
const CaseAct = z.lazy(() => z.strictObject({
  argv: z.array(z.string().nullable()).min(1),
  kinds: z.array(ActKind).default([]),
  paths: z.array(CasePath).default([]),
  hosts: z.array(z.string()).default([]),
  via: z.array(z.string()).default([]),
}))

/** What every question may say of its circumstances. */
const around = () => ({
  as: z.enum(['person', 'agent', 'specialist', 'hook']).optional(),
  name: z.string().optional(),
  depth: z.int().nonnegative().optional(),
  at: IsoDate.optional(),
  grants: z.array(z.string()).optional(),
  autonomy: z.int().min(0).max(4).optional(),
  calls_in_minute: z.int().nonnegative().optional(),
  calls_in_run: z.int().nonnegative().optional(),
  fan_out: z.int().nonnegative().optional(),
  scope: z.array(z.string()).optional(),
  pinned: z.array(z.string()).optional(),
  guarded: z.array(z.string()).optional(),
})

/** A question as a case asks it. Which of `tool`, `integrate` and `action` is there says what kind it is. */
export const CaseQuestion = z.lazy(() => z.union([
  z.strictObject({
    tool: z.string(),
    input: z.json().optional(),
    effect: EffectClass.optional(),
    paths: z.array(CasePath).optional(),
    /** Read as the product reads commands. */
    command: z.string().optional(),
    /** Or what the command amounts to, said outright. */
    acts: z.array(CaseAct).optional(),
    unknown: z.array(z.string()).optional(),
    ...around(),
  }),
  z.strictObject({
    integrate: z.array(z.string()),
    kinds: z.array(z.string()).optional(),
    risk: z.enum(['low', 'medium', 'high']).optional(),
    confidence: z.number().min(0).max(1).optional(),
    warnings: z.int().nonnegative().optional(),
    wanted: z.boolean().optional(),
    ...around(),
  }),
  z.strictObject({ action: z.literal('deliver'), branch: z.string().default('main'), proven: z.boolean(), ...around() }),
  z.strictObject({ action: z.literal('amend'), parts: z.array(z.string()).default([]), ...around() }),
  z.strictObject({ action: z.literal('connect'), host: z.string(), ...around() }),
  z.strictObject({ action: z.literal('delegate'), role: z.string().default('specialist'), ...around() }),
  z.strictObject({ action: z.literal('approve'), kind: z.string().default('call'), rules: z.array(z.string()).default([]), requested_by: z.string().default('agent'), ...around() }),
  z.strictObject({ action: z.literal('continue'), rule: z.string().default(''), quarantined: z.int().nonnegative(), ...around() }),
]))
export type CaseQuestion = z.infer<typeof CaseQuestion>

/** `cases.yaml`: questions with the answers that the rules have to give. */
export const CasesFile = z.lazy(() => z.array(z.strictObject({
  name: z.string().min(1).max(200),
  question: CaseQuestion,
  expect: z.enum(['allow', 'ask', 'deny']),
  /** Has to be among the rules that are cited. */
  rule: z.string().optional(),
})).max(5000))
export type CasesFile = z.infer<typeof CasesFile>
