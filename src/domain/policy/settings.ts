import { z } from 'zod'
import { Duration } from '../../protocol/policy-bundle.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'
import type { Json } from '../../protocol/ids.ts'
import { UnsureAction } from '../../protocol/events/run.ts'
import { defaultSettings, ValidationSettings } from '../validation/settings.ts'

/** Numbers about people at the gates. */
export const GateSettings = z.strictObject({
  /** Questions to people that a run should stay under: a metric's target, not a limit. */
  questions_target: z.int().nonnegative().default(3),
  /** How long a question to a person stands. */
  approval_expires: Duration.default('24h'),
  /** A result that its solver is less sure of than this, 0 to 1, is shown to a person. */
  confidence_bar: z.number().min(0).max(1).default(0.5),
  /** A task whose planner or maker is less sure than this, 0 to 1, is unsure; and what that leads to. */
  unsure_below: z.number().min(0).max(1).default(0.7),
  when_unsure: z.array(UnsureAction).max(4).default(['review']),
  /** Changes of one run that may be sealed away before it has to stop. */
  max_quarantined: z.int().nonnegative().default(3),
  /** A person agrees to each plan of tasks before it is carried out. */
  confirm_plan: z.boolean().default(false),
})
export type GateSettings = z.infer<typeof GateSettings>

/** `settings` of a bundle, whole: what is left out has its default. */
export const BundleSettings = z.strictObject({ ...GateSettings.shape, validation: ValidationSettings.prefault({}) })

/** What the settings of all bundles come to: numbers and lists that rules are not made of. */
export const PolicySettings = z.object({ gates: GateSettings, validation: ValidationSettings })
export type PolicySettings = z.infer<typeof PolicySettings>

/** As a policy carries them; the defaults for a policy from before there were any. */
export function readPolicySettings(settings: Json | undefined): PolicySettings {
  const parsed = PolicySettings.safeParse(settings)
  return parsed.success ? parsed.data : { gates: GateSettings.parse({}), validation: defaultSettings }
}

/** How two values of a field compare. `loosens`: whatever is added takes a wall away. `demands`: yes is stricter than no. `free`: neither. */
type Kind = 'severity' | 'lower' | 'higher' | 'shorter' | 'narrows' | 'adds' | 'adds-by-id' | 'loosens' | 'once' | 'demands' | 'free'

const fields: readonly (readonly [path: string, kind: Kind])[] = [
  ['questions_target', 'free'], ['approval_expires', 'shorter'], ['confidence_bar', 'higher'], ['max_quarantined', 'lower'], ['confirm_plan', 'demands'], ['unsure_below', 'higher'], ['when_unsure', 'adds'],
  ...([
    ['off', 'loosens'],
    ['licences.allow', 'narrows'], ['licences.deny', 'adds'], ['licences.unknown', 'severity'],
    ['patterns', 'adds-by-id'], ['commands', 'adds-by-id'], ['performance', 'adds-by-id'],
    ['dependencies.known', 'loosens'], ['dependencies.install_scripts', 'severity'], ['dependencies.advisories', 'once'],
    ['complexity.most', 'lower'], ['complexity.severity', 'severity'],
    ['duplication.lines', 'lower'], ['duplication.severity', 'severity'],
    ['coverage.least', 'higher'], ['strength.seconds', 'higher'], ['strength.least', 'higher'], ['lint', 'severity'], ['format', 'severity'],
  ] as const).map(([path, kind]) => [`validation.${path}`, kind] as const),
]

const severities = ['note', 'warning', 'error']
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a length of time like `4h`. */
export function toMs(duration: string): number {
  return Number(duration.slice(0, -1)) * (units[duration.slice(-1)] ?? Number.NaN)
}

export interface LayeredSettings {
  readonly layer: PolicyLayer
  readonly bundle: string
  /** As the bundle has them. */
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * Puts the settings of bundles together, in the order of their layers. A repository's may only tighten, a user's may not
 * loosen what the organisation has set. What is refused has no effect and is said, a sentence each.
 */
export function mergeSettings(layers: readonly LayeredSettings[]): { readonly settings: PolicySettings; readonly refused: readonly string[] } {
  const merged: unknown = BundleSettings.parse({})
  const setBy = new Map<string, PolicyLayer>()
  const refused: string[] = []
  for (const { layer, bundle, settings } of layers) {
    const parsed = BundleSettings.parse(settings)
    for (const [path, kind] of fields) {
      if (valueAt(settings, path) === undefined) continue
      const [old, wanted] = [valueAt(merged, path), valueAt(parsed, path)]
      const isFree = layer === 'built-in' || layer === 'organisation' || (layer === 'user' && setBy.get(path) !== 'organisation')
      // Whom the machine talks to is for those to say whose machine it is.
      if (layer === 'repository' && path === 'validation.dependencies.advisories' && /^https?:/i.test(String(wanted))) {
        refused.push(`the bundle ${bundle} sets ${path} to an address, which a repository may not: a user or an organisation says what is asked over the network; that has no effect`)
        continue
      }
      const next = isFree ? replace(kind, old, wanted) : tighten(kind, old, wanted)
      if (next === undefined) refused.push(`the bundle ${bundle} sets ${path} to ${JSON.stringify(wanted)?.slice(0, 100)}, which ${layer === 'repository' ? 'a repository may not, because it does not tighten' : 'would loosen what the organisation set:'} ${JSON.stringify(old)?.slice(0, 100) ?? 'nothing'}; that has no effect`)
      else {
        putAt(merged, path, next)
        if (isFree) setBy.set(path, layer)
      }
    }
  }
  const { validation, ...gates } = BundleSettings.parse(merged)
  return { settings: { gates, validation }, refused }
}

/** Lists grow; of two entries with one id, and of anything else, the later counts. */
function replace(kind: Kind, old: unknown, wanted: unknown): unknown {
  if (kind === 'adds-by-id') {
    const ids = new Set((wanted as readonly { id: string }[]).map(({ id }) => id))
    return [...(old as readonly { id: string }[]).filter(({ id }) => !ids.has(id)), ...(wanted as readonly unknown[])]
  }
  return kind === 'adds' || kind === 'loosens' ? union(old, wanted) : wanted
}

/** Undefined where it would not tighten. What is as strict as before is fine. */
function tighten(kind: Kind, old: unknown, wanted: unknown): unknown {
  switch (kind) {
    case 'severity': return severities.indexOf(wanted as string) >= severities.indexOf(old as string) ? wanted : undefined
    case 'lower': return (wanted as number) <= (old as number) ? wanted : undefined
    case 'higher': return (wanted as number) >= (old as number) ? wanted : undefined
    case 'shorter': return toMs(wanted as string) <= toMs(old as string) ? wanted : undefined
    case 'adds': return union(old, wanted)
    case 'narrows': {
      const [before, after] = [old as readonly string[], wanted as readonly string[]]
      return after.length > 0 && (before.length === 0 || after.every((each) => before.includes(each))) ? after : undefined
    }
    case 'adds-by-id': {
      const known = new Set((old as readonly { id: string }[]).map(({ id }) => id))
      return (wanted as readonly { id: string }[]).some(({ id }) => known.has(id)) ? undefined : [...(old as readonly unknown[]), ...(wanted as readonly unknown[])]
    }
    case 'once': return old === undefined || old === wanted ? wanted : undefined
    case 'demands': return wanted === true || old === wanted ? wanted : undefined
    case 'loosens': return (wanted as readonly unknown[]).length === 0 ? old : undefined
    case 'free': return old === wanted ? wanted : undefined
  }
}

function union(old: unknown, wanted: unknown): unknown[] {
  return [...new Set([...(old as readonly unknown[]), ...(wanted as readonly unknown[])])]
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), value)
}

function putAt(value: unknown, path: string, next: unknown): void {
  const at = path.lastIndexOf('.')
  const holder = at === -1 ? value : valueAt(value, path.slice(0, at))
  ;(holder as Record<string, unknown>)[path.slice(at + 1)] = next
}
