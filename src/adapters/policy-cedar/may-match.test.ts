import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getCedar } from './cedar.ts'
import { isLike } from './may-match.ts'
import { parseRules } from './parse-rules.ts'
import { createRuleIndex } from './rule-index.ts'
import { makeBundle } from './test-bundles.ts'
import type { Part } from './to-asked.ts'

const word = fc.constantFrom('a', 'b', 'ab', 'a*b', 'git push', 'git', '')
const quote = (text: string): string => JSON.stringify(text)
const pattern = fc.constantFrom('*', 'a*', '*b', 'a*b', '*a*', 'git *', 'a\\\\*b', '', '**', 'g*t*h')

/** Conditions in Cedar over what a command has, arithmetic that may overflow included. */
const condition: fc.Arbitrary<string> = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    word.map((text) => `resource.line == ${quote(text)}`),
    word.map((text) => `resource.program != ${quote(text)}`),
    pattern.map((text) => `resource.line like ${quote(text).replaceAll('\\\\', '\\')}`),
    word.map((text) => `resource.argv.contains(${quote(text)})`),
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `resource.argv.containsAny([${words.map(quote).join(', ')}])`),
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `resource.argv.containsAll([${words.map(quote).join(', ')}])`),
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `[${words.map(quote).join(', ')}].contains(resource.program)`),
    fc.constantFrom('resource.unknown', 'context.network', 'resource.argv.isEmpty()', 'principal is Writ::Agent', 'principal is Writ::Hook', 'resource has line', 'context.windows.contains("a")', 'principal.roles.contains("b")', 'principal == Writ::Agent::"a"'),
    fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: 0, max: 4 })).map(([op, n]) => `context.autonomy ${op} ${n}`),
    fc.constant('9223372036854775807 + context.depth > 3'),
    tie('expr').map((inner) => `!(${inner})`),
    fc.tuple(tie('expr'), fc.constantFrom('&&', '||'), tie('expr')).map(([left, op, right]) => `(${left} ${op} ${right})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([when, then, otherwise]) => `(if ${when} then ${then} else ${otherwise})`),
  ),
})).expr

const head = fc.constantFrom('principal, action == Writ::Action::"exec", resource', 'principal is Writ::Agent, action, resource', 'principal, action, resource is Writ::Command', 'principal, action in [Writ::Action::"exec", Writ::Action::"connect"], resource', 'principal == Writ::Hook::"a", action, resource is Writ::Command', 'principal, action == Writ::Action::"connect", resource is Writ::Host')
const rule = fc.record({ effect: fc.constantFrom('permit', 'forbid'), head, clauses: fc.array(fc.tuple(fc.constantFrom('when', 'unless'), condition), { maxLength: 2 }) })
const part = fc.record({ line: word, program: word, argv: fc.array(word, { maxLength: 3 }), unknown: fc.boolean(), network: fc.boolean(), autonomy: fc.integer({ min: 0, max: 4 }), depth: fc.integer({ min: 0, max: 1 }), type: fc.constantFrom('Agent', 'Hook'), id: fc.constantFrom('a', 'b') })

test('leaving rules out before Cedar is asked changes no answer: 400 sets of random rules', async () => {
  const cedar = getCedar()
  let sets = 0
  fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 6 }), fc.array(part, { minLength: 1, maxLength: 4 }), (written, questions) => {
    const text = written.map((each, n) => `@id("r${n}") @reason("r") ${each.effect} (${each.head}) ${each.clauses.map(([kind, body]) => `${kind} { ${body} }`).join(' ')};`).join('\n')
    const { rules, problems } = parseRules(cedar, makeBundle('user', text))
    assert.deepEqual(problems, [])
    const id = `whole-${(sets += 1)}`
    assert.equal(cedar.preparsePolicySet(id, { staticPolicies: Object.fromEntries(written.map((each, n) => [String(n), `permit (${each.head}) ${each.clauses.map(([kind, body]) => `${kind} { ${body} }`).join(' ')};`])) }).type, 'success')
    const ask = createRuleIndex(rules)
    for (const asked of questions) {
      const found = ask(toPart(asked))
      const { principal, context, resource } = toPart(asked)
      const whole = cedar.statefulIsAuthorized({
        principal: { type: `Writ::${asked.type}`, id: asked.id }, action: { type: 'Writ::Action', id: 'exec' }, resource: { type: 'Writ::Command', id: asked.line },
        context: context as never, preparsedPolicySetId: id,
        entities: [{ uid: { type: `Writ::${asked.type}`, id: asked.id }, attrs: principal as never, parents: [] }, { uid: { type: 'Writ::Command', id: asked.line }, attrs: resource as never, parents: [] }],
      })
      assert.ok(whole.type === 'success')
      assert.deepEqual(found.holds.map((each) => rules.indexOf(each)), whole.response.diagnostics.reason.map(Number).sort((a, b) => a - b))
      assert.deepEqual(found.failed.map((each) => rules.indexOf(each.rule)).sort(), whole.response.diagnostics.errors.map(({ policyId }) => Number(policyId)).sort())
    }
  }), { numRuns: 400, seed: 4 })
})

function toPart({ line, program, argv, unknown, network, autonomy, depth, type, id }: { line: string; program: string; argv: string[]; unknown: boolean; network: boolean; autonomy: number; depth: number; type: string; id: string }): Part {
  return {
    action: 'exec', actionGroups: new Set(['exec']), principalType: type, principalId: id, principal: { name: id, depth, roles: ['b'] },
    resourceType: 'Command', resourceId: line, resource: { line, program, argv, unknown }, context: { network, autonomy, depth, windows: ['a'] },
    about: [line], slots: {}, paths: [],
  }
}

test('like: stars are any text, everything else is itself', () => {
  const like = (text: string, ...parts: readonly string[]): boolean => isLike(text, parts.flatMap((each, n) => [...(n === 0 ? [] : ['Wildcard' as const]), ...[...each].map((Literal) => ({ Literal }))]))
  assert.ok(like('npm publish --tag x', 'npm publish', ''))
  assert.ok(!like('npx npm publish', 'npm publish', ''))
  assert.ok(like('abcabc', 'a', 'c', 'c') && like('', '', '') && like('ab', 'a', 'b') && !like('a', 'a', 'a') && !like('ab', 'ab', 'b'))
})
