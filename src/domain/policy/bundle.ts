import { z } from 'zod'
import { PolicyLayer } from '../../protocol/policy.ts'
import { BundleSettings, Duration } from './settings.ts'
import { Window } from './windows.ts'

const Id = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'it is written like payments-rules')
const Version = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,31}$/, 'it is written like 1.2.0')
const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}(T.+)?$/, 'it is a day like 2026-05-01, or an instant').refine((text) => !Number.isNaN(Date.parse(text)), 'it cannot be read as a date')

/** Who may answer questions about some paths: in their order; `ada|bob` names bob as a deputy of ada. */
export const OwnerRule = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  approvers: z.array(z.string().min(1)).min(1),
  escalate_after: Duration.default('4h'),
})
export type OwnerRule = z.infer<typeof OwnerRule>

/** `bundle.yaml`: what a person writes beside the rules (`*.cedar`) and their cases (`cases.yaml`). */
export const BundleFile = z.strictObject({
  id: Id.describe('Unique among the bundles in force.'),
  version: Version,
  description: z.string().max(2000).optional(),
  owner: z.string().min(1).max(200).describe('Whom to ask about these rules.'),
  from: Instant.optional().describe('In force from then on.'),
  until: Instant.optional().describe('Refused from then on.'),
  supersedes: z.array(z.string().regex(/^[a-z][a-z0-9-]*@\S+$/, 'it is written id@version')).max(100).optional().describe('Bundles that this one takes the place of: where one is found beside it, it is refused by name.'),
  disable: z.array(z.string()).max(200).optional().describe('Ids of built-in rules that do not hold; only for organisation and user, and not for locked rules.'),
  windows: z.record(Id, Window).optional().describe('Change windows that rules name: context.windows.contains("…").'),
  owners: z.array(OwnerRule).max(500).optional(),
  settings: BundleSettings.optional(),
}).describe('A bundle of Writ policy rules.')
export type BundleFile = z.infer<typeof BundleFile>

/** A bundle with its rules, as it is kept with a run. */
export const Bundle = z.object({ file: BundleFile, layer: PolicyLayer, rules: z.array(z.object({ name: z.string(), text: z.string() })) })
export type Bundle = z.infer<typeof Bundle>

/** All that a policy is made of. Its canonical JSON is what is hashed and kept. */
export const PolicyBook = z.object({
  version: z.literal(2),
  bundles: z.array(Bundle),
  /** Which names are secrets, see `domain/text/secret-paths`. */
  secretGlobs: z.array(z.string()), keyGlobs: z.array(z.string()), keyFixtureGlobs: z.array(z.string()),
})
export type PolicyBook = z.infer<typeof PolicyBook>

export type Standing = { readonly in: 'force' } | { readonly in: 'future'; readonly why: string } | { readonly in: 'past'; readonly why: string }

/** Is it in force at this instant? `others` are the bundles found beside it. */
export function judgeStanding({ id, version, from, until, owner }: BundleFile, others: readonly BundleFile[], at: number): Standing {
  const newer = others.find((other) => other.supersedes?.includes(`${id}@${version}`) && (other.from === undefined || Date.parse(other.from) <= at))
  if (newer) return { in: 'past', why: `the bundle ${id}@${version} is superseded by ${newer.id}@${newer.version}; remove it, or ask ${newer.owner}` }
  if (until !== undefined && Date.parse(until) <= at) return { in: 'past', why: `the bundle ${id}@${version} expired on ${until}; ask ${owner} for the one that follows it, or remove it` }
  if (from !== undefined && Date.parse(from) > at) return { in: 'future', why: `the bundle ${id}@${version} is in force only from ${from} on` }
  return { in: 'force' }
}
