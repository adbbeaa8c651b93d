import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openPolicy, type OpenedPolicy } from '../adapters/policy-cedar/open-policy.ts'
import type { PolicyFiles } from '../adapters/policy-cedar/read-bundles.ts'
import type { BaseFiles } from '../engine/ports/workspace.ts'
import type { Places } from './places.ts'

/** What a repository's own settings are called in its trust. */
export const policyTrust = '.writ/policy'

/** `.writ/policy` as a commit has it. */
export function fromCommit(base: Pick<BaseFiles, 'list' | 'read'>): PolicyFiles {
  const prefix = '.writ/policy/'
  return {
    list: async () => (await base.list()).filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
    read: async (path) => new TextDecoder().decode((await base.read(`${prefix}${path}`)) ?? new Uint8Array()),
  }
}

/**
 * The policy in force here: built in, of the organisation ($WRIT_POLICY_DIR, else /etc/writ/policy), of the user, and of the
 * repository's base where a person trusts that version of it. Rules that anybody added are read at once, so that a run does not
 * find out half-way that they cannot be.
 */
export async function openPolicyFor(options: { readonly places: Places; readonly now: number; readonly repository?: { readonly root: string; readonly base: () => Promise<Pick<BaseFiles, 'list' | 'read'>>; readonly always?: boolean } }, env: NodeJS.ProcessEnv = process.env): Promise<OpenedPolicy> {
  const { places, repository, now } = options
  const mayHave = repository !== undefined && (repository.always === true || existsSync(join(repository.root, '.writ')))
  const opened = await openPolicy({
    organisation: env.WRIT_POLICY_DIR || '/etc/writ/policy', user: join(places.config, 'policy'), now,
    ...(mayHave ? { repository: { files: fromCommit(await repository.base()), isTrusted: async (digest) => (await openTrust(places)).isTrusted(repository.root, policyTrust, digest) } } : {}),
  })
  if ((opened.policy.bundles?.length ?? 0) > 1) await opened.policy.ready?.()
  return opened
}

export async function openTrust(places: Places) {
  const { openTrustStore } = await import('../adapters/trust/trust-store.ts')
  return openTrustStore(places.state)
}
