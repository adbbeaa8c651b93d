import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundleFromJSON } from '@sigstore/bundle'
import { toSignedEntity, Verifier } from '@sigstore/verify'
import { openKeys } from '../../src/cli/compose.ts'
import { toCoverage } from '../../src/domain/attest/coverage.ts'
import { readRun } from '../../src/cli/read-run.ts'
import { makeAttestedRun, type AttestedRun } from './attested-run.ts'

interface Statement { readonly _type: string; readonly predicateType: string; readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[] }

describe('the public verifier of Sigstore', () => {
  let machine: AttestedRun
  let pem = ''
  before(async () => {
    machine = await makeAttestedRun()
    pem = (await openKeys(machine.record)).list()[0]?.publicKey ?? ''
  })
  after(() => machine.remove())

  const verify = (text: string): Statement => {
    const key = createPublicKey(pem)
    const hints: string[] = []
    const material = { publicKey: (hint: string) => { hints.push(hint); return { publicKey: key, validFor: () => true } }, certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] }
    const bundle = bundleFromJSON(JSON.parse(text))
    new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle))
    assert.deepEqual(hints, [createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex')])
    assert.ok(bundle.content.$case === 'dsseEnvelope')
    return JSON.parse(Buffer.from(bundle.content.dsseEnvelope.payload).toString('utf8')) as Statement
  }
  const beside = (name: string): string => readFileSync(join(machine.state, 'runs', machine.run, name), 'utf8')

  test('accepts both bundles, and their subjects are the commit and the bytes of the rollout', () => {
    const record = verify(beside('attestation.json'))
    const lines = beside('rollout.jsonl').split('\n')
    assert.deepEqual([record._type, record.predicateType], ['https://in-toto.io/Statement/v1', 'urn:writ:run-record:v1'])
    assert.deepEqual(record.subject.map((each) => each.digest), [
      { gitCommit: machine.commit },
      { sha256: createHash('sha256').update(`${lines.slice(0, 16).join('\n')}\n`).digest('hex') },
    ])
    const provenance = verify(beside('provenance.json'))
    assert.deepEqual([provenance.predicateType, provenance.subject[0]?.digest], ['https://slsa.dev/provenance/v1', { gitCommit: machine.commit }])
  })

  test('accepts what the note on the commit holds', () => {
    const lines = machine.git('notes', '--ref=writ', 'show', machine.commit).split('\n')
    assert.deepEqual(lines.map((line) => verify(line).predicateType), ['urn:writ:run-record:v1', 'https://slsa.dev/provenance/v1'])
  })

  test('refuses a changed statement', () => {
    const bundle = JSON.parse(beside('attestation.json')) as { dsseEnvelope: { payload: string } }
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8').replace('"by":"ada"', '"by":"eve"')
    assert.throws(() => verify(JSON.stringify({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString('base64') } })), /signature verification failed/)
  })

  test('a run without a result has its rollout as subject, and no provenance', async () => {
    const other = await makeAttestedRun({ hasResult: false })
    try {
      const { events } = await readRun(other.record.log, other.run)
      assert.equal(toCoverage(events).newest?.provenance, undefined)
      const verification = await other.verify(other.run)
      assert.deepEqual([verification.verified, verification.statement?.result, verification.statement?.outcome], [true, undefined, 'not-achieved'])
    } finally {
      other.remove()
    }
  })
})
