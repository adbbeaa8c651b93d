import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createSqliteIndex } from '../../src/adapters/index-sqlite/sqlite-index.ts'
import { createBlobStore } from '../../src/adapters/log-jsonl/blob-store.ts'
import { createJsonlLog } from '../../src/adapters/log-jsonl/jsonl-log.ts'
import { builtinBundle } from '../../src/adapters/policy-cedar/builtin-bundle.ts'
import { createCedarPolicy } from '../../src/adapters/policy-cedar/cedar-policy.ts'
import { openFolder, readBundle } from '../../src/adapters/policy-cedar/read-bundle.ts'
import type { NewEvent } from '../../src/protocol/events/event.ts'
import { storyEvents, storyRun } from '../../src/testing/sample-story.ts'
import { makeMachine, type Ended, type Machine } from '../e2e/harness.ts'

const house = {
  'bundle.yaml': 'id: house\nversion: 1.2.0\nowner: Platform team\nuntil: 2999-12-31\nwindows:\n  office: { days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00", zone: Europe/Berlin }\nsettings:\n  validation: { coverage: { least: 0.5 } }\n',
  'rules.cedar': '@id("no-billing")\n@reason("{paths} belongs to billing: ask #billing to change it. Everything else is yours.")\nforbid (principal, action == Writ::Action::"path.write", resource)\nwhen { resource.path like "src/billing/*" };\n',
  'cases.yaml': '- { name: billing is closed, question: { tool: edit, paths: [src/billing/a.ts] }, expect: deny, rule: no-billing }\n- { name: the rest is open, question: { tool: edit, paths: [src/a.ts] }, expect: allow }\n',
}

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

describe('writ policy', () => {
  let machine: Machine
  let user: string
  before(() => {
    machine = makeMachine({ 'README.md': 'x\n' })
    user = join(machine.home, '.config', 'writ', 'policy')
  })
  after(() => machine.remove())
  const policy = (...args: string[]): Promise<Ended> => machine.writ(['policy', ...args])
  const json = (ended: Ended): Record<string, never> => JSON.parse(ended.stdout) as Record<string, never>
  const edit = (path: string): string[] => ['check', '--tool', 'read', '--input', JSON.stringify({ path })]

  test('without bundles of one\'s own the built-in one is in force, and all its cases come out', async () => {
    const [list, cases, lint] = await Promise.all([policy(), policy('test'), policy('lint', '--json')])
    assert.deepEqual([list.code, list.stderr], [0, ''])
    assert.match(list.stdout, /^LAYER +BUNDLE +VERSION +RULES +FROM +UNTIL +OWNER +DIGEST\nbuilt-in +writ +1\.\S+ +\d+ +- +- +Writ +[0-9a-f]{12}\n\nTogether: policy [0-9a-f]{12}\n$/)
    assert.equal(cases.code, 0, cases.stdout)
    assert.match(cases.stdout, /\nAll \d{2,} cases come out as written\.\n$/)
    assert.deepEqual(json(lint), { ok: true, bundles: json(lint).bundles, findings: [] })
  })

  test('check answers as JSON and by its exit code', async () => {
    const [allow, deny, ask, outside, deliver, closed] = await Promise.all([
      policy(...edit('src/a.ts')), policy(...edit('.env')), policy('check', '--integrate', 'package.json', 'src/a.ts'), policy(...edit('../x')),
      policy('check', '--action', 'deliver', '--proven'), policy('check', '--action', 'approve', '--as', 'hook'),
    ])
    assert.deepEqual([allow, deny, ask, outside, deliver, closed].map(({ code }) => code), [0, 1, 3, 1, 0, 1])
    assert.deepEqual([json(deny).effect, json(deny).rules, json(deny).about], ['deny', ['secret-files', 'ordinary'], ['.env']])
    assert.deepEqual([json(ask).rules, json(ask).kinds], [['checkpoint-dependencies', 'integrate'], ['dependencies', 'source']])
    assert.match(String(json(ask).reason), /It changes dependencies \(package\.json\): /)
    assert.deepEqual(json(outside).rules, ['outside-repository', 'ordinary'])
    assert.match(String(json(allow).policy), /^[0-9a-f]{64}$/)
    const [publish, remove, hidden] = await Promise.all([
      policy('check', '--tool', 'shell', '--input', '{"command":"npm publish"}', '--grant', 'registry.example'), policy('check', '--tool', 'shell', '--input', '{"command":"rm -rf build"}'), policy('check', '--tool', 'shell', '--input', '{"command":"echo cm0gLXJmIC9ldGM= | base64 -d | sh"}'),
    ])
    assert.deepEqual([publish, remove, hidden].map((ended) => [ended.code, (json(ended).rules as unknown as string[])[0]]), [[3, 'ask-publish'], [0, 'ordinary'], [1, 'shield-delete-outside']])
    assert.match(JSON.stringify(json(hidden).reading), /"argv":\["rm","-rf","\/etc"\]/)
  })

  test('a bundle of one\'s own: tried out where it lies, then installed, listed and obeyed', async () => {
    const draft = join(machine.home, 'draft')
    put(draft, house)
    const [tried, linted] = await Promise.all([policy('test', draft), policy('lint', draft)])
    assert.equal(tried.code, 0, tried.stderr)
    assert.match(tried.stdout, /^house@1\.2\.0 .*\n✓ +billing is closed +deny by no-billing\n✓ +the rest is open +allow\n\nAll 2 cases come out as written\.\n$/)
    assert.deepEqual([linted.code, linted.stdout], [0, 'Nothing is wrong with house@1.2.0.\n'])
    put(join(user, 'house'), house)
    const [list, rules] = await Promise.all([policy(), policy('--rules', '--json')])
    assert.match(list.stdout, /\nuser +house +1\.2\.0 +1 +- +2999-12-31 +Platform team /)
    const listed = json(rules).rules as unknown as { id: string; layer: string; line: number }[]
    assert.deepEqual(listed.filter(({ layer }) => layer === 'user').map(({ id, line }) => [id, line]), [['house:no-billing', 1]])
    const asked = await policy('check', '--tool', 'write', '--input', '{"path":"src/billing/a.ts","content":"x"}')
    assert.deepEqual([asked.code, json(asked).effect, json(asked).reason], [1, 'deny', 'src/billing/a.ts belongs to billing: ask #billing to change it. Everything else is yours.'])
    rmSync(user, { recursive: true })
  })

  test('a case that comes out otherwise is shown, and the exit code says so', async () => {
    const draft = join(machine.home, 'wrong')
    put(draft, { ...house, 'cases.yaml': '- { name: billing is open, question: { tool: edit, paths: [src/billing/a.ts] }, expect: allow }\n' })
    const ended = await policy('test', draft)
    assert.equal(ended.code, 1)
    assert.match(ended.stdout, /✗ +billing is open +allow +came out: deny by house:no-billing\n\n1 of 1 cases come out otherwise\./)
  })

  test('a pattern of the settings that cannot be read is named by lint, and wherever its bundle is in force', async () => {
    const patterns = 'settings:\n  validation: { patterns: [{ id: no-eval, language: Python, rule: { kind: no_such }, message: no }] }\n'
    const bundle = { ...house, 'bundle.yaml': house['bundle.yaml'].replace(/settings:[^]*$/, patterns) }
    put(join(machine.home, 'patterns'), bundle)
    const linted = await policy('lint', join(machine.home, 'patterns'))
    assert.equal(linted.code, 1)
    assert.match(linted.stdout, /^house@1\.2\.0 bundle\.yaml:1 settings\.validation\.patterns\.no-eval broken: the pattern no-eval cannot be read: .*no_such/m)
    put(join(user, 'house'), bundle)
    try {
      const notes = (json(await policy(...edit('README.md'))) as { notes?: readonly string[] }).notes ?? []
      assert.match(notes.join('\n'), /in .*policy\/house\/bundle\.yaml the pattern no-eval cannot be read: .*; it has no effect until it is mended/)
      machine.write({ 'README.md': 'y\n' })
      const checked = await machine.writ(['check'])
      assert.match(checked.stderr, /bundle\.yaml the pattern no-eval cannot be read/)
      assert.match(checked.stdout, /Not checked: patterns: the pattern no-eval cannot be read/)
      assert.equal((await machine.writ(['check', '--strict'])).code, 1)
    } finally {
      rmSync(join(user, 'house'), { recursive: true })
      machine.write({ 'README.md': 'x\n' })
    }
  })

  test('a command is read with the scripts that a run would find; outside of a repository it is said that they were not', async () => {
    const own = makeMachine({ 'scripts/x.sh': 'echo hello\n', 'deploy.sh': '#!/bin/sh\nnpm publish\n', 'package.json': '{"scripts":{"rel":"npm publish","test":"node --test"}}\n' })
    try {
      own.write({ 'new.sh': 'echo not committed\n' })
      const ask = (command: string, ...more: string[]): Promise<Ended> => own.writ(['policy', 'check', '--tool', 'shell', '--input', JSON.stringify({ command }), ...more])
      const [plain, deploy, script, tests, missing] = await Promise.all([ask('bash scripts/x.sh'), ask('./deploy.sh', '--grant', 'a.example'), ask('npm run rel', '--grant', 'a.example'), ask('npm test', '--grant', 'a.example'), ask('bash new.sh')])
      assert.deepEqual([plain, deploy, script, tests, missing].map(({ code }) => code), [0, 3, 3, 0, 3])
      assert.deepEqual([json(deploy), json(script)].map(({ rules }) => (rules as unknown as string[]).includes('ask-publish')), [true, true])
      const outside = await own.writ(['policy', 'check', '--tool', 'shell', '--input', '{"command":"npm run rel"}'], { cwd: own.home })
      assert.match((json(outside).notes as unknown as string[]).join('\n'), /no repository here, so scripts were not read: package\.json/)
    } finally {
      own.remove()
    }
  })

  test('--question asks whatever a case can', async () => {
    const rules = '@id("two-eyes") @reason("Somebody else.") forbid (principal, action == Writ::Action::"approve", resource) when { resource.own && resource.kind == "deliver" };\n@id("no-reviewers") @reason("None.") forbid (principal, action == Writ::Action::"delegate", resource) when { resource.name == "reviewer" };\n@id("long-run") @reason("Enough.") forbid (principal, action in Writ::Action::"shell", resource) when { context.callsInRun >= 50 };\n@id("no-checks") @reason("Not those.") forbid (principal, action == Writ::Action::"amend", resource) when { resource.parts.contains("checks") };\n'
    put(join(user, 'asked'), { 'bundle.yaml': 'id: asked\nversion: 1.0.0\nowner: Platform\n', 'rules.cedar': rules })
    try {
      const asked: readonly (readonly [object, string])[] = [
        [{ action: 'approve', as: 'person', name: 'ada', kind: 'deliver', rules: ['x'], requested_by: 'ada' }, 'two-eyes'], [{ action: 'delegate', role: 'reviewer' }, 'no-reviewers'],
        [{ tool: 'shell', command: 'ls', calls_in_run: 50 }, 'long-run'], [{ action: 'amend', parts: ['checks'] }, 'no-checks'],
        [{ tool: 'write', input: { path: 'a.lock', content: '' }, pinned: ['a.lock'] }, 'pinned'], [{ tool: 'write', input: { path: 'g/a', content: '' }, guarded: ['g/**'] }, 'guarded'],
      ]
      const answers = await Promise.all(asked.map(([question]) => policy('check', '--question', JSON.stringify(question))))
      assert.deepEqual(answers.map((ended) => [ended.code, (json(ended).rules as unknown as string[])[0]?.replace('asked:', '').replace(/^(pinned|guarded).*/, '$1')]), asked.map(([, rule]) => [1, rule]))
    } finally {
      rmSync(join(user, 'asked'), { recursive: true })
    }
  })

  test('what cannot be asked so is said, instead of answering something else', async () => {
    const draft = join(machine.home, 'unfit')
    put(draft, { ...house, 'cases.yaml': '- { name: old words, question: { tool: edit, input: { path: a, edits: [{ old: a, new: b }] } }, expect: allow }\n' })
    const [unfit, slip, empty, effect, help] = await Promise.all([policy('test', draft), policy('check', '--tool', 'bash', '--input', '{"command":"npm publish"}'), policy('check', '--tool', 'shell'), policy('check', '--tool', 'shell', '--effect', 'irreversible'), policy('check', '--help')])
    assert.deepEqual([unfit.code, slip.code, empty.code, effect.code], [2, 0, 2, 3])
    assert.match(unfit.stderr, /unfit: the case 'old words': the input does not fit the tool edit: edits\.0\.find: /)
    assert.match(String((json(slip).notes as unknown as string[])[0]), /^Writ has no tool named bash: it was judged as one that Writ does not know\. Its own are read, list, .*shell/)
    assert.match(empty.stderr, /what is shell to do\? say so with --input JSON/)
    // The examples of the help are answered as they stand there.
    const examples = [...help.stdout.matchAll(/^ {2}writ policy (check .*)$/gm)].map(([, words = '']) => [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''))
    assert.equal(examples.length, 5)
    for (const ended of await Promise.all(examples.map((words) => policy(...words)))) assert.ok(json(ended).effect, ended.stderr)
  })

  test('lint names what is wrong, with file and line', async () => {
    const draft = join(machine.home, 'lint')
    put(draft, { ...house, 'rules.cedar': `${house['rules.cedar']}\n@id("never") @reason("r")\nforbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("deploys") };\n` })
    const ended = await policy('lint', draft)
    assert.equal(ended.code, 1)
    const old = join(machine.home, 'old')
    put(old, { ...house, 'bundle.yaml': 'id: house\nversion: "1"\nowner: Ada\nuntil: 2020-01-01\n' })
    const expired = await policy('lint', old)
    assert.deepEqual([expired.code, expired.stdout.startsWith('house@1 bundle.yaml:1 - broken: the policy house@1 '), /it expired on 2020-01-01/.test(expired.stdout)], [1, true, true])
    assert.match(ended.stdout, /^house@1\.2\.0 rules\.cedar:6 house:never never-matches: it can never hold: resource\.kinds never contains "deploys"; there are .*\n1 finding\.\n$/)
  })

  const refused: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['expired', { ...house, 'bundle.yaml': 'id: house\nversion: "1"\nowner: Ada\nuntil: 2020-01-01\n' }, /the policy house@1 \(user\) in .* is refused: it expired on 2020-01-01\. Its owner, Ada, renews it/],
    ['no YAML', { ...house, 'bundle.yaml': 'id: [\n' }, /bundle\.yaml is refused: it is not valid YAML/],
    ['an unknown key', { ...house, 'bundle.yaml': 'id: house\nversion: "1"\nowner: Ada\nexpires: 2020-01-01\n' }, /bundle\.yaml is refused: it does not fit: unrecognized key: "expires"/],
    ['a setting that is none', { ...house, 'bundle.yaml': 'id: house\nversion: "1"\nowner: Ada\nsettings: { validation: { coverage: { least: 7 } } }\n' }, /its settings do not fit: validation\.coverage\.least: /],
    ['rules that belong to no bundle', { 'rules.cedar': house['rules.cedar'] }, /rules\.cedar is refused: there is no bundle\.yaml beside it/],
    ['rules that do not parse', { ...house, 'rules.cedar': 'forbid (principal action, resource);' }, /policy house 1\.2\.0 \(user\) is refused: rules\.cedar:1: .*unexpected token `action`.*; writ policy lint shows all of it/],
    ['not UTF-8', { ...house, 'rules.cedar': '\uFFFF' }, /rules\.cedar/],
  ]
  for (const [name, files, says] of refused) {
    test(`refused: ${name}`, async () => {
      put(user, files)
      if (name === 'not UTF-8') writeFileSync(join(user, 'rules.cedar'), Buffer.from([0xff, 0xfe, 0x00]))
      const ended = await policy()
      rmSync(user, { recursive: true })
      assert.equal(ended.code, 2, ended.stdout)
      assert.match(ended.stderr, says)
      assert.equal(ended.stdout, '')
    })
  }

  test('refused: an organisation\'s folder that is not there, and a link in a bundle', async () => {
    const gone = await machine.writ(['policy'], { env: { WRIT_POLICY_DIR: join(machine.home, 'nowhere') } })
    assert.deepEqual([gone.code, gone.stdout], [2, ''])
    assert.match(gone.stderr, /WRIT_POLICY_DIR names .*nowhere, which is not there\. Nothing runs without the rules/)
    put(user, house)
    symlinkSync(join(machine.repo, 'README.md'), join(user, 'more.cedar'))
    const linked = await policy()
    rmSync(user, { recursive: true })
    assert.match(linked.stderr, /more\.cedar is refused: it is a link/)
  })

  test('organisation and user hold together; the organisation\'s settings are not loosened', async () => {
    const organisation = join(machine.home, 'org')
    put(join(organisation, 'house'), house)
    put(user, { 'bundle.yaml': 'id: mine\nversion: "1"\nowner: Ada\ndisable: [checkpoint-dependencies]\nsettings: { validation: { coverage: { least: 0.1 } } }\n' })
    const env = { WRIT_POLICY_DIR: organisation }
    const [list, billing, dependencies] = await Promise.all([machine.writ(['policy'], { env }), machine.writ(['policy', 'check', '--tool', 'write', '--input', '{"path":"src/billing/a.ts","content":""}'], { env }), machine.writ(['policy', 'check', '--integrate', 'package.json'], { env })])
    rmSync(user, { recursive: true })
    assert.match(list.stdout, /organisation +house[\s\S]*user +mine[\s\S]*Note: the bundle mine sets validation\.coverage\.least to 0\.1, which would loosen what the organisation set: 0\.5/)
    assert.deepEqual([billing.code, dependencies.code], [1, 0])
  })

  test('a repository\'s bundle is inert until it is trusted, and again after any change', async () => {
    const own = join(machine.repo, '.writ', 'policy')
    const commit = (): void => void [machine.git('add', '-A'), machine.git('commit', '-qm', 'Rules')]
    put(own, house)
    put(join(machine.repo, '.writ'), { 'hooks.yaml': 'hooks: { PostToolUse: [ { matcher: edit, hooks: [ { type: command, command: "npx prettier" } ] } ] }\n' })
    commit()
    const check = (): Promise<Ended> => policy('check', '--tool', 'write', '--input', '{"path":"src/billing/a.ts","content":""}')
    const before = await check()
    assert.equal(before.code, 0)
    assert.match(String(json(before).notes), /has a policy of its own in \.writ\/policy, and it has no effect until you trust it/)
    const asked = await policy('trust')
    assert.equal(asked.code, 3)
    assert.match(asked.stdout, /Policy house 1\.2\.0, of Platform team\n {2}denies {2}house:no-billing: \{paths\} belongs to billing[\s\S]*Hooks, \.writ\/hooks\.yaml[\s\S]*npx prettier[\s\S]*Nothing was trusted/)
    assert.equal((await check()).code, 0)
    assert.equal((await policy('trust', '--yes')).code, 0)
    const trusted = await check()
    assert.deepEqual([trusted.code, json(trusted).rules], [1, ['house:no-billing', 'ordinary']])
    const store = JSON.parse(readFileSync(join(machine.state, 'trust.json'), 'utf8')) as { trusted: { path: string }[] }
    assert.deepEqual(store.trusted.map(({ path }) => path), ['.writ/policy', '.writ/hooks.yaml'])
    writeFileSync(join(own, 'cases.yaml'), `${house['cases.yaml']}\n`)
    assert.equal((await check()).code, 1, 'what is not committed is not what runs start from')
    commit()
    const changed = await check()
    assert.equal(changed.code, 0)
    assert.match(String(json(changed).notes), /has changed since you trusted it, and has no effect/)
    assert.match((await policy('trust', '--yes')).stdout, /It counts from the next run on/)
    assert.equal((await check()).code, 1)
    assert.match((await policy('distrust')).stdout, /^\.writ\/hooks\.yaml, \.writ\/policy of .* do not count any more\.\n$/)
    assert.equal((await check()).code, 0)
    put(own, { 'rules.cedar': '@id("open") @reason("r") permit (principal, action, resource);\n' })
    commit()
    const loosening = await policy('trust', '--yes')
    assert.equal(loosening.code, 2)
    assert.match(loosening.stderr, /house 1\.2\.0 \(repository\) is refused: rules\.cedar:1 \(rule house:open\): a repository may only tighten/)
    rmSync(join(machine.repo, '.writ'), { recursive: true })
    commit()
  })

  test('explain shows a decision with its rules as they were kept, and what has changed since', async () => {
    put(user, house)
    const then = createCedarPolicy([builtinBundle, await readBundle('user', openFolder(user))])
    const kept = await createBlobStore({ stateDir: machine.state }).put(new TextEncoder().encode(then.document))
    const decision = { effect: 'deny', rules: ['house:no-billing', 'ordinary'], policy: then.hash, reason: 'src/billing/a.ts belongs to billing.', about: ['src/billing/a.ts'] }
    const events = (JSON.parse(JSON.stringify(storyEvents({ root: machine.repo }))) as NewEvent[]).map((event) => {
      if (event.type === 'run.opened') return { ...event, data: { ...event.data, kept: { template: kept, tools: kept, policy: kept } } }
      return event.type === 'tool.called' ? { ...event, data: { ...event.data, decision } } : event
    }) as NewEvent[]
    const log = createJsonlLog({ stateDir: machine.state, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(machine.state, 'index.db') }) })
    const rollout = await log.create(storyRun)
    await rollout.append(events)
    await rollout.close()
    const [called, returned] = (['tool.called', 'tool.returned'] as const).map((type) => String(events.findIndex((event) => event.type === type)))
    const same = await policy('explain', called ?? '')
    assert.deepEqual([same.code, same.stderr], [0, ''])
    assert.match(same.stdout, /^Event \d+ of run_\w+, \S+: denied\nAsked: .*\nAbout: {2}src\/billing\/a\.ts\nSaid: .*\nRules: {2}house:no-billing, ordinary, of policy [0-9a-f]{12}\n/)
    assert.match(same.stdout, /\nhouse:no-billing {2}deny, which decided {2}house@1\.2\.0 \(user\), rules\.cedar:1\n {4}forbid \(principal[\s\S]*\nordinary {2}allow {2}writ@1[\s\S]*The same policy is in force today\.\n$/)
    put(user, { ...house, 'bundle.yaml': house['bundle.yaml'].replace('1.2.0', '1.3.0') })
    const later = await policy('explain', returned ?? '', '--run', storyRun.slice(-6), '--json')
    assert.deepEqual(json(later).standing, { same: false, says: [(json(later).standing as unknown as { says: string[] }).says[0], 'house@1.2.0 is now house@1.3.0'] })
    assert.match(JSON.stringify(json(later).standing), /That policy is superseded: today [0-9a-f]{12} is in force\./)
    const [nothing, beyond] = await Promise.all([policy('explain', '0'), policy('explain', '99999')])
    assert.deepEqual([nothing.code, beyond.code], [2, 2])
    assert.match(nothing.stderr, /event 0 is run\.opened, about which the policy was not asked; it was for \d+/)
    assert.match(beyond.stderr, /the run has no event 99999; it ends with \d+/)
    rmSync(user, { recursive: true })
  })

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['nothing asked', ['check'], /ask one thing/],
    ['two things asked', ['check', '--tool', 'shell', '--action', 'deliver'], /ask one thing/],
    ['input that is no JSON', ['check', '--tool', 'shell', '--input', '{'], /--input is not JSON/],
    ['input that does not fit', ['check', '--tool', 'shell', '--input', '{"command":5}'], /the input does not fit the tool shell: command/],
    ['no host', ['check', '--action', 'connect'], /connect to which host/],
    ['no instant', ['check', '--action', 'deliver', '--at', 'noon'], /--at takes an instant/],
    ['an unknown action', ['check', '--action', 'fly'], /Allowed choices are deliver/],
    ['autonomy beyond its range', ['check', '--action', 'deliver', '--autonomy', '9'], /does not fit/],
    ['a question that is no JSON', ['check', '--question', '{'], /--question is not JSON/],
    ['a question with a slip', ['check', '--question', '{"action":"approve","asked_by":"ada"}'], /does not fit: .*asked_by/],
    ['a question and an option', ['check', '--question', '{"action":"deliver","proven":true}', '--autonomy', '3'], /--question says all of it: put --autonomy into it/],
    ['no bundle', ['test', '/nowhere'], /there is no bundle in \/nowhere/],
    ['nothing to trust', ['trust'], /there is nothing to trust/],
  ]
  for (const [name, args, says] of wrong) {
    test(`one sentence and exit 2: ${name}`, async () => {
      const ended = await policy(...args)
      assert.equal(ended.code, 2, ended.stderr)
      assert.match(ended.stderr, says)
      assert.equal(ended.stdout, '')
    })
  }
})
