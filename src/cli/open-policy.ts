import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { builtinBundle } from '../adapters/policy-cedar/builtin-bundle.ts'
import type { PlacedBundle } from '../adapters/policy-cedar/bundle.ts'
import { createCedarPolicy, parseCedarPolicy, type CedarPolicy } from '../adapters/policy-cedar/cedar-policy.ts'
import type { PolicyFiles } from '../adapters/policy-cedar/read-bundle.ts'
import { selectBundles } from '../adapters/policy-cedar/select-bundles.ts'
import { digestOfJson } from '../domain/digest.ts'
import { BundleSettings } from '../domain/policy/settings.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { BaseFiles } from '../engine/ports/workspace.ts'
import type { Digest } from '../protocol/ids.ts'
import type { PolicyLayer } from '../protocol/policy.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { findPatternProblems, type PatternProblem } from './pattern-problems.ts'
import type { Places } from './places.ts'

export interface OpenedPolicy {
  readonly policy: CedarPolicy
  /** Those in force, in the order of their layers. */
  readonly bundles: readonly PlacedBundle[]
  /** Sentences for the person: what lies around and has no effect, and why. */
  readonly notes: readonly string[]
}

/** What of a repository is trusted as its policy. */
export const policyTrust = '.writ/policy'

/** Whose rules count beside the machine's: `base` opens the commit that a run starts from. */
export interface PolicyRepository {
  readonly root: string
  readonly base: () => Promise<Pick<BaseFiles, 'list' | 'read'>>
}

/**
 * The policy in force here: built in, of the organisation ($WRIT_POLICY_DIR, else /etc/writ/policy), of the user, and of the
 * repository's base where a person trusts that version of it. Rules that anybody added are parsed at once, so that a run does
 * not find out half-way that they cannot be.
 * @param now milliseconds since the epoch
 * @throws Fault `policy-refused` for what cannot be in force: it names the file, why, and what to do
 */
export async function openPolicyFor({ places, now, repository }: { readonly places: Places; readonly now: number; readonly repository?: PolicyRepository }, env: NodeJS.ProcessEnv = process.env): Promise<OpenedPolicy> {
  const [organisation, user, own] = await Promise.all([
    readFolder('organisation', await getOrganisationFolder(env)),
    readFolder('user', join(places.config, 'policy')),
    repository !== undefined && existsSync(join(repository.root, '.writ')) ? readRepository(places, repository) : undefined,
  ])
  const { inForce, notes } = selectBundles([builtinBundle, ...organisation, ...user, ...(own?.bundles ?? [])], now)
  const policy = createCedarPolicy(inForce)
  if (inForce.length > 1) await policy.ready()
  return { policy, bundles: inForce, notes: [...(own?.notes ?? []), ...notes, ...(await describeBrokenPatterns(inForce))] }
}

/** Said, not refused: one rule that cannot be read takes no other one out of force, and validation calls it not checked. */
async function describeBrokenPatterns(bundles: readonly PlacedBundle[]): Promise<readonly string[]> {
  const described = await Promise.all(bundles.map(async (bundle) => (await findBrokenPatterns(bundle)).map(({ message }) => `in ${join(bundle.place, 'bundle.yaml')} ${message}; it has no effect until it is mended`)))
  return described.flat()
}

/** The rules of banned code in a bundle's settings that can be looked for nowhere. */
export async function findBrokenPatterns({ manifest }: Pick<PlacedBundle, 'manifest'>): Promise<readonly PatternProblem[]> {
  const settings = BundleSettings.safeParse(manifest.settings ?? {})
  return settings.success ? findPatternProblems(settings.data.validation) : []
}

/** The built-in rules alone. */
export function openBuiltinPolicy(): CedarPolicy {
  return createCedarPolicy([builtinBundle])
}

/** A policy as it was kept with a run, of whatever form. @throws z.ZodError where it is none. */
export async function parseKeptPolicy(document: string): Promise<Policy> {
  const { form } = JSON.parse(document) as { form?: unknown }
  if (form === 'cedar') return parseCedarPolicy(document)
  const { parsePolicy } = await import('../adapters/policy-builtin/builtin-policy.ts')
  return parsePolicy(document)
}

export async function openTrust(places: Places) {
  const { openTrust: open } = await import('../adapters/trust/trust-store.ts')
  return open(places.state)
}

/** `$WRIT_POLICY_DIR` where it is set, and then it has to be there: whoever sets it relies on its rules. */
async function getOrganisationFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const named = env.WRIT_POLICY_DIR
  if (named === undefined || named === '') return '/etc/writ/policy'
  if (!named.startsWith('/')) throw new Fault('policy-refused', `WRIT_POLICY_DIR is ${named}; give a whole path, which begins with /`)
  if (!(await isThere(named))) throw new Fault('policy-refused', `WRIT_POLICY_DIR names ${named}, which is not there. Nothing runs without the rules that it asks for: put them there, or unset it`)
  return named
}

async function readFolder(layer: PolicyLayer, folder: string): Promise<readonly PlacedBundle[]> {
  if (!(await isThere(folder))) return []
  const { openFolder, readLayer } = await import('../adapters/policy-cedar/read-bundle.ts')
  return readLayer(layer, openFolder(folder))
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw new Fault('policy-refused', `the policy in ${path} cannot be read: ${toMessage(thrown)}. Nothing runs without knowing its rules: mend its permissions`, { cause: thrown })
  }
}

/** Bundles of a folder that need not be installed. One in a repository's own place is judged as a repository's, any other as a user's. */
export async function readBundlesIn(folder: string): Promise<readonly PlacedBundle[]> {
  const layer = /(^|\/)\.writ\/policy(\/|$)/.test(folder) ? 'repository' : 'user'
  const bundles = await readFolder(layer, folder)
  if (bundles.length === 0) throw new Fault('request-invalid', `there is no bundle in ${folder}: neither it nor a folder in it has a bundle.yaml`)
  return bundles.map((bundle) => (bundle.manifest.id === builtinBundle.manifest.id && bundle.digest === builtinBundle.digest ? { ...bundle, layer: 'built-in' } : bundle))
}

/** The repository's own bundles as a commit has them, with the one digest by which they are trusted together. None where it has none. */
export async function readRepositoryPolicy({ base }: PolicyRepository): Promise<{ readonly bundles: readonly PlacedBundle[]; readonly digest: Digest } | undefined> {
  const { readLayer } = await import('../adapters/policy-cedar/read-bundle.ts')
  const bundles = await readLayer('repository', fromCommit(await base()))
  if (bundles.length === 0) return undefined
  return { bundles, digest: digestOfJson(bundles.map(({ place, digest }) => [place, digest])) }
}

function fromCommit(base: Pick<BaseFiles, 'list' | 'read'>): PolicyFiles {
  const prefix = `${policyTrust}/`
  return {
    place: policyTrust,
    list: async () => (await base.list()).flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : [])).sort(),
    read: async (path) => (await base.read(`${prefix}${path}`)) ?? new Uint8Array(),
  }
}

async function readRepository(places: Places, repository: PolicyRepository): Promise<{ readonly bundles: readonly PlacedBundle[]; readonly notes: readonly string[] } | undefined> {
  const trusted = await (await openTrust(places)).find(repository.root, policyTrust)
  try {
    const own = await readRepositoryPolicy(repository)
    if (own === undefined) return undefined
    if (own.digest === trusted?.digest) return { bundles: own.bundles, notes: [] }
  } catch (thrown) {
    // Whoever wrote it cannot keep others from working by breaking it.
    if (!(thrown instanceof Fault) || thrown.code !== 'policy-refused') throw thrown
    return { bundles: [], notes: [`this repository has a policy that cannot be read, and it has no effect: ${toMessage(thrown)}`] }
  }
  return { bundles: [], notes: [trusted === undefined
    ? `this repository has a policy of its own in ${policyTrust}, and it has no effect until you trust it: writ policy trust shows and trusts it`
    : `this repository's policy in ${policyTrust} has changed since you trusted it, and has no effect: writ policy trust shows and trusts it as it is now`] }
}
