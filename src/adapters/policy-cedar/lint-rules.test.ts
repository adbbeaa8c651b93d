import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BundleFile } from '../../protocol/policy-bundle.ts'
import { builtinBundle, policySchema } from './builtin-bundle.ts'
import { getCedar } from './cedar.ts'
import { lintRules, type LintFinding } from './lint-rules.ts'
import { makeBundle } from './test-bundles.ts'

const cedar = getCedar()

function lint(rules: string, manifest: Partial<BundleFile> = {}, layer: 'user' | 'repository' = 'user'): readonly LintFinding[] {
  const bundle = makeBundle(layer, rules, manifest)
  return lintRules(cedar, policySchema, [bundle], [builtinBundle, bundle])
}

const brief = (findings: readonly LintFinding[]): string[] => findings.map(({ kind, rule }) => `${kind} ${rule?.replace('house:', '')}`)
const forbid = (head: string, rest = '', id = 'a'): string => `@id("${id}") @reason("r") forbid (principal, ${head}) ${rest};`
const exec = 'action == Writ::Action::"exec", resource'

test('the built-in rules are clean', () => {
  assert.deepEqual(lintRules(cedar, policySchema, [builtinBundle], [builtinBundle]), [])
})

const never: readonly (readonly [string, RegExp])[] = [
  [forbid(exec, 'when { resource.program == "a" && resource.program == "b" }'), /both "a" and "b"/],
  [forbid(exec, 'when { resource.line like "npm *" && resource.line == "yarn add" }'), /"yarn add" does not fit/],
  [forbid(exec, 'when { resource.line like "npm *" && resource.line like "yarn *" }'), /nothing begins with both "npm " and "yarn "/],
  [forbid(exec, 'when { resource.line like "* --force" && resource.line like "*--dry-run" }'), /nothing ends with both/],
  [forbid(exec, 'when { resource.unknown } unless { resource.unknown }'), /another one denied/],
  [forbid(exec, 'when { resource.unknown } unless { context.network || resource.unknown }'), /another one denied/],
  [forbid(exec, 'when { resource.line == "npm test" } unless { resource.line like "npm*" }'), /excluded by a pattern/],
  [forbid(exec, 'when { context.autonomy > 4 }'), /context\.autonomy > 4 is never so; it is from 0 to 4/],
  [forbid(exec, 'when { 9 <= context.autonomy }'), /context\.autonomy >= 9 is never so/],
  [forbid(exec, 'when { context.depth > 3 && context.depth < 4 }'), /no number is/],
  [forbid(exec, 'when { resource.kinds.contains("recursive_delete") }'), /resource\.kinds never contains "recursive_delete"; there are recursive-delete/],
  [forbid('action == Writ::Action::"integrate", resource', 'when { resource.risk == "severe" }'), /resource\.risk == "severe" is never so; it is one of low, medium, high/],
  [forbid('action == Writ::Action::"integrate", resource', 'when { resource.kinds.contains("deps") }'), /never contains "deps"/],
  [forbid('action == Writ::Action::"exec", resource is Writ::Path'), /no question has such a principal, action and resource together/],
  [forbid(exec, 'when { false }'), /always false/],
  [forbid(exec, 'when { resource is Writ::Host }'), /types leave no request/],
]
for (const [rule, why] of never) {
  test(`never holds: ${rule.slice(rule.indexOf('forbid'), 140)}`, () => {
    const [finding, ...others] = lint(rule)
    assert.deepEqual([finding?.kind, others], ['never-matches', []])
    assert.match(finding?.message ?? '', why)
  })
}

test('what may hold is left alone', () => {
  const fine = [
    'when { resource.line like "npm *" && resource.line like "*publish*" }', 'when { context.autonomy >= 4 }', 'when { context.depth > 2 && context.depth < 4 }',
    'when { resource.program == "a" || resource.program == "b" }', 'when { resource.line == "npm test" } unless { resource.line like "yarn*" }', 'when { resource.kinds.contains("publish") && !resource.kinds.contains("deploy") }',
    'when { (if context.network then resource.unknown else resource.computed) && resource.argv.contains("x") }',
  ]
  for (const rest of fine) assert.deepEqual(lint(forbid(exec, rest)), [], rest)
})

test('contradictions: a permit and a forbid of the same, however the conditions are written', () => {
  const permit = `@id("p") @reason("r") permit (principal, ${exec}) when { resource.program == "make" && !context.network };`
  assert.deepEqual(brief(lint(`${permit}\n${forbid(exec, 'when { "make" == resource.program } unless { context.network }')}`, { disable: ['ordinary'] })), ['contradicts p'])
})

test('a contradiction is said also where an earlier rule covers the permit with the same answer', () => {
  const permit = (id: string, rest: string): string => `@id("${id}") @reason("r") permit (principal, ${exec}) ${rest};`
  const same = 'when { resource.program == "make" }'
  const found = lint(`${permit('wide', '')}\n${permit('p', same)}\n${forbid(exec, '', 'all')}\n${forbid(exec, same, 'd')}`, { disable: ['ordinary'] })
  assert.deepEqual(brief(found), ['contradicts wide', 'contradicts p', 'shadowed d'])
  assert.match(found[1]?.message ?? '', /house:d /)
})

test('asking where nobody can be asked is broken; where a rule is about more, it is said', () => {
  const ask = (head: string): string => `@id("a") @answer("ask") @reason("r") forbid (principal, ${head});`
  for (const action of ['approve', 'connect', 'delegate']) {
    const [finding, ...others] = lint(ask(`action == Writ::Action::"${action}", resource`))
    assert.deepEqual([finding?.kind, others], ['broken', []], action)
    assert.match(finding?.message ?? '', new RegExp(`no meaning for ${action}: nobody can be asked there`))
  }
  assert.deepEqual(brief(lint(ask('action, resource is Writ::Host'))), ['broken a'])
  const [wide] = lint(ask('action in [Writ::Action::"deliver", Writ::Action::"delegate"], resource'))
  assert.deepEqual([wide?.kind, /asks also about delegate/.test(wide?.message ?? '')], ['suspicious', true])
  assert.deepEqual(lint(ask('action == Writ::Action::"deliver", resource').replace(');', ') when { resource.branch == "main" };')), [])
})

test('shadowed: a permit under a forbid, an ask under a deny, a rule that is there already, a permit that built-in gives', () => {
  const ask = (rest: string): string => `@id("ask") @answer("ask") @reason("r") forbid (principal, ${exec}) ${rest};`
  assert.deepEqual(brief(lint(`${ask('when { resource.line like "npm publish --tag*" }')}\n${forbid(exec, 'when { resource.line like "npm publish*" }')}`)), ['shadowed ask'])
  assert.deepEqual(brief(lint(`${ask('when { context.callsInRun >= 50 }')}\n${forbid(exec, 'when { context.callsInRun > 20 }')}`)), ['shadowed ask'])
  assert.deepEqual(brief(lint(`${ask('when { context.callsInRun >= 20 }')}\n${forbid(exec, 'when { context.callsInRun > 20 }')}`)), [])
  const doubled = lint(`${forbid(exec, 'when { resource.program == "x" }', 'first')}\n${forbid('action in [Writ::Action::"exec"], resource', 'when { resource.program == "x" }', 'second')}`)
  assert.deepEqual(brief(doubled), ['shadowed second'])
  assert.match(doubled[0]?.message ?? '', /^it adds nothing: wherever it holds, house:first \(house rules\.cedar:1\) holds too/)
  assert.deepEqual(brief(lint(`@id("p") @reason("r") permit (principal, ${exec}) when { resource.program == "x" };`)), ['shadowed p'])
  assert.deepEqual(brief(lint('@id("s") @reason("r") forbid (principal, action == Writ::Action::"path.read", resource) when { resource.secret && resource.path like "*.pem" };')), ['shadowed s'])
  assert.deepEqual(brief(lint('@id("one") @reason("r") forbid (principal == Writ::Agent::"a", action, resource);\n@id("all") @reason("r") forbid (principal is Writ::Agent, action, resource) when { context.network };')), [])
  assert.deepEqual(brief(lint('@id("one") @reason("r") forbid (principal == Writ::Agent::"a", action, resource);\n@id("other") @reason("r") forbid (principal == Writ::Agent::"b", action, resource);')), [])
})

test('windows that no bundle defines', () => {
  const rule = forbid(exec, 'unless { context.windows.contains("office") || context.windows.containsAny(["night", "office"]) }')
  assert.deepEqual(brief(lint(rule)), ['unknown-window a', 'unknown-window a'])
  const window = { days: ['mon' as const], from: '09:00', to: '17:00', zone: 'UTC', except: [] }
  assert.deepEqual(brief(lint(rule, { windows: { office: window, night: window } })), [])
})

test('what would be refused is said, all of it', () => {
  assert.deepEqual(brief(lint(`forbid (principal, action, resource);\n${forbid('action == Writ::Action::"exe", resource')}\n@id("no-reason") forbid (principal, action, resource);`)), ['broken undefined', 'broken no-reason', 'broken a'])
  assert.deepEqual(brief(lint('@id("p") @reason("r") permit (principal, action, resource);', { disable: ['ask-publish'] }, 'repository')).filter((each) => each.startsWith('broken')), ['broken undefined', 'broken p'])
  assert.match(lint('', { disable: ['secret-files', 'nothing'] }).map(({ message }) => message).join('|'), /locked\|.*no such built-in rule/)
})
