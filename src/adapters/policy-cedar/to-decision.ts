import type { Contract } from '../../protocol/contract.ts'
import type { Digest } from '../../protocol/ids.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import type { Answer, Rule } from './parse-rules.ts'
import type { Verdict } from './rule-index.ts'
import { listNames, type Part } from './to-asked.ts'

export interface Judged extends Verdict {
  readonly part: Part
}

const strictness: Readonly<Record<Answer, number>> = { allow: 0, ask: 1, deny: 2 }
const risks = ['low', 'medium', 'high'] as const
/** Names in `about`, and characters of each. */
const most = { about: 20, characters: 200 }

/** What was said of one part, and by what. `rule` is undefined where no rule allows it or one could not be worked out. */
interface Saying {
  readonly answer: Answer
  readonly rule: Rule | undefined
  readonly part: Part
  readonly problem?: string
}

/** The strictest answer to any part decides; all rules that hold are cited, the deciding ones first. */
export function toDecision(judged: readonly Judged[], { policy, contract, tool }: { readonly policy: Digest; readonly contract: Contract; readonly tool: string }): PolicyDecision {
  const sayings = judged.flatMap(toSayings)
  const ordered = sayings.toSorted((a, b) => strictness[b.answer] - strictness[a.answer])
  const [first] = ordered
  if (first === undefined) return { effect: 'deny', rules: [], policy, reason: 'No rule of the policy allows it.' }
  const deciding = ordered.filter(({ answer }) => answer === first.answer)
  const rules = [...new Set(ordered.flatMap(({ rule }) => (rule === undefined ? [] : [rule.id])))]
  const risk = Math.max(...deciding.map(({ rule }) => risks.indexOf(rule?.risk ?? 'low')))
  const about = first.answer === 'allow' ? [] : [...new Set(deciding.flatMap(({ part }) => part.about.slice(0, most.about).map(cut)))].slice(0, most.about)
  return {
    effect: first.answer, rules, policy, reason: toReason(first, deciding, contract, tool),
    ...(about.length > 0 ? { about } : {}), ...(risk > 0 && first.answer !== 'allow' ? { risk: risks[risk] } : {}),
  }
}

function toSayings({ part, holds, failed }: Judged): Saying[] {
  const broken = failed.map(({ rule, message }) => ({ answer: 'deny' as const, rule, part, problem: `The rule ${rule.id} could not be worked out, so nothing goes: ${message}. Whoever owns ${rule.bundle.manifest.id} has to mend it.` }))
  const said = holds.map((rule) => ({ answer: rule.answer, rule, part }))
  const isCovered = holds.some(({ answer }) => answer === 'allow')
  return [...broken, ...said, ...(isCovered ? [] : [{ answer: 'deny' as const, rule: undefined, part, problem: `No rule of the policy allows it${part.about[0] === undefined ? '' : `: ${cut(part.about[0])}`}.` }])]
}

function toReason({ rule, part, problem }: Saying, deciding: readonly Saying[], contract: Contract, tool: string): string {
  if (problem !== undefined || rule === undefined) return problem ?? ''
  const paths = [...new Set(deciding.filter((each) => each.rule === rule).flatMap((each) => each.part.paths))]
  return rule.reason.replaceAll(/\{(\w+)\}/g, (slot, name: string) => {
    if (Object.hasOwn(part.slots, name)) return part.slots[name] ?? slot
    switch (name) {
      case 'tool': return tool
      case 'paths': return listNames(paths)
      case 'scope': return contract.scope.slice(0, 5).join(', ')
      case 'grants': return contract.network.slice(0, 5).join(', ') || 'none'
      default: return slot
    }
  })
}

function cut(text: string): string {
  return text.length > most.characters ? `${text.slice(0, most.characters - 1)}…` : text
}
