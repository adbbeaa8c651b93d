import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../protocol/fault.ts'
import { CaseQuestion } from '../../protocol/policy-bundle.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import type { PlacedBundle } from './bundle.ts'
import { builtinBundle } from './builtin-bundle.ts'
import { decideQuestion, toPolicyQuestion } from './case-question.ts'
import { createCedarPolicy, parseCedarPolicy, type CedarPolicy } from './cedar-policy.ts'
import { makeBundle } from './test-bundles.ts'

async function open(...bundles: readonly PlacedBundle[]): Promise<CedarPolicy> {
  const policy = createCedarPolicy([builtinBundle, ...bundles])
  await policy.ready()
  return policy
}

async function decide(policy: CedarPolicy, question: unknown): Promise<PolicyDecision> {
  const asked = await toPolicyQuestion(CaseQuestion.parse(question), () => assert.fail('nothing is read here'))
  const decision = decideQuestion(policy, asked)
  assert.equal(decision.policy, policy.hash)
  return decision
}

const brief = ({ effect, rules }: PolicyDecision): string => [effect, ...rules].join(' ')

test('the deciding rules come first, then the others that hold; about names what they are about', async () => {
  const policy = await open()
  const decision = await decide(policy, { tool: 'patch', effect: 'irreversible', paths: ['lib/x.ts', '.env', 'lib/y.ts'], scope: ['src/**'] })
  assert.equal(brief(decision), 'deny outside-scope secret-files irreversible-effect ordinary')
  assert.deepEqual(decision.about, ['lib/x.ts', '.env', 'lib/y.ts'])
  assert.match(decision.reason, /^lib\/x\.ts, \.env and lib\/y\.ts|^lib\/x\.ts, \.env, lib\/y\.ts is outside the scope of the contract \(src\/\*\*\)/)
})

test('several parts of a command: the strictest answer decides, with its own words and risk', async () => {
  const policy = await open()
  const push = { argv: ['git', 'push', '--force', 'origin', 'main'], kinds: ['git-remote', 'force-push'] }
  const asked = await decide(policy, { tool: 'shell', grants: ['git.example'], acts: [{ argv: ['npm', 'test'] }, push] })
  assert.equal(brief(asked), 'ask ask-force-push ask-git-remote ordinary')
  assert.deepEqual([asked.about, asked.risk], [['git push --force origin main'], 'high'])
  assert.match(asked.reason, /^`git push --force origin main` would overwrite/)
  const denied = await decide(policy, { tool: 'shell', grants: ['git.example'], unknown: ['$($X)'], acts: [push, { argv: ['cat', '.env'], kinds: ['secret-read'], paths: [{ path: '.env', access: 'read' }] }] })
  assert.equal(brief(denied), 'deny shield-secret-read secret-files ask-force-push ask-git-remote undecidable ordinary')
  assert.deepEqual(denied.about, ['cat .env', '.env'])
})

test('slots that the question does not set are never filled from a prototype, and long names are cut', async () => {
  const policy = await open(makeBundle('user', '@id("long") @reason("{constructor} {paths} {command} {nothing}") forbid (principal, action == Writ::Action::"exec", resource) when { resource.program == "x" };'))
  const { reason, about } = await decide(policy, { tool: 'shell', acts: [{ argv: ['x', 'y'.repeat(500)] }] })
  assert.match(reason, /^\{constructor\} {2}x y{197}… \{nothing\}$/)
  assert.equal(about?.[0]?.length, 200)
})

test('rules of others are cited with their bundle, forbid what was allowed, and ask', async () => {
  const policy = await open(
    makeBundle('organisation', '@id("no-billing") @reason("{paths} belongs to billing.") forbid (principal, action == Writ::Action::"path.write", resource) when { resource.path like "src/billing/*" };', { id: 'acme' }),
    makeBundle('repository', '@id("see-locks") @answer("ask") @reason("See {paths}.") forbid (principal, action == Writ::Action::"integrate", resource) when { resource.paths.contains("a.lock") };'),
  )
  assert.equal(brief(await decide(policy, { tool: 'edit', paths: ['src/billing/a.ts'] })), 'deny acme:no-billing ordinary')
  assert.equal(brief(await decide(policy, { integrate: ['a.lock'] })), 'ask house:see-locks integrate')
  assert.deepEqual(policy.bundles.map(({ id, layer }) => `${layer} ${id}`), ['built-in writ', 'organisation acme', 'repository house'])
})

test('who asks, roles, autonomy, rates and children are there to be asked about', async () => {
  const policy = await open(makeBundle('user', `
@id("reviewers-read") @reason("r") forbid (principal is Writ::Specialist, action in Writ::Action::"edit", resource) when { principal.roles.contains("reviewer") };
@id("slow") @reason("r") forbid (principal, action in Writ::Action::"shell", resource) when { context.callsInMinute >= 30 };
@id("earn-it") @answer("ask") @reason("r") forbid (principal, action in Writ::Action::"irreversible", resource) when { context.autonomy < 4 };
@id("main-only") @reason("r") forbid (principal == Writ::Agent::"side", action, resource);`))
  assert.equal((await decide(policy, { tool: 'edit', as: 'specialist', name: 'reviewer' })).effect, 'deny')
  assert.equal((await decide(policy, { tool: 'edit', as: 'specialist', name: 'writer' })).effect, 'allow')
  assert.equal((await decide(policy, { tool: 'shell', calls_in_minute: 30 })).effect, 'deny')
  assert.equal((await decide(policy, { tool: 'shell', calls_in_minute: 29 })).effect, 'allow')
  assert.equal(brief(await decide(policy, { tool: 'shell', effect: 'irreversible', autonomy: 3 })), 'ask irreversible-effect house:earn-it ordinary')
  assert.equal((await decide(policy, { tool: 'read', name: 'side' })).effect, 'deny')
  assert.equal((await decide(policy, { tool: 'read', name: 'agent' })).effect, 'allow')
})

test('a change window: irreversible calls only while it is open', async () => {
  const windows = { office: { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '09:00', to: '17:00', zone: 'Europe/Berlin', except: [] } }
  const rule = '@id("in-office-hours") @reason("{tool} only in office hours.") forbid (principal, action in Writ::Action::"irreversible", resource) unless { context.windows.contains("office") };'
  const policy = await open(makeBundle('organisation', rule, { windows: { office: { ...windows.office, days: [...windows.office.days] } } }))
  assert.equal((await decide(policy, { tool: 'shell', effect: 'irreversible', at: '2026-01-07T07:59:00Z' })).effect, 'deny')
  assert.equal(brief(await decide(policy, { tool: 'shell', effect: 'irreversible', at: '2026-01-07T08:00:00Z' })), 'ask irreversible-effect ordinary')
  assert.equal((await decide(policy, { tool: 'shell', effect: 'reversible', at: '2026-01-07T03:00:00Z' })).effect, 'allow')
})

test('a rule that cannot be worked out denies, and is named', async () => {
  const policy = await open(makeBundle('user', '@id("too-big") @reason("r") forbid (principal, action in Writ::Action::"shell", resource) when { 9223372036854775807 + context.callsInRun > 5 };'))
  assert.equal((await decide(policy, { tool: 'shell', calls_in_run: 0 })).effect, 'deny')
  const broken = await decide(policy, { tool: 'shell', calls_in_run: 1 })
  assert.equal(brief(broken), 'deny house:too-big ordinary')
  assert.match(broken.reason, /house:too-big could not be worked out, so nothing goes: .*overflow/)
})

test('nothing is allowed that no rule allows', async () => {
  const policy = await open(makeBundle('organisation', '@id("only-npm-test") @reason("r") permit (principal, action == Writ::Action::"exec", resource) when { resource.line == "npm test" };\n@id("call") @reason("r") permit (principal, action in Writ::Action::"shell", resource);', { disable: ['ordinary'] }))
  assert.equal(brief(await decide(policy, { tool: 'shell', acts: [{ argv: ['npm', 'test'] }] })), 'allow house:only-npm-test house:call')
  const refused = await decide(policy, { tool: 'shell', acts: [{ argv: ['npm', 'test'] }, { argv: ['npm', 'start'] }] })
  assert.deepEqual([refused.effect, refused.rules, refused.about], ['deny', ['house:only-npm-test', 'house:call'], ['npm start']])
  assert.equal(refused.reason, 'No rule of the policy allows it: npm start.')
})

test('a policy is made again from its document, and answers the same', async () => {
  const policy = await open(makeBundle('user', '@id("x") @answer("ask") @reason("r") forbid (principal, action in Writ::Action::"shell", resource);', { settings: { confidence_bar: 0.8 } }))
  const kept = parseCedarPolicy(policy.document)
  assert.deepEqual([kept.hash, kept.document, kept.bundles, kept.settings], [policy.hash, policy.document, policy.bundles, policy.settings])
  await kept.ready()
  for (const question of [{ tool: 'shell' }, { tool: 'read' }, { integrate: ['src/a.ts'], confidence: 0.7 }]) assert.deepEqual(await decide(kept, question), await decide(policy, question))
  assert.equal(brief(await decide(kept, { integrate: ['src/a.ts'], confidence: 0.7 })), 'ask checkpoint-confidence integrate')
  assert.notEqual(createCedarPolicy([builtinBundle]).hash, policy.hash)
  assert.equal(createCedarPolicy([builtinBundle]).hash, createCedarPolicy([builtinBundle]).hash)
})

test('owners: the last entry that fits a path counts, deputies come along, the shortest wait holds', async () => {
  const policy = createCedarPolicy([builtinBundle, makeBundle('organisation', '', { id: 'acme', owners: [
    { paths: ['**'], approvers: ['lead'] },
    { paths: ['src/billing/**'], approvers: ['ada|bob', 'carol'], escalate_after: '30m' },
  ] }), makeBundle('user', '', { owners: [{ paths: ['**/*.sql'], approvers: ['dba | carol'] }] })])
  assert.deepEqual(policy.approversFor(['README.md']), { steps: [{ who: 'lead', deputies: [] }], escalateMs: 4 * 3_600_000 })
  assert.deepEqual(policy.approversFor(['src/billing/a.sql']), { steps: [{ who: 'ada', deputies: ['bob'] }, { who: 'carol', deputies: [] }, { who: 'dba', deputies: ['carol'] }], escalateMs: 1_800_000 })
  assert.deepEqual(policy.approversFor([]), { steps: [], escalateMs: 0 })
})

const refused: readonly (readonly [string, PlacedBundle, RegExp])[] = [
  ['what does not parse, by line', makeBundle('user', '@id("a") @reason("r")\npermit (principal, action, resource);\nforbid (principal action, resource);'), /rules\.cedar:3: .*unexpected token `action`/],
  ['an action that is not there', makeBundle('user', '// first\n@id("a")\n@reason("r")\nforbid (principal, action == Writ::Action::"exe", resource);'), /rules\.cedar:4 \(rule house:a\): unrecognized action `Action::"exe"` \(did you mean `Action::"exec"`\?\)/],
  ['an attribute that is not there', makeBundle('user', '@id("a") @reason("r") forbid (principal, action == Writ::Action::"exec", resource)\nwhen { resource.lin like "x" };'), /rules\.cedar:2 \(rule house:a\): attribute `lin`.*not found/],
  ['a rule without an id', makeBundle('user', '@reason("r") forbid (principal, action, resource);'), /rules\.cedar:1: a rule has no @id/],
  ['a rule without a reason', makeBundle('user', '@id("a") forbid (principal, action, resource);'), /\(rule house:a\): it has no @reason/],
  ['two rules of one id', makeBundle('user', '@id("a") @reason("r") forbid (principal, action, resource) when { context.depth > 9 };\n@id("a") @reason("r") forbid (principal, action, resource);'), /rules\.cedar:2 \(rule house:a\): there is a rule of that id already, at rules\.cedar:1/],
  ['an answer that is none', makeBundle('user', '@id("a") @reason("r") @answer("maybe") forbid (principal, action, resource);'), /@answer\("maybe"\) is neither/],
  ['an annotation with a slip of the pen', makeBundle('user', '@id("a") @reason("r") @anwser("ask") forbid (principal, action, resource);'), /@anwser means nothing/],
  ['an ask where nobody can be asked', makeBundle('user', '@id("a") @reason("r") @answer("ask") forbid (principal, action == Writ::Action::"approve", resource);'), /has no meaning for approve: nobody can be asked there/],
  ['a template', makeBundle('user', '@id("a") @reason("r") forbid (principal == ?principal, action, resource);'), /template/],
  ['a permit of a repository', makeBundle('repository', '@id("a") @reason("r") permit (principal, action, resource);'), /\(repository\) is refused: rules\.cedar:1 \(rule house:a\): a repository may only tighten/],
  ['a repository that disables', makeBundle('repository', '', { disable: ['ask-publish'] }), /cannot disable built-in rules/],
  ['a locked rule disabled', makeBundle('user', '', { disable: ['secret-files'] }), /it disables secret-files, which is locked/],
  ['a rule disabled that is not there', makeBundle('user', '', { disable: ['secret-file'] }), /there is no such built-in rule/],
]
for (const [name, bundle, message] of refused) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(open(bundle), (thrown) => {
      assert.ok(thrown instanceof Fault)
      assert.equal(thrown.code, 'policy-refused')
      assert.match(thrown.message, message)
      return true
    })
  })
}

test('a built-in rule that is not locked can be disabled', async () => {
  const question = { integrate: ['package.json'] }
  assert.equal((await decide(await open(), question)).effect, 'ask')
  assert.equal((await decide(await open(makeBundle('user', '', { disable: ['checkpoint-dependencies'] })), question)).effect, 'allow')
})
