import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { attestRollout, attestRun } from '../../src/cli/attest-rollout.ts'
import { openAttester, openKeys } from '../../src/cli/compose.ts'
import { readRun } from '../../src/cli/read-run.ts'
import { toCoverage } from '../../src/domain/attest/coverage.ts'
import { attest } from '../../src/engine/attest.ts'
import type { Attester } from '../../src/engine/ports/attester.ts'
import { Fault } from '../../src/protocol/fault.ts'
import { makeAttestedRun, type AttestedRun } from './attested-run.ts'

let machine: AttestedRun
afterEach(() => machine.remove())

const kept = (): string => join(machine.state, 'runs', machine.run, 'attestation.json')
const later = { type: 'run.rejected', data: { by: 'ada', reason: 'no' } } as const

/** Attests with an attester that stops where a process might. */
async function attestUntil(stopAt: keyof Attester): Promise<void> {
  const whole = openAttester(machine.record)
  const stop = async (): Promise<never> => { throw new Fault('disk-failed', 'stopped here') }
  const { rollout } = await machine.record.log.open(machine.run)
  try {
    await assert.rejects(attest({ events: rollout.events, blobs: machine.record.blobs, attester: { ...whole, [stopAt]: stop }, append: (event) => rollout.append([event]) }), /stopped here/)
  } finally {
    await rollout.close()
  }
}

describe('attesting', () => {
  test('a crash at any step leaves a record that says so and can be attested', async () => {
    machine = await makeAttestedRun({ isAttested: false })
    assert.match((await machine.verify(machine.run)).findings.map((each) => each.text).join('\n'), /not attested yet; writ verify run_\w+ --attest/)
    for (const step of ['openSigner', 'keep', 'note'] as const) {
      await attestUntil(step)
      const verification = await machine.verify(machine.run)
      // Without the note everything else holds; without the rest it does not.
      assert.equal(verification.verified, step === 'note', step)
      assert.equal((await machine.verify(machine.run, { attest: true })).verified, true, step)
      await machine.append(later)
      // The next step begins with something that is not covered.
      const opened = await machine.record.log.open(machine.run)
      await opened.rollout.append([later])
      await opened.rollout.close()
    }
  })

  test('done already is done; each later event gets an attestation that names the one before', async () => {
    machine = await makeAttestedRun()
    const first = toCoverage((await readRun(machine.record.log, machine.run)).events).newest
    await attestRun(machine.record, machine.run)
    assert.equal((await readRun(machine.record.log, machine.run)).events.length, 17)
    await machine.append(later)
    const { verified, statement } = await machine.verify(machine.run)
    assert.deepEqual([verified, statement?.previous?.sha256, statement?.record.seq, statement?.afterwards.map((each) => `${each.type} ${each.by}`)], [true, first?.bundle.digest, 17, ['run.rejected ada']])
  })

  test('a key that was rotated away still vouches for what it signed; the new one signs from then on', async () => {
    machine = await makeAttestedRun()
    const ring = await openKeys(machine.record)
    const old = ring.current ?? ''
    const fresh = ring.rotate()
    assert.equal((await machine.verify(machine.run)).signedBy?.key, old)
    const directory = join(machine.home, '.config', 'writ', 'keys')
    assert.deepEqual(readdirSync(directory).filter((name) => name.endsWith('.key')), [`${fresh.id}.key`])
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name)
    await machine.append(later)
    const verification = await machine.verify(machine.run)
    assert.deepEqual([verification.verified, verification.signedBy?.key], [true, fresh.id])
  })

  test('a key that cannot be used is said; the run stays as it is', async () => {
    machine = await makeAttestedRun({ isAttested: false })
    const ring = await openKeys(machine.record)
    ring.openSigner()
    const path = join(machine.home, '.config', 'writ', 'keys', `${ring.current ?? ''}.key`)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, 80))
    const { rollout } = await machine.record.log.open(machine.run)
    assert.equal(await attestRollout(machine.record, rollout), undefined)
    assert.equal(rollout.events.at(-1)?.type, 'run.ended')
    writeFileSync(path, whole)
    assert.match(await attestRollout(machine.record, rollout) ?? '', /^[0-9a-f]{64}$/)
    await rollout.close()
  })

  test('notes of several runs that end at once are all there, and nothing else of the repository changed', async () => {
    machine = await makeAttestedRun()
    const { note } = openAttester(machine.record)
    const commits: string[] = []
    for (let n = 0; n < 6; n += 1) {
      writeFileSync(join(machine.repo, 'retry.ts'), `${n}\n`)
      machine.git('commit', '-qam', `Commit ${n}`)
      commits.push(machine.git('rev-parse', 'HEAD'))
    }
    const refs = (): string => machine.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n').filter((line) => !line.startsWith('refs/notes/writ ')).join('\n')
    const [before, status] = [refs(), machine.git('status', '--porcelain')]
    await Promise.all(commits.map((commit, n) => note({ repository: machine.repo, commits: [commit, 'a'.repeat(40)], text: `note ${n}\n` })))
    assert.deepEqual(commits.map((commit) => machine.git('notes', '--ref=writ', 'show', commit)), commits.map((_, n) => `note ${n}`))
    assert.deepEqual([refs(), machine.git('status', '--porcelain')], [before, status])
    assert.equal((await machine.verify(machine.run)).verified, true)
    rmSync(kept())
    assert.equal((await machine.verify(machine.run)).verified, false)
  })
})
