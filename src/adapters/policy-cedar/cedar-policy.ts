import { toCanonicalJson } from '../../domain/chain.ts'
import { digestOf } from '../../domain/digest.ts'
import { openWindows } from '../../domain/policy/windows.ts'
import { mergeSettings, type PolicySettings } from '../../domain/policy/settings.ts'
import { keyFixtureGlobs, keyGlobs, secretGlobs, toSecretMatcher } from '../../domain/text/secret-paths.ts'
import type { CallQuestion, Policy } from '../../engine/ports/policy.ts'
import type { ChangeWindow } from '../../protocol/policy-bundle.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { Json } from '../../protocol/ids.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import { Bug } from '../../protocol/fault.ts'
import { policySchema } from './builtin-bundle.ts'
import { CedarDocument, toBundleName, type Bundle } from './bundle.ts'
import { toCaseContract } from './case-question.ts'
import { findApprovers } from './find-approvers.ts'
import { openRules } from './open-rules.ts'
import { createRuleIndex, type Verdict } from './rule-index.ts'
import { toDecision } from './to-decision.ts'
import { toCallParts, toIntegratePart, toOtherPart, type Part, type Surroundings } from './to-asked.ts'

export interface CedarPolicy extends Policy {
  readonly ready: () => Promise<void>
  readonly integrate: NonNullable<Policy['integrate']>
  readonly judge: NonNullable<Policy['judge']>
  readonly approversFor: NonNullable<Policy['approversFor']>
  readonly bundles: NonNullable<Policy['bundles']>
  readonly settings: Json
}

/** Bundles as one policy, in the order of their layers. Nothing is parsed before `ready`; Cedar is loaded there for rules of others, else by the first question that needs it. */
export function createCedarPolicy(bundles: readonly Bundle[]): CedarPolicy {
  return toPolicy(true, {
    form: 'cedar', model: 1, bundles: bundles.map(({ layer, digest, manifest, files }) => ({ layer, digest, manifest, files })),
    secretGlobs: [...secretGlobs], keyGlobs: [...keyGlobs], keyFixtureGlobs: [...keyFixtureGlobs],
  })
}

/** A policy as it was kept with a run. @throws z.ZodError where it is none of this form. */
export function parseCedarPolicy(document: string): CedarPolicy {
  return toPolicy(false, CedarDocument.parse(JSON.parse(document)))
}

function toPolicy(isNew: boolean, contents: CedarDocument): CedarPolicy {
  const { bundles } = contents
  const document = toCanonicalJson(contents)
  const hash = digestOf(document)
  const settings = toSettings(bundles)
  const surroundings = toSurroundings(contents, settings)
  let ask: ((part: Part) => Verdict) | undefined
  const answer = (parts: readonly Part[], contract: Contract, tool: string): PolicyDecision => {
    if (ask === undefined) throw new Bug('the policy was asked before it was ready')
    const verdicts = parts.map((part) => ({ part, ...(ask as (part: Part) => Verdict)(part) }))
    return toDecision(verdicts, { policy: hash, contract, tool })
  }
  return {
    hash, document, bundles: bundles.map(toBundleName), settings: JSON.parse(JSON.stringify(settings)) as Json,
    ready: async () => {
      if (ask !== undefined) return
      const rules = await openRules(bundles, isNew ? policySchema : undefined)
      const index = createRuleIndex(rules)
      // Cedar is loaded by now for the rules of others. It compiles what it is asked to do when it is first asked: better now
      // than in the first decision.
      if (rules.some(({ bundle }) => bundle.layer !== 'built-in')) toCallParts(warmUp, surroundings).forEach(index)
      ask ??= index
    },
    decide: (question) => answer(toCallParts(question, surroundings), question.contract, question.tool),
    integrate: (question) => answer([toIntegratePart(question, surroundings)], question.circumstances.contract, ''),
    judge: (question) => answer([toOtherPart(question, surroundings)], question.circumstances.contract, ''),
    approversFor: (paths) => findApprovers(bundles, paths),
  }
}

const warmUp: CallQuestion = {
  tool: 'shell', input: {}, effect: 'irreversible', paths: [], contract: toCaseContract({ grants: ['host.example'] }),
  command: { acts: [{ argv: ['git', 'push', null], kinds: ['git-remote'], paths: [{ path: '.env', access: 'read', outside: false }], hosts: ['host.example'], via: [] }], unknown: [{ text: '?', why: '' }] },
}

export function toSettings(bundles: readonly Bundle[]): PolicySettings {
  return mergeSettings(toLayers(bundles)).settings
}

/** What of the settings has no effect, and why. */
export function findRefusedSettings(bundles: readonly Bundle[]): readonly string[] {
  return mergeSettings(toLayers(bundles)).refused
}

function toLayers(bundles: readonly Bundle[]) {
  return bundles.flatMap(({ layer, manifest }) => (manifest.settings ? [{ layer, bundle: manifest.id, settings: manifest.settings }] : []))
}

function toSurroundings(contents: CedarDocument, settings: PolicySettings): Surroundings {
  const windows: Record<string, ChangeWindow> = Object.assign({}, ...contents.bundles.map(({ manifest }) => manifest.windows ?? {}))
  let last: { at: number; open: readonly string[] } | undefined
  return {
    isSecret: toSecretMatcher(contents),
    windowsAt: (at) => {
      if (last?.at !== at) last = { at, open: openWindows(windows, at) }
      return last.open
    },
    confidenceBar: Math.round(settings.gates.confidence_bar * 100), maxQuarantined: settings.gates.max_quarantined,
  }
}

