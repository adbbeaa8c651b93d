import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs'
import { toCanonicalJson } from '../../domain/chain.ts'
import { isGuarded } from '../../domain/contract/pins.ts'
import { isWithin } from '../../domain/contract/scope.ts'
import { digestOf, digestOfJson } from '../../domain/digest.ts'
import type { PolicyBook } from '../../domain/policy/bundle.ts'
import { mergeSettings, toMs } from '../../domain/policy/settings.ts'
import { openWindows } from '../../domain/policy/windows.ts'
import { toSecretMatcher } from '../../domain/text/secret-paths.ts'
import type { CallQuestion, Circumstances, IntegrateQuestion, OtherQuestion, Policy } from '../../engine/ports/policy.ts'
import type { Act, CommandReading } from '../../protocol/command.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { ApproverStep, PolicyDecision } from '../../protocol/policy.ts'
import { createEvaluator, type Evaluation, type Evaluator } from './evaluator.ts'
import { loadCedar, readBook, type Rule } from './rules.ts'
import { knownTools } from './schema.ts'

type Attributes = Readonly<Record<string, CedarValueJson>>

/** What a question comes down to: evaluations, each with the words by which people know what it is about. */
interface Part {
  readonly evaluation: Evaluation
  readonly about: string
  readonly slots: Readonly<Record<string, string>>
}

const strictness: Record<PolicyDecision['effect'], number> = { allow: 0, ask: 1, deny: 2 }

/** A policy of bundles. Its hash and document cost no more than hashing; the rules are read when the first question is near. */
export function createCedarPolicy(book: PolicyBook): Policy & { rules(): readonly Rule[] } {
  const document = toCanonicalJson(book)
  const hash = digestOf(document)
  const settings = mergeSettings(book.bundles.flatMap(({ file }) => (file.settings ? [file.settings] : [])))
  const windows = Object.assign({}, ...book.bundles.map(({ file }) => file.windows ?? {})) as NonNullable<PolicyBook['bundles'][number]['file']['windows']>
  const isSecret = toSecretMatcher(book)
  let evaluator: Evaluator | undefined
  let rules: readonly Rule[] = []
  const ready = async (): Promise<void> => {
    if (evaluator) return
    const cedar = await loadCedar()
    rules = withNumbers(readBook(cedar, book), settings.gates)
    evaluator = createEvaluator(cedar, rules)
  }
  const placeOf = (at: Circumstances | undefined, contract: Contract, more: { readonly effect: string; readonly tool: string }): Attributes => ({
    network: contract.network.length > 0, windows: openWindows(windows, at?.at ?? 0), autonomy: at?.autonomy ?? 0, depth: at?.principal.depth ?? 0, ...more,
  })
  const countedOf = (at: Circumstances | undefined): Attributes => ({ callsInMinute: at?.callsInMinute ?? 0, callsInRun: at?.callsInRun ?? 0, fanOut: at?.fanOut ?? 0 })
  const judge = (parts: readonly Part[]): PolicyDecision => combine(parts, evaluator ?? notReady, hash)
  return {
    hash, document, ready, rules: () => rules,
    bundles: book.bundles.map((bundle) => ({ id: bundle.file.id, version: bundle.file.version, layer: bundle.layer, digest: digestOfJson(bundle) })),
    settings: { gates: { ...settings.gates }, validation: JSON.parse(JSON.stringify(settings.validation)) as never },
    decide: (question) => judge(toCallParts(question, isSecret, placeOf, countedOf)),
    integrate: (question) => judge([toChangePart(question, placeOf(question.circumstances, question.circumstances.contract, { effect: 'reversible', tool: '' }))]),
    judge: (question) => judge([toOtherPart(question, placeOf(question.circumstances, question.circumstances.contract, { effect: '', tool: '' }), countedOf(question.circumstances))]),
    approversFor: (paths) => findApprovers(book, paths),
  }
}

const notReady: Evaluator = () => {
  throw new Error('the policy was asked before it was ready')
}

/** Numbers of the settings stand in the built-in rules, so that they are rules too, and cited as such. */
function withNumbers(rules: readonly Rule[], gates: { readonly confidence_bar: number; readonly max_quarantined: number }): readonly Rule[] {
  const fill = (text: string): string => text.replaceAll('9223372036854775801', String(Math.round(gates.confidence_bar * 100))).replaceAll('9223372036854775802', String(gates.max_quarantined))
  return rules.map((rule) => (rule.layer === 'built-in' ? { ...rule, text: fill(rule.text) } : rule))
}

function combine(parts: readonly Part[], evaluator: Evaluator, hash: PolicyDecision['policy']): PolicyDecision {
  const judged = parts.map((part) => ({ part, verdict: evaluator(part.evaluation) }))
  const effect = judged.reduce<PolicyDecision['effect']>((worst, { verdict }) => (strictness[verdict.answer] > strictness[worst] ? verdict.answer : worst), 'allow')
  const deciding = judged.filter(({ verdict }) => verdict.answer === effect)
  const ruled = (entries: typeof judged): string[] => [...new Set(entries.flatMap(({ verdict }) => verdict.rules.toSorted((a, b) => strictness[b.answer] - strictness[a.answer]).map((rule) => rule.name)))]
  const names = [...new Set([...ruled(deciding), ...(effect === 'allow' ? [] : ruled(judged.filter(({ verdict }) => verdict.answer !== effect && verdict.answer !== 'allow')))])]
  const about = effect === 'allow' ? [] : [...new Set(deciding.map(({ part }) => part.about).filter(Boolean))].slice(0, 10)
  return { effect, rules: names, policy: hash, reason: toReason(deciding, effect), ...(about.length > 0 ? { about } : {}) }
}

function toReason(deciding: readonly { readonly part: Part; readonly verdict: { readonly rules: readonly Rule[]; readonly answer: string; readonly broken: readonly string[] } }[], effect: PolicyDecision['effect']): string {
  const [first] = deciding
  if (!first) return 'Nothing was asked.'
  if (first.verdict.broken.length > 0) return `A rule could not be evaluated, and then nothing is allowed: ${first.verdict.broken[0] ?? ''}`
  const rule = first.verdict.rules.toSorted((a, b) => strictness[b.answer] - strictness[a.answer])[0]
  if (!rule) return 'No rule of the policy allows it.'
  const same = deciding.filter(({ verdict }) => verdict.rules.some((each) => each.name === rule.name)).map(({ part }) => part)
  const shown = (slot: string): string => {
    const values = [...new Set(same.flatMap((part) => part.slots[slot] ?? []))]
    return values.length > 3 ? `${values.slice(0, 3).join(', ')} and ${values.length - 3} more` : values.join(', ')
  }
  const text = rule.reason.replaceAll(/\{(paths|command|host|scope|tool)\}/g, (slot, name: string) => shown(name) || slot)
  return effect === 'allow' ? text : text.slice(0, 1000)
}

type PlaceOf = (at: Circumstances | undefined, contract: Contract, more: { readonly effect: string; readonly tool: string }) => Attributes

function toCallParts({ tool, effect, paths, contract, command, circumstances }: CallQuestion, isSecret: (path: string) => boolean, placeOf: PlaceOf, countedOf: (at: Circumstances | undefined) => Attributes): Part[] {
  const principal = circumstances?.principal ?? { kind: 'agent' as const, name: 'solver' }
  const who = { kind: principal.kind, name: principal.name }
  const place = placeOf(circumstances, contract, { effect, tool })
  const action = `${knownTools.includes(tool) ? tool : 'tool'}.${effect}`
  const call: Part = { evaluation: { principal: who, action, resource: { type: 'Call', attributes: { tool } }, context: { ...place, ...countedOf(circumstances) } }, about: command ? '' : tool, slots: { tool } }
  return [
    ...paths.map(({ path, access, outside }): Part => ({
      evaluation: {
        principal: who, action: `path.${access}`, context: place,
        resource: { type: 'Path', attributes: {
          path, outside, secret: !outside && isSecret(path),
          pinned: !outside && contract.pins.some((pin) => pin.mode === 'whole' && pin.path === path), guarded: !outside && isGuarded(contract, path),
          outsideScope: !outside && contract.scope.length > 0 && !isWithin(path, contract.scope),
        } },
      },
      about: path, slots: { paths: path, tool, scope: contract.scope.slice(0, 5).join(', ') },
    })),
    ...toCommandParts(command, who, place),
    call,
  ]
}

function toCommandParts(command: CommandReading | undefined, principal: Evaluation['principal'], context: Attributes): Part[] {
  if (command === undefined) return []
  const part = (line: string, attributes: Attributes): Part => ({ evaluation: { principal, action: 'exec', context, resource: { type: 'Command', attributes } }, about: line, slots: { command: line, tool: 'shell' } })
  return [
    ...command.acts.map((act) => part(toLine(act), { line: toLine(act), program: act.argv[0] ?? '', words: [...new Set(act.argv.flatMap((word) => word ?? []))], kinds: act.kinds, known: true, writesOutside: act.paths.some((each) => each.outside && each.access === 'write'), secret: act.kinds.includes('secret-read'), hosts: act.hosts })),
    ...command.unknown.map(({ text }) => part(text, { line: text, program: '', words: [], kinds: [], known: false, writesOutside: false, secret: false, hosts: [] })),
  ]
}

/** Words joined by spaces; one that is not known before it runs is shown as …. */
function toLine(act: Act): string {
  return act.argv.map((word) => word ?? '…').join(' ').slice(0, 2000)
}

function toChangePart({ paths, kinds, risk, confidence, warnings, wanted, circumstances }: IntegrateQuestion, context: Attributes): Part {
  const { kind, name } = circumstances.principal
  const attributes = { kinds: [...kinds], paths: [...paths].slice(0, 1000), risk, confidence: Math.round((confidence ?? 1) * 100), warnings, wanted }
  return { evaluation: { principal: { kind, name }, action: 'integrate', resource: { type: 'Change', attributes }, context }, about: paths.slice(0, 5).join(', '), slots: { paths: paths.slice(0, 3).join(', ') } }
}

function toOtherPart(question: OtherQuestion, place: Attributes, counted: Attributes): Part {
  const { kind, name } = question.circumstances.principal
  const part = (type: string, attributes: Attributes, about: string, context = place): Part => ({ evaluation: { principal: { kind, name }, action: question.action, resource: { type, attributes }, context }, about, slots: { host: about } })
  switch (question.action) {
    case 'deliver': return part('Result', { branch: question.branch, proven: question.proven }, question.branch)
    case 'amend': return part('Contract', { parts: [...question.parts] }, question.parts.join('; '))
    case 'connect': {
      const [host = '', port = '443'] = question.host.split(/:(?=\d+$)/)
      return part('Host', { name: host, port: Number(port), granted: question.circumstances.contract.network.includes(question.host) }, question.host)
    }
    case 'delegate': return part('Role', { name: question.role }, question.role, { ...place, ...counted })
    case 'approve': return part('Question', { kind: question.kind, rules: [...question.rules], requestedBy: question.requestedBy }, question.kind)
    case 'continue': return part('Sealed', { rule: question.rule, count: question.quarantined }, question.rule)
  }
}

/** The owner rules of all bundles that speak of one of the paths, in the order of their layers; each person once. */
function findApprovers(book: PolicyBook, paths: readonly string[]): { readonly steps: readonly ApproverStep[]; readonly escalateMs: number } {
  const owners = book.bundles.flatMap(({ file }) => file.owners ?? []).filter((rule) => paths.some((path) => isWithin(path, rule.paths)))
  const steps: ApproverStep[] = []
  for (const entry of owners.flatMap((rule) => rule.approvers)) {
    const [who = '', ...deputies] = entry.split('|').map((name) => name.trim())
    if (!steps.some((step) => step.who === who)) steps.push({ who, deputies })
  }
  return { steps, escalateMs: owners.length === 0 ? 0 : Math.min(...owners.map((rule) => toMs(rule.escalate_after))) }
}
