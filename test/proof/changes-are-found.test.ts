import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openKeys } from '../../src/cli/compose.ts'
import { examineText } from '../../src/cli/verification/examine-bundle.ts'
import { verifyRun } from '../../src/cli/verification/verify-run.ts'
import { openTrust } from '../../src/cli/verification/open-trust.ts'
import type { Verification } from '../../src/cli/verification/finding.ts'
import { findBlobRefs } from '../../src/domain/attest/references.ts'
import { readLine, sealLine, toStart } from '../../src/domain/chain.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import { makeAttestedRun, type AttestedRun } from './attested-run.ts'

let machine: AttestedRun
let lines: readonly string[]
let events: readonly StoredEvent[]

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const rollout = (): string => join(machine.state, 'runs', machine.run, 'rollout.jsonl')
const kept = (): string => join(machine.state, 'runs', machine.run, 'attestation.json')
const put = (changed: readonly string[]): void => writeFileSync(rollout(), changed.map((line) => `${line}\n`).join(''))

/** The lines as somebody would make them who can hash and cannot sign. */
function reseal(changed: readonly StoredEvent[]): readonly string[] {
  let position = toStart(machine.run)
  return changed.map(({ type, data, at }) => {
    const { line, event } = sealLine({ type, data } as NewEvent, at, position, sha256)
    position = { run: machine.run, seq: position.seq + 1, head: event.hash }
    return line
  })
}

function failuresOf(verification: Verification): string {
  assert.equal(verification.verified, false, 'the change was not found')
  return verification.findings.filter((each) => each.status === 'failed').map((each) => `${each.about}: ${each.text}`).join('\n')
}

const found = async (word: string = machine.run): Promise<string> => failuresOf(await machine.verify(word))
/** Without a look at git, which many small changes of the record need not wait for. */
const foundInRecord = async (): Promise<string> => {
  const { findings } = await verifyRun(machine.record, machine.run, await openTrust(machine.record, undefined))
  const bad = findings.filter((each) => each.status === 'failed')
  assert.notEqual(bad.length, 0, 'the change was not found')
  return bad.map((each) => `${each.about}: ${each.text}`).join('\n')
}

describe('a change is found and named', () => {
  before(async () => {
    machine = await makeAttestedRun()
    machine.save()
    lines = readFileSync(rollout(), 'utf8').trimEnd().split('\n')
    let position = toStart(machine.run)
    events = lines.map((line) => {
      const read = readLine(line, position, sha256)
      assert.ok(read.ok)
      position = { run: machine.run, seq: position.seq + 1, head: read.value.hash }
      return read.value
    })
    assert.equal((await machine.verify(machine.run)).verified, true)
  })
  beforeEach(() => machine.restore())
  after(() => machine.remove())

  test('every byte of a bundle, added and missing bytes', async () => {
    const trust = await openTrust(machine.record, undefined)
    const text = readFileSync(kept(), 'utf8')
    assert.deepEqual(examineText(text, trust).problems, [])
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (bytes[at] ?? 0) ^ 1
      const { problems, record } = examineText(changed.toString('utf8'), trust)
      // A changed key id is that of a key that nobody knows.
      assert.ok(problems.length > 0 || (record && record.signer === undefined), `byte ${at} (${text.slice(Math.max(0, at - 10), at + 10)})`)
    }
    for (const changed of [text.slice(0, -1), `${text}\n`, ` ${text}`, `${text} `, text.replace('{', '{ '), '', JSON.stringify(JSON.parse(text), undefined, 2)]) assert.notEqual(examineText(changed, trust).problems.length, 0, changed.slice(0, 20))
    writeFileSync(kept(), text.replace('"sig":"', '"sig":"A'))
    assert.match(await found(), /attestation\.json .*(form|signed)/)
  })

  test('every line of the rollout: changed, dropped, twice, moved', async () => {
    for (let n = 0; n < lines.length; n += 1) {
      const line = lines[n] ?? ''
      const middle = Math.floor(line.length / 2)
      put(lines.with(n, `${line.slice(0, middle)}${line[middle] === 'a' ? 'b' : 'a'}${line.slice(middle + 1)}`))
      assert.match(await foundInRecord(), new RegExp(`record: .*line ${n + 1} `), `change ${n}`)
      put(lines.toSpliced(n, 1))
      assert.match(await foundInRecord(), n < lines.length - 1 ? new RegExp(`record: .*line ${n + 1} `) : /does not name the attestation .*line that follows event 15 was dropped or changed/, `drop ${n}`)
      put(lines.toSpliced(n, 0, line))
      assert.match(await foundInRecord(), new RegExp(`record: .*line ${n + 2} `), `twice ${n}`)
      if (n === 0) continue
      put(lines.with(n, lines[n - 1] ?? '').with(n - 1, line))
      assert.match(await foundInRecord(), new RegExp(`record: .*line ${n} `), `move ${n}`)
    }
  })

  test('bytes after the last line, and a chain that was cut at each place', async () => {
    writeFileSync(rollout(), `${lines.join('\n')}\n{"at":`)
    assert.match(await foundInRecord(), /line 18 has no end: 6 bytes/)
    for (let n = 1; n < lines.length; n += 1) {
      put(lines.slice(0, n))
      assert.match(await foundInRecord(), /record: .*(dropped|does not name the attestation)/, `cut after ${n}`)
    }
  })

  test('a chain that was made again without the key: what was changed is named', async () => {
    const last = events.length - 1
    for (const event of events.slice(0, last)) {
      const without = events.toSpliced(event.seq, 1)
      put(reseal(without))
      assert.match(await foundInRecord(), /record: .*(are not those that were signed|is not the one|was changed)/, `without ${event.type}`)
    }
    const changed = (type: string, from: string, to: string): readonly StoredEvent[] => events.map((event) => (event.type === type ? JSON.parse(JSON.stringify(event).replace(from, to)) as StoredEvent : event))
    put(reseal(changed('approval.given', '"by":"ada"', '"by":"eve"')))
    assert.match(await foundInRecord(), /approvals\[0\]\.by is "eve", and "ada" was attested/)
    put(reseal(changed('check.finished', '"exitCode":1', '"exitCode":0')))
    assert.match(await foundInRecord(), /evidence\.runs\[0\]\.exitCode is 0, and 1 was attested/)
    put(reseal(changed('contract.pinned', 'five tries', 'six tries')))
    assert.match(await foundInRecord(), /contract\.goal is "the retries stop after six tries"/)
    put(reseal(changed('repliedEvent', 'x', 'y').map((event) => (event.type === 'turn.replied' ? { ...event, data: { ...event.data, turn: 2 } } : event))))
    assert.match(await foundInRecord(), /events 0 to 15 are not those that were signed.*in something that the statement does not list/)
    put(reseal(changed('run.attested', '"seq":15', '"seq":14')))
    assert.match(await foundInRecord(), /event 16 \(run\.attested\) was changed: its seq is 14, and 15 is signed/)
  })

  test('an end that was cut off together with the attestation: the note on the commit tells', async () => {
    const before = readFileSync(kept(), 'utf8')
    await machine.append({ type: 'run.rejected', data: { by: 'ada', reason: 'not now' } })
    assert.equal((await machine.verify(machine.run)).verified, true)
    put(lines)
    assert.match(await found(), /covers events 0 to 17, and the record ends with event 16: lines were dropped from its end/)
    writeFileSync(kept(), before)
    assert.match(await found(), /the note on [0-9a-f]{10} covers events 0 to 17, and the record is attested to 15 only/)
  })

  test('what was appended without being attested', async () => {
    const opened = await machine.record.log.open(machine.run)
    await opened.rollout.append([{ type: 'run.rejected', data: { by: 'eve', reason: '' } }])
    await opened.rollout.close()
    assert.match(await found(), /event 17 came after the newest attestation/)
    assert.equal((await machine.verify(machine.run, { attest: true })).verified, true)
  })

  test('a changed record is never signed again', async () => {
    put(reseal(events.map((event) => (event.type === 'approval.given' ? { ...event, data: { ...event.data, by: 'eve' } } : event))))
    await assert.rejects(machine.append({ type: 'run.rejected', data: { by: 'eve', reason: '' } }), /is not the one that was attested before: events 0 to 15 are others/)
    put(reseal(events.slice(0, 15)))
    await assert.rejects(machine.verify(machine.run, { attest: true }), /is not the one that was attested before|has not ended/)
  })

  test('every blob: changed, cut, gone', async () => {
    const refs = events.flatMap(findBlobRefs)
    assert.equal(new Set(refs.map((ref) => ref.digest)).size, 5)
    for (const ref of refs) {
      const directory = join(machine.state, 'blobs', ref.digest.slice(0, 2))
      const path = join(directory, readdirSync(directory).find((name) => name.startsWith(ref.digest.slice(2))) ?? '')
      const bytes = readFileSync(path)
      for (const change of [() => writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.from('~')])), () => writeFileSync(path, bytes.subarray(1)), () => rmSync(path)]) {
        change()
        assert.match(await foundInRecord(), new RegExp(`blobs: event \\d+ \\(.*${ref.digest.slice(2, 20)}`))
      }
      writeFileSync(path, bytes)
    }
    assert.equal((await machine.verify(machine.run)).verified, true)
  })

  test('the key: every byte of its files, and another key under its name', async () => {
    const directory = join(machine.home, '.config', 'writ', 'keys')
    const ring = await openKeys(machine.record)
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const bytes = readFileSync(path)
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Buffer.from(bytes)
        changed[at] = (bytes[at] ?? 0) ^ 1
        writeFileSync(path, changed)
        await assert.rejects(async () => {
          await ring.openSigner().sign(changed)
        }, /The key file .* cannot be used|The signing key in/, `${name} byte ${at}`)
      }
      writeFileSync(path, bytes)
    }
    ring.openSigner()
    const old = ring.current ?? ''
    rmSync(join(directory, `${old}.json`))
    assert.match(await found(), /signature: signed by key [0-9a-f]{12}, which is not known here, so that it proves nothing/)
    const other = await makeAttestedRun({ hasResult: false })
    const theirs = await openKeys(other.record)
    writeFileSync(join(other.home, 'other.pem'), theirs.list()[0]?.publicKey ?? '')
    assert.match(failuresOf(await machine.verify(machine.run, { key: join(other.home, 'other.pem') })), /which is not known here/)
    other.remove()
  })

  test('the commit: its message, its tree, its objects, its trailers', async () => {
    const amend = (...args: string[]): string => {
      machine.git('switch', '-q', 'writ/sample')
      if (args.includes('-a')) writeFileSync(join(machine.repo, 'retry.ts'), 'export const tries = 7\n')
      machine.git('commit', '-q', '--amend', '--allow-empty', ...args)
      return machine.git('rev-parse', 'HEAD')
    }
    const message = machine.git('log', '-1', '--format=%B', machine.commit)
    assert.match(await found(amend('-m', message.replace('five', 'six'))), /is not a commit that was attested: the result is [0-9a-f]{10}, and it has the same files/)
    machine.restore()
    assert.match(await found(amend('-a', '--no-edit')), /is not a commit that was attested.*its files are others/)
    machine.restore()
    assert.match(await found(amend('-m', message.replace(/Writ-Contract: .*/, `Writ-Contract: ${'e'.repeat(64)}`))), /says Writ-Contract: e{64}, and the record says/)
    machine.restore()
    for (const rev of ['writ/sample', 'writ/sample^{tree}', 'writ/sample:retry.ts']) {
      const oid = machine.git('rev-parse', rev)
      const path = join(machine.repo, '.git', 'objects', oid.slice(0, 2), oid.slice(2))
      const bytes = readFileSync(path)
      rmSync(path)
      writeFileSync(path, Buffer.concat([bytes.subarray(0, 8), Buffer.from([(bytes[8] ?? 0) ^ 1]), bytes.subarray(9)]))
      assert.match(await found(), /commit: /, rev)
      rmSync(path)
      writeFileSync(path, bytes)
    }
  })

  test('the note: changed, of another run, gone', async () => {
    const note = machine.git('notes', '--ref=writ', 'show', machine.commit)
    const set = (text: string): void => {
      writeFileSync(join(machine.home, 'note'), `${text}\n`)
      machine.git('notes', '--ref=writ', 'add', '-f', '-F', join(machine.home, 'note'), machine.commit)
    }
    const at = note.indexOf('"payload":"') + 200
    set(`${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`)
    assert.match(await found(), /note: the note on [0-9a-f]{10} line 1 /)
    assert.match(await found(machine.commit), /note: the note on [0-9a-f]{10} line 1 /)
    set('{}')
    assert.match(await found(machine.commit), /note on [0-9a-f]{10} is no bundle of Writ/)
    machine.git('notes', '--ref=writ', 'remove', machine.commit)
    const gone = await machine.verify(machine.commit)
    assert.deepEqual([gone.verified, gone.findings.find((each) => each.about === 'note')?.status], [true, 'unchecked'])
  })
})
