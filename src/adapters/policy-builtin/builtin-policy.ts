import { toCanonicalJson } from '../../domain/chain.ts'
import { digestOf } from '../../domain/digest.ts'
import { keyFixtureGlobs, keyGlobs, secretGlobs, toSecretMatcher } from '../../domain/text/secret-paths.ts'
import type { Policy, CallQuestion } from '../../engine/ports/policy.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import type { RuleMatch } from './match-rule.ts'
import { findMatch } from './match-rule.ts'
import { PolicyDocument, RuleSet } from './rule.ts'
import builtin from './rules.json' with { type: 'json' }

const strictness: Record<PolicyDecision['effect'], number> = { allow: 0, ask: 1, deny: 2 }

/**
 * The rules that every run is under. The strictest rule that holds decides, and all rules that hold are cited, the
 * deciding ones first. The hash covers the rules and the list of secrets that they refer to.
 */
export function createBuiltinPolicy(): Policy {
  const { rules, version } = RuleSet.parse(builtin)
  return toPolicy({ version, rules, secretGlobs: [...secretGlobs], keyGlobs: [...keyGlobs], keyFixtureGlobs: [...keyFixtureGlobs] })
}

/** A policy as it was kept with a run. @throws z.ZodError where it is none. */
export function parsePolicy(document: string): Policy {
  return toPolicy(PolicyDocument.parse(JSON.parse(document)))
}

function toPolicy(contents: PolicyDocument): Policy {
  const { rules } = contents
  const document = toCanonicalJson(contents)
  const hash = digestOf(document)
  const isSecret = toSecretMatcher(contents)
  return {
    hash, document,
    decide: (question) => {
      const matches = rules.map((rule) => findMatch(rule, question, isSecret)).filter((match) => match !== undefined)
      const ordered = matches.toSorted((a, b) => strictness[b.rule.effect] - strictness[a.rule.effect])
      const [first] = ordered
      // Nothing that no rule speaks of is allowed.
      if (first === undefined) return { effect: 'deny', rules: [], policy: hash, reason: 'No rule of the policy allows it.' }
      return { effect: first.rule.effect, rules: ordered.map((match) => match.rule.id), policy: hash, reason: toReason(first, question) }
    },
  }
}

function toReason({ rule, paths }: RuleMatch, { tool, contract }: CallQuestion): string {
  const names = [...new Set(paths)]
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  const slots: Record<string, string> = { paths: shown, tool, scope: contract.scope.slice(0, 5).join(', ') }
  return rule.reason.replaceAll(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot)
}
