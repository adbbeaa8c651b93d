import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { builtinBundle } from '../adapters/policy-cedar/builtin-bundle.ts'
import type { PlacedBundle } from '../adapters/policy-cedar/bundle.ts'
import { createCedarPolicy, parseCedarPolicy } from '../adapters/policy-cedar/cedar-policy.ts'
import { selectBundles } from '../adapters/policy-cedar/select-bundles.ts'
import { openTrust } from '../adapters/trust/trust-store.ts'
import { digestOfJson } from '../domain/digest.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Digest } from '../protocol/ids.ts'
import type { PolicyLayer } from '../protocol/policy.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import type { Places } from './places.ts'

export interface OpenPolicyOptions {
  readonly places: Places
  readonly env: NodeJS.ProcessEnv
  /** Root of the repository whose own rules count, as far as they are trusted. */
  readonly repository?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface OpenedPolicy {
  /** Its `ready` has to be awaited before the first question. */
  readonly policy: Policy
  readonly bundles: readonly PlacedBundle[]
  /** Sentences for the person: what lies around and has no effect, and why. */
  readonly notes: readonly string[]
}

/** What of a repository is trusted as its policy. */
export const repositoryPolicy = '.writ/policy'

/**
 * The policy in force here and now: built-in, the organisation's, the user's, and the repository's where that is trusted.
 * Only manifests and texts are read; rules are parsed by `policy.ready`.
 * @throws Fault `policy-refused` for what cannot be in force: it names the file, why, and what to do
 */
export async function openPolicy({ places, env, repository, now }: OpenPolicyOptions): Promise<OpenedPolicy> {
  const [organisation, user, own] = await Promise.all([
    readFolder('organisation', await getOrganisationFolder(env)),
    readFolder('user', join(places.config, 'policy')),
    repository === undefined ? undefined : readRepository(places, repository),
  ])
  const { inForce, notes } = selectBundles([builtinBundle, ...organisation, ...user, ...(own?.bundles ?? [])], now)
  return { policy: createCedarPolicy(inForce), bundles: inForce, notes: [...(own?.notes ?? []), ...notes] }
}

/** A policy as it was kept with a run, of whatever form. @throws z.ZodError where it is none. */
export async function parseKeptPolicy(document: string): Promise<Policy> {
  const { form } = JSON.parse(document) as { form?: unknown }
  if (form === 'cedar') return parseCedarPolicy(document)
  const { parsePolicy } = await import('../adapters/policy-builtin/builtin-policy.ts')
  return parsePolicy(document)
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
  const { readLayer } = await import('../adapters/policy-cedar/read-bundle.ts')
  return readLayer(layer, folder)
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

/** The repository's own bundles, with the one digest by which they are trusted together. None where it has none. */
export async function readRepositoryPolicy(root: string): Promise<{ readonly bundles: readonly PlacedBundle[]; readonly digest: Digest } | undefined> {
  const bundles = await readFolder('repository', join(root, repositoryPolicy))
  if (bundles.length === 0) return undefined
  return { bundles, digest: digestOfJson(bundles.map(({ place, digest }) => [place.slice(root.length), digest])) }
}

async function readRepository(places: Places, root: string): Promise<{ readonly bundles: readonly PlacedBundle[]; readonly notes: readonly string[] } | undefined> {
  if (!(await isThere(join(root, repositoryPolicy)))) return undefined
  const trusted = await openTrust(places.state).find(root, repositoryPolicy)
  try {
    const own = await readRepositoryPolicy(root)
    if (own === undefined) return undefined
    if (own.digest === trusted?.digest) return { bundles: own.bundles, notes: [] }
  } catch (thrown) {
    // Whoever wrote it cannot keep others from working by breaking it.
    if (!(thrown instanceof Fault)) throw thrown
    return { bundles: [], notes: [`this repository has a policy that cannot be read, and it has no effect: ${toMessage(thrown)}`] }
  }
  return { bundles: [], notes: [trusted === undefined
    ? `this repository has a policy of its own in ${repositoryPolicy}, and it has no effect until you trust it: writ policy trust shows and trusts it`
    : `this repository's policy in ${repositoryPolicy} has changed since you trusted it, and has no effect: writ policy trust shows and trusts it as it is now`] }
}
