import { resolve } from 'node:path'
import type { AdvisorySource } from '../adapters/validate-security/advisory-source.ts'
import { openAdvisoriesAt, type AdvisoryFiles } from '../adapters/validate-security/advisories.ts'
import { isServiceAddress } from '../adapters/validate-security/osv-service.ts'
import type { RollbackFacts } from '../domain/dependency/rollback-note.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { openPolicyHere } from './policy-here.ts'

/** What is known against two versions of a package of npm's. */
export interface AdvisoryQuestions {
  ask(name: string, older: string | undefined, newer: string | undefined): Promise<RollbackFacts['advisories']>
}

/**
 * The source that a person names, else that of the policy in force.
 * @throws Fault `request-invalid` where the one that was named cannot be used: of the policy's, the answer says so
 */
export async function openAdvisoryQuestions(named: string | undefined, parts: { readonly repo: string | undefined; readonly files: AdvisoryFiles; readonly signal: AbortSignal }): Promise<AdvisoryQuestions> {
  const place = named === undefined ? await findPolicysPlace(parts.repo) : isServiceAddress(named) ? named : resolve(named)
  const source = await openAdvisoriesAt(place, parts.files, parts.signal)
  if (named !== undefined && source !== undefined && 'why' in source) throw new Fault('request-invalid', `--advisories cannot be used: ${source.why}`)
  return { ask: (name, older, newer) => ask(source, name, older, newer) }
}

async function findPolicysPlace(repo: string | undefined): Promise<string | undefined> {
  const { opened } = await openPolicyHere(repo)
  return readPolicySettings(opened.policy.settings).validation.dependencies.advisories
}

async function ask(source: AdvisorySource | { readonly why: string } | undefined, name: string, older: string | undefined, newer: string | undefined): Promise<RollbackFacts['advisories']> {
  if (source === undefined) return { notChecked: 'no source is named: --advisories, or validation.dependencies.advisories of the policy' }
  if ('why' in source) return { notChecked: source.why }
  const find = async (version: string | undefined) => (version === undefined ? [] : (await source.find([{ ecosystem: 'npm', name, version }]))[0] ?? [])
  try {
    return { older: await find(older), newer: await find(newer) }
  } catch (error) {
    return { notChecked: toMessage(error) }
  }
}
