import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { collectParts } from '../../src/cli/archive/collect-parts.ts'
import { archiveLimits, type ArchiveManifest } from '../../src/cli/archive/manifest.ts'
import { takeIn } from '../../src/cli/commands/import.ts'
import { openRecord } from '../../src/cli/compose.ts'
import { readRun } from '../../src/cli/read-run.ts'
import { toCanonicalJson } from '../../src/domain/chain.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { Fault } from '../../src/protocol/fault.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import type { Cleaning } from '../e2e/clean-bench.ts'
import { makeMachine, type Ended, type Machine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, type Asked } from '../plan/plan-bench.ts'
import { publish } from '../people/people-bench.ts'
import { flip, pack, unpack, type Entry } from './archive-bench.ts'

const secret = 'zq83Kd0sLm29Xw7PpQ'
const contract = 'goal: make all tests pass\nchecks: [npm test]\nnetwork: ["127.0.0.1:9"]\n'
const plan = {
  tasks: [
    { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], serves: ['c1'] },
    { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: [{ command: 'node --test test/shout.test.js' }], serves: ['c1'] },
  ],
}

/** One child prints a secret, the other does what a person has to allow; each is reviewed by a child run too. */
function answer({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: plan }] }
  if (role === 'reviewer') return { calls: [{ name: 'report_findings', input: { findings: [] } }, finish('Reviewed')] }
  if (goal.startsWith('The sum')) return [{ calls: [{ name: 'shell', input: { command: `cat leak.txt; echo ${secret}` } }] }, { calls: [mendSum] }][turn] ?? { calls: [finish('Begin the sum at 0')] }
  return [{ calls: [publish] }, { calls: [mendShout] }][turn] ?? { calls: [finish('Shout in capitals')] }
}

let machine: Machine
/** Another person's, with a clone of the repository and nothing else. */
let elsewhere: Machine
let run: RunId
let children: readonly RunId[]
let entries: readonly Entry[]
let archive: string

const place = (name: string): string => join(elsewhere.home, name)
const there = (...args: readonly string[]): Promise<Ended> => elsewhere.writ(args, { cwd: place('clone') })
const home = (...args: readonly string[]): Promise<Ended> => machine.writ(args)
const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`
const runsThere = (): readonly string[] => (existsSync(join(elsewhere.state, 'runs')) ? readdirSync(join(elsewhere.state, 'runs')).toSorted() : [])
const forget = (): void => rmSync(elsewhere.state, { recursive: true, force: true })

function save(name: string, changed: readonly Entry[]): string {
  writeFileSync(place(name), pack(changed))
  return place(name)
}

/** What is said about an archive that was changed; nothing of it is left behind. */
async function refusal(changed: readonly Entry[]): Promise<string> {
  const fault = await takeIn(await openRecord({ HOME: elsewhere.home }), save('changed.tar.gz', changed)).then(() => undefined, (error: unknown) => error)
  assert.ok(fault instanceof Fault && fault.code === 'request-invalid', String(fault))
  assert.deepEqual([runsThere(), existsSync(join(elsewhere.state, 'blobs')), readdirSync(join(elsewhere.state, 'importing'))], [[], false, []])
  return fault.message
}

/** The archive with another manifest, and without some entries. */
function withManifest(change: (manifest: ArchiveManifest) => object, keeps: (name: string) => boolean = () => true): Entry[] {
  const [first, ...rest] = entries
  const manifest = JSON.parse(first?.content.toString() ?? '') as ArchiveManifest
  return [{ name: 'manifest.json', content: Buffer.from(`${toCanonicalJson(change(manifest))}\n`) }, ...rest.filter(({ name }) => keeps(name))]
}

describe('a run with child runs as one file', () => {
  before(async () => {
    machine = makeMachine({ ...twoModules, 'contract.yaml': contract, '.env': `API_KEY=${secret}\n`, 'leak.txt': `${secret}\n` })
    const started = await runPlanned(machine, answer, ['run', '--contract', 'contract.yaml', '--workers', '2', '--review', 'all'])
    assert.equal(started.code, 3, toText(started))
    const id = /ap_[0-9a-f]+/.exec(started.stderr)?.[0] ?? ''
    assert.equal((await machine.writ(['approve', id, '--yes', '--no-resume'])).code, 0)
    const ended = await runPlanned(machine, answer, ['resume', 'latest'])
    assert.equal(ended.code, 0, toText(ended))
    const [whole, ...parts] = readdirSync(join(machine.state, 'runs')).toSorted() as RunId[]
    assert.ok(whole && parts.length === 4, `${parts.length}`)
    run = whole
    children = parts
    archive = join(machine.home, 'run.tar.gz')
    const exported = await machine.writ(['export', run, '-o', archive])
    assert.equal(exported.code, 0, toText(exported))
    assert.match(exported.stdout, /, 4 child runs, \d+ bytes\./)
    entries = unpack(readFileSync(archive))
    elsewhere = makeMachine({ 'empty.txt': '' }, { ownTemporary: true })
    elsewhere.git('clone', '-q', machine.repo, place('clone'))
    writeFileSync(place('person.pem'), (await machine.writ(['keys', 'export'])).stdout)
  })
  after(() => {
    machine.remove()
    elsewhere.remove()
  })

  test('each part of a child run that is changed, missing, renamed, longer or added is refused and named; nothing is taken in', async () => {
    const parts = entries.flatMap(({ name }, n) => (name.startsWith('children/') ? [n] : []))
    assert.deepEqual(parts.map((n) => entries[n]?.name).toSorted(), children.map((each) => `children/${each}.jsonl`))
    for (const n of parts) {
      const { name, content } = entries[n] ?? { name: '', content: Buffer.of() }
      const child = name.slice(9, -6)
      const refused = await elsewhere.writ(['import', save('flipped.tar.gz', entries.with(n, { name, content: flip(content) }))])
      assert.deepEqual([refused.code, refused.stderr.includes(`is not taken in: the record of ${child}`), runsThere()], [2, true, []], toText(refused))
      assert.match(await refusal(entries.toSpliced(n, 1)), new RegExp(`${name} is missing in it`))
      assert.match(await refusal(entries.with(n, { name: `children/${run}.jsonl`, content })), new RegExp(`holds children/${run}.jsonl, which is no part of a run`))
      const lines = content.toString().trimEnd().split('\n')
      assert.match(await refusal(entries.with(n, { name, content: Buffer.from(`${lines.slice(0, -1).join('\n')}\n`) })), new RegExp(`the record of ${child} .* events of ${lines.length}`))
      assert.match(await refusal(entries.with(n, { name, content: Buffer.concat([content, Buffer.from('x\n')]) })), /goes on after event \d+, which is as far as the record of run_\w+ speaks of it/)
    }
    const [one, other] = parts
    assert.ok(one !== undefined && other !== undefined)
    const [first, second] = [entries[one], entries[other]]
    assert.ok(first && second)
    assert.match(await refusal(entries.with(one, { name: first.name, content: second.content })), /the record of run_\w+ \(\w+\) is not the one/)
    for (const [n, { name, content }] of entries.entries()) {
      if (!name.startsWith('blobs/') || n % 5 !== 0) continue
      assert.match(await refusal(entries.with(n, { name, content: flip(content) })), /holds other bytes/)
      assert.match(await refusal(entries.toSpliced(n, 1)), new RegExp(name.slice(8, 24)))
    }
    const stray = Buffer.from('not spoken of')
    assert.match(await refusal([...entries, { name: `blobs/${digestOf(stray)}`, content: stray }]), /which the record does not speak of/)
  })

  test('a manifest that says another thing of child runs than the signed record is refused', async () => {
    const change = (toChildren: (all: NonNullable<ArchiveManifest['children']>) => object, keeps?: (name: string) => boolean): Entry[] => withManifest((manifest) => ({ ...manifest, children: toChildren(manifest.children ?? []) }), keeps)
    const [first] = JSON.parse(entries[0]?.content.toString() ?? '').children as NonNullable<ArchiveManifest['children']>
    assert.ok(first)
    const isFirst = (name: string): boolean => name === `children/${first.run}.jsonl`
    assert.match(await refusal(change((all) => all.slice(1), (name) => !isFirst(name))), new RegExp(`speaks of its child run ${first.run}, and manifest.json does not`))
    assert.match(await refusal(change((all) => all.slice(1))), /which is no part of a run/)
    assert.match(await refusal(change((all) => all.with(0, { ...first, events: first.events - 1 }))), /says of the child run run_\w+ another thing than the record of/)
    assert.match(await refusal(change((all) => all.with(0, { ...first, parent: all[1]?.run ?? first.run }))), /another thing than the record of/)
    assert.match(await refusal(change((all) => [...all, { ...first, run: 'run_0000000000000000' as RunId, absent: true }])), /names the child run run_0000000000000000, which no record in it speaks of/)
    assert.match(await refusal(change((all) => all.toReversed())), /twice or in another order/)
    assert.match(await refusal(change((all) => all.with(0, { ...first, absent: true }))), /which is no part of a run/)
    assert.match(await refusal(withManifest(({ children: _, ...rest }) => rest)), /which is no part of a run/)
  })

  test('there is a bound on what is archived, and a sentence for what is beyond it', async () => {
    const record = await openRecord({ HOME: machine.home })
    const { events } = await readRun(record.log, run)
    const limits = { ...archiveLimits, children: { runs: 5000, depth: 8 } }
    await assert.rejects(collectParts(record, { run, events }, { ...limits, children: { runs: 3, depth: 8 } }), /is not exported: there are more than 3 child runs/)
    await assert.rejects(collectParts(record, { run, events }, { ...limits, children: { runs: 9, depth: 0 } }), /lie deeper than 0 levels/)
    await assert.rejects(collectParts(record, { run, events }, { ...limits, totalBytes: 40_000 }), /more than the 40000 bytes that an archive can hold/)
    await assert.rejects(collectParts(record, { run, events }, { ...limits, entries: 20 }), /more than the 20 parts that an archive can hold/)
  })

  test('killed between two runs, an import leaves no whole that is none; asked for again it goes on', async () => {
    const preload = pathToFileURL(join(import.meta.dirname, '..', 'crash', 'fail-at.ts')).href
    const trace = place('trace')
    const fail = (at: number, how: string, under = 'runs'): Promise<Ended> => elsewhere.writ(['import', archive], { env: { NODE_OPTIONS: `--import=${preload}`, WRIT_TEST_FAIL: JSON.stringify({ at, how, under: [join(elsewhere.state, under)], trace }) } })
    forget()
    const whole = await fail(0, 'before')
    assert.equal(whole.code, 0, toText(whole))
    const moves = readFileSync(trace, 'utf8').trimEnd().split('\n').filter((line) => line.includes(' renameSync ')).map((line) => line.split('/').at(-1) ?? '')
    assert.deepEqual([moves.toSorted(), moves.at(-1)], [[run, ...children].toSorted(), run])
    const steps = readFileSync(trace, 'utf8').trimEnd().split('\n').map((line) => line.includes(' renameSync '))
    // After the first child run, before the whole, and after it.
    for (const at of [steps.indexOf(true) + 2, steps.lastIndexOf(true) + 1, steps.lastIndexOf(true) + 2]) {
      forget()
      const killed = await fail(at, 'before')
      assert.equal(killed.code, 128, toText(killed))
      const left = runsThere()
      assert.ok(left.length > 0)
      if (left.includes(run)) assert.deepEqual(left, [run, ...children].toSorted())
      else assert.equal((await there('list', '--json')).stdout, '')
      const again = await there('import', archive)
      assert.equal(again.code, 0, toText(again))
      assert.deepEqual([runsThere(), readdirSync(join(elsewhere.state, 'importing'))], [[run, ...children].toSorted(), []])
    }
    assert.equal((await there('verify', run, '--key', place('person.pem'))).code, 0)
    forget()
    const full = await fail(steps.lastIndexOf(true) + 1, 'ENOSPC')
    assert.notEqual(full.code, 0)
    assert.match(full.stderr, /could not be made: .*no space left/)
    assert.ok(!runsThere().includes(run))
    // Where its parts cannot even be laid down, that is what is said, and not that something is wrong with the archive.
    for (const at of [4, 8, 30]) {
      forget()
      const early = await fail(at, 'ENOSPC', 'importing')
      assert.deepEqual([early.code, runsThere()], [5, []], toText(early))
      assert.match(early.stderr, /writ: .*(?:the disk is full|no space left)/i)
      assert.doesNotMatch(early.stderr, /no whole archive|not taken in|a fault of Writ itself/)
    }
    // Killed while it lays them down, it leaves them for writ clean.
    forget()
    assert.equal((await fail(30, 'before', 'importing')).code, 128)
    const importing = join(elsewhere.state, 'importing')
    const [left = ''] = readdirSync(importing)
    execFileSync('find', [importing, '-exec', 'touch', '-d', '2020-01-01', '{}', '+'])
    const cleaned = JSON.parse((await there('clean', '--yes', '--json')).stdout) as Cleaning
    assert.ok(cleaned.leftovers.some((each) => each.name === join(importing, left)), left)
    assert.deepEqual(readdirSync(importing), [])
    forget()
  })

  test('elsewhere it is listed, shown, replayed and verified as at home, in all its runs', async () => {
    const taken = await there('import', archive)
    assert.equal(taken.code, 0, toText(taken))
    assert.match(taken.stdout, /taken in, with 4 child runs\. See it with/)
    for (const writ of [there, home]) assert.match((await writ('import', archive)).stdout, /is here already, the very same; nothing was done/)
    const list = async (writ: (...args: readonly string[]) => Promise<Ended>, ...more: readonly string[]): Promise<readonly unknown[]> => (await writ('list', '--json', ...more)).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)
    assert.equal((await list(there)).length, 1)
    assert.deepEqual(await list(there, '--all'), await list(home, '--all'))
    assert.match((await there('list', '--all')).stdout, /↳ \w+: The sum of numbers begins at nothing/)
    for (const each of [run, children[0] ?? run]) {
      assert.equal((await there('show', each, '--json')).stdout, (await home('show', each, '--json')).stdout)
      assert.equal((await there('replay', each)).code, 0)
    }
    assert.equal((await there('verify', run)).code, 1)
    assert.equal((await there('keys', 'trust', place('person.pem'), '--name', 'person')).code, 0)
    const verified = await there('verify', run)
    assert.equal(verified.code, 0, toText(verified))
    const said = /decisions +(\d+) calls in 5 runs: (\d+) allowed, 1 asked, 0 denied/.exec(verified.stdout)
    const calls = [run, ...children].flatMap((each) => [...readFileSync(join(machine.state, 'runs', each, 'rollout.jsonl'), 'utf8').matchAll(/"type":"tool\.called"/g)]).length
    assert.deepEqual([said?.[1], said?.[2]], [`${calls}`, `${calls - 1}`], verified.stdout)
    assert.match(verified.stdout, /people +person said approve to .* \(in \w+, task shout\)/)
    assert.match(verified.stdout, /✓ children +4 records of child runs are those that the results came from/)
    assert.match(verified.stdout, /✓ answers +in run_\w+ \(shout\), 1 answer signed by person/)
    assert.equal((await there('verify', children[0] ?? run)).code, 0)
    const again = place('again.tar.gz')
    assert.equal((await there('export', run, '-o', again)).code, 0)
    assert.ok(readFileSync(again).equals(readFileSync(archive)))
  })

  test('no part of it holds a secret that the run met', () => {
    assert.match(Buffer.concat(entries.filter(({ name }) => name.startsWith('children/')).map(({ content }) => content)).toString(), /\[secret:/)
    for (const { name, content } of entries) assert.ok(!content.includes(secret), name)
  })

  test('an archive from before there were child runs in it is taken in, and one with them makes it whole; files come to each', async () => {
    forget()
    const own = new Set(readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').match(/[0-9a-f]{64}/g))
    const isOld = (name: string): boolean => !name.startsWith('children/') && (!name.startsWith('blobs/') || own.has(name.slice(6)))
    const blobs = entries.filter(({ name }) => name.startsWith('blobs/') && isOld(name)).length
    const old = save('old.tar.gz', withManifest(({ children: _, ...rest }) => ({ ...rest, blobs }), isOld))
    const taken = await there('import', old)
    assert.equal(taken.code, 0, toText(taken))
    const alone = await there('verify', run)
    assert.equal(alone.code, 0, toText(alone))
    assert.match(alone.stdout, /1 call in 1 of 5 runs \(the records of the others are not here[^]*– children +4 of 4 records of child runs are not here/)
    const exported = await there('export', run, '-o', place('partial.tar.gz'))
    assert.match(exported.stdout, /The records of 4 of its 4 child runs are not here, and so not in it/)
    assert.match((await there('import', archive)).stdout, /is here already, the very same; added: 4 child runs\./)
    const files = join(machine.home, 'files.tar.gz')
    assert.equal((await machine.writ(['export', run, '--with-files', '-o', files])).code, 0)
    assert.match((await there('import', files)).stdout, /is here already, the very same; added: the files of the repository\./)
    const coder = children.find((each) => readFileSync(join(elsewhere.state, 'runs', each, 'rollout.jsonl'), 'utf8').includes('src/sum/sum.js'))
    assert.ok(coder)
    const rebuilt = await there('replay', coder, '--rebuild', place('rebuilt'))
    assert.equal(rebuilt.code, 0, toText(rebuilt))
    assert.match(readFileSync(join(place('rebuilt'), 'src/sum/sum.js'), 'utf8'), /total = 0/)
    assert.equal((await there('verify', run)).code, 0)
    // What a child run records after it came back is vouched for by nobody: it stays where it is, and is not exported.
    const { log } = await openRecord({ HOME: machine.home })
    const { rollout } = await log.open(coder as RunId)
    await rollout.append([{ type: 'run.rejected', data: { by: 'person', reason: '' } }])
    await rollout.close()
    assert.equal((await home('export', run, '-o', join(machine.home, 'again.tar.gz'))).code, 0)
    assert.ok(readFileSync(join(machine.home, 'again.tar.gz')).equals(readFileSync(archive)))
    assert.match((await home('import', archive)).stdout, /the very same; nothing was done/)
    // A child run that is here and is another is left as it is, and so is all the rest.
    forget()
    mkdirSync(join(elsewhere.state, 'runs', coder), { recursive: true })
    writeFileSync(join(elsewhere.state, 'runs', coder, 'rollout.jsonl'), 'mine\n')
    const refused = await there('import', archive)
    assert.deepEqual([refused.code, refused.stderr.includes(`${coder} is here already, and it is another: it was left as it is`), runsThere()], [2, true, [coder]], toText(refused))
  })
})
