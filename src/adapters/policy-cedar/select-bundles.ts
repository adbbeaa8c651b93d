import { Fault, toMessage } from '../../protocol/fault.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'
import { findRefusedSettings } from './cedar-policy.ts'
import type { PlacedBundle } from './bundle.ts'

const order: readonly PolicyLayer[] = ['built-in', 'organisation', 'user', 'repository']

/**
 * Which of the bundles that lie around are in force now, in the order of their layers. What is expired, superseded, named
 * twice or contradictory is refused by name: half a policy is none. `notes` say what is merely not in force.
 * @param nowMs milliseconds since the epoch
 * @throws Fault `policy-refused`
 */
export function selectBundles(found: readonly PlacedBundle[], nowMs: number): { readonly inForce: readonly PlacedBundle[]; readonly notes: readonly string[] } {
  const notes: string[] = []
  const inForce: PlacedBundle[] = []
  const ordered = found.toSorted((a, b) => order.indexOf(a.layer) - order.indexOf(b.layer) || (a.manifest.id < b.manifest.id ? -1 : 1))
  for (const bundle of ordered) {
    const { from, until, required } = bundle.manifest
    if (until !== undefined && nowMs >= endOf(until)) throw refuse(bundle, `it expired on ${until}`, `Its owner, ${bundle.manifest.owner}, renews it (a new version with a later \`until\`), or it is moved away`)
    if (from === undefined || nowMs >= Date.parse(from)) inForce.push(bundle)
    else if (required) throw refuse(bundle, `it is required and not in force before ${from}`, 'Wait until then, or ask its owner for one that holds now')
    else notes.push(`the policy ${nameOf(bundle)} (${bundle.layer}) is not in force before ${from}: its rules do not hold yet`)
  }
  refuseSuperseded(inForce)
  refuseDoubles(inForce)
  refuseTwoWindows(inForce)
  return { inForce, notes: [...notes, ...findRefusedSettings(inForce)] }
}

/** A date covers its whole day, UTC. */
function endOf(until: string): number {
  return until.length === 10 ? Date.parse(until) + 86_400_000 : Date.parse(until)
}

/** Also of bundles with the same id. Nobody supersedes a bundle of a layer before their own. */
function refuseSuperseded(bundles: readonly PlacedBundle[]): void {
  for (const bundle of bundles) {
    const by = bundles.find((other) => order.indexOf(other.layer) <= order.indexOf(bundle.layer) && bundle.layer !== 'built-in' && (other.manifest.supersedes ?? []).some((named) => means(named, bundle)))
    if (by !== undefined) throw refuse(bundle, `it is superseded by ${nameOf(by)} in ${by.place}`, 'Move the old one away')
  }
}

/** `acme@1.2` means 1.2 and whatever is a 1.2, like 1.2.3; not 1.20. */
function means(named: string, bundle: PlacedBundle): boolean {
  const name = nameOf(bundle)
  return name === named || (name.startsWith(named) && /^[.+-]/.test(name.slice(named.length)))
}

/** Why this bundle cannot be in force at that time, all by itself or among these; nothing where it can. */
export function whyRefused(bundles: readonly PlacedBundle[], nowMs: number): string | undefined {
  try {
    selectBundles(bundles, nowMs)
    return undefined
  } catch (error) {
    if (error instanceof Fault && error.code === 'policy-refused') return toMessage(error)
    throw error
  }
}

function refuseDoubles(bundles: readonly PlacedBundle[]): void {
  for (const [index, bundle] of bundles.entries()) {
    const before = bundles.slice(0, index).find((other) => other.manifest.id === bundle.manifest.id)
    if (before !== undefined) throw refuse(bundle, `${before.place} has the same id, so its rules could not be told from those`, bundle.layer === before.layer ? 'Move one of them away, or let the newer one say `supersedes` and move the older one away' : 'Give it an id of its own')
  }
}

function refuseTwoWindows(bundles: readonly PlacedBundle[]): void {
  const windows = new Map<string, { readonly text: string; readonly place: string }>()
  for (const bundle of bundles) {
    for (const [name, window] of Object.entries(bundle.manifest.windows ?? {})) {
      const text = JSON.stringify([window.days, window.from, window.to, window.zone, window.except])
      const before = windows.get(name)
      if (before !== undefined && before.text !== text) throw refuse(bundle, `its window ${name} is another one than that of ${before.place}`, 'Give it a name of its own')
      windows.set(name, { text, place: bundle.place })
    }
  }
}

export function nameOf({ manifest }: PlacedBundle): string {
  return `${manifest.id}@${manifest.version}`
}

function refuse(bundle: PlacedBundle, why: string, next: string): Fault {
  return new Fault('policy-refused', `the policy ${nameOf(bundle)} (${bundle.layer}) in ${bundle.place} is refused: ${why}. ${next}`)
}
