import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toTarHeader } from '../../src/adapters/archive/tar-header.ts'
import { readArchive } from '../../src/adapters/archive/read-archive.ts'
import { takeIn } from '../../src/cli/commands/import.ts'
import { openRecord } from '../../src/cli/compose.ts'
import { Fault } from '../../src/protocol/fault.ts'
import { flip, pack, unpack, type Entry } from './archive-bench.ts'
import { makeAttestedRun, type AttestedRun } from './attested-run.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

let machine: AttestedRun
/** Another machine, with nothing on it. */
let elsewhere: string
let archive: string

function writ(home: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, HOME: home, USER: 'somebody' }, cwd: home }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
  })
}

/** What is said about an archive that was changed; nothing of it is left behind. */
async function refusal(bytes: Buffer): Promise<string> {
  const path = join(elsewhere, 'changed.tar.gz')
  writeFileSync(path, bytes)
  const record = await openRecord({ HOME: elsewhere })
  const fault = await takeIn(record, path).then(() => undefined, (error: unknown) => error)
  assert.ok(fault instanceof Fault && fault.code === 'request-invalid', String(fault))
  const state = join(elsewhere, '.local', 'state', 'writ')
  assert.deepEqual([existsSync(join(state, 'runs')), existsSync(join(state, 'blobs')), readdirSync(join(state, 'importing'))], [false, false, []])
  return fault.message
}

describe('a run as one file', () => {
  before(async () => {
    machine = await makeAttestedRun()
    elsewhere = mkdtempSync(join(tmpdir(), 'writ-elsewhere-'))
    archive = join(machine.home, 'run.tar.gz')
    const exported = await writ(machine.home, 'export', machine.run, '-o', archive)
    assert.equal(exported.code, 0, exported.stderr)
  })
  after(() => {
    machine.remove()
    rmSync(elsewhere, { recursive: true, force: true })
  })

  test('is the same each time, and is never written over', async () => {
    const again = join(machine.home, 'again.tar.gz')
    assert.equal((await writ(machine.home, 'export', machine.run, '-o', again)).code, 0)
    assert.ok(readFileSync(again).equals(readFileSync(archive)))
    const refused = await writ(machine.home, 'export', machine.run, '-o', again)
    assert.deepEqual([refused.code, /is there already and was left as it is/.test(refused.stderr)], [2, true])
    assert.deepEqual(unpack(readFileSync(archive)).map((each) => each.name.replace(/[0-9a-f]{64}/, 'x')), ['manifest.json', 'key.pem', 'attestation.json', 'provenance.json', 'rollout.jsonl', ...Array.from({ length: 5 }, () => 'blobs/x')])
  })

  test('each part that is changed, missing, strange or added is refused and named', async () => {
    const entries = unpack(readFileSync(archive))
    assert.ok(pack(entries).length > 0)
    for (const [n, entry] of entries.entries()) {
      const said = await refusal(pack(entries.with(n, { ...entry, content: flip(entry.content) })))
      const name = entry.name === 'rollout.jsonl' ? /line \d+|rollout/ : new RegExp(entry.name.replace(/^blobs\/|\.\w+$/g, '').slice(0, 12))
      assert.match(said, name, entry.name)
      assert.match(await refusal(pack(entries.toSpliced(n, 1))), entry.name.startsWith('blobs/') ? new RegExp(entry.name.slice(8, 20)) : new RegExp(entry.name.replace(/\.\w+$/, '')), `without ${entry.name}`)
    }
    assert.match(await refusal(pack([...entries, { name: 'notes.txt', content: Buffer.from('x') }])), /holds notes\.txt, which is no part of a run/)
    const stray = Buffer.from('not spoken of')
    assert.match(await refusal(pack([...entries, { name: `blobs/${createHash('sha256').update(stray).digest('hex')}`, content: stray }])), /which the record does not speak of/)
    const [first] = entries
    assert.ok(first)
    assert.match(await refusal(pack([...entries, first])), /manifest\.json is in it twice/)
    assert.match(await refusal(pack([])), /it is empty/)
  })

  test('nothing in it leads anywhere else', async () => {
    const entries = unpack(readFileSync(archive))
    for (const name of ['../../.bashrc', '/tmp/evil', 'blobs/../../x', `blobs/${'a'.repeat(63)}/`, 'runs/x', './manifest.json']) {
      assert.match(await refusal(pack([...entries, { name, content: Buffer.from('x') }])), /which is no part of a run|holds other bytes/, name)
    }
    for (const type of ['1', '2', '5', 'x']) {
      const link = ({ name, content }: Entry): Buffer => {
        const header = toTarHeader(name, content.length)
        header.write(type, 156, 'latin1')
        header.write('../../../etc/passwd', 157, 'latin1')
        return header
      }
      assert.match(await refusal(pack(entries, link)), /is not one that Writ writes|a header is damaged/, type)
    }
  })

  test('cut, lengthened, blown up, or no archive at all', async () => {
    const bytes = readFileSync(archive)
    for (const cut of [0, 5, 10, 200, bytes.length - 1]) assert.match(await refusal(bytes.subarray(0, cut)), /is no whole archive of a run/, `${cut}`)
    assert.match(await refusal(Buffer.concat([bytes, Buffer.from('x')])), /bytes follow its end|no whole archive/)
    assert.match(await refusal(Buffer.concat([bytes, bytes])), /something follows its end|bytes follow its end/)
    assert.match(await refusal(Buffer.from('hello')), /does not begin as one/)
    const bomb = join(elsewhere, 'bomb.tar.gz')
    writeFileSync(bomb, pack([{ name: 'manifest.json', content: Buffer.alloc(4_000_000) }]))
    await assert.rejects(readArchive(bomb, { entryBytes: 1_000_000, totalBytes: 10_000_000, entries: 10 }, async () => undefined), /has 4000000 bytes; at most 1000000/)
    await assert.rejects(readArchive(bomb, { entryBytes: 10_000_000, totalBytes: 1_000_000, entries: 10 }, async () => undefined), /holds more than 1000000 bytes/)
  })

  test('every byte of the file', async () => {
    const bytes = readFileSync(archive)
    const path = join(elsewhere, 'flipped.tar.gz')
    const whole = new Map(unpack(bytes).map((each) => [each.name, each.content]))
    let [refusals, tried] = [0, 0]
    for (let at = 0; at < bytes.length; at += 5) {
      tried += 1
      const changed = Buffer.from(bytes)
      changed[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(path, changed)
      const same: boolean[] = []
      const read = readArchive(path, { entryBytes: 1e9, totalBytes: 1e9, entries: 100 }, async (name, content) => { same.push(whole.get(name)?.equals(content) ?? false) })
      // Compression can say the same content in several ways; what it says is what counts.
      const refused = await read.then(() => undefined, (error: unknown) => String(error))
      if (refused === undefined) assert.deepEqual([same.length, same.every(Boolean)], [whole.size, true], `byte ${at}`)
      else assert.match(refused, /no whole archive/, `byte ${at}`)
      refusals += refused === undefined ? 0 : 1
    }
    assert.ok(refusals > 0.99 * tried, `${refusals} of ${tried}`)
  })

  test('elsewhere it is shown and verified as at home, once its key is known; twice does no harm', async () => {
    const taken = await writ(elsewhere, 'import', archive)
    assert.equal(taken.code, 0, taken.stderr)
    assert.match(taken.stdout, /17 events and 5 blobs taken in[^]*key [0-9a-f]{12}, which is not known here/)
    assert.match((await writ(elsewhere, 'import', archive)).stdout, /is here already, the very same; nothing was done/)
    const home = (name: string, ...args: readonly string[]): Promise<Ended> => writ(machine.home, name, machine.run, ...args)
    assert.equal((await writ(elsewhere, 'show', machine.run, '--json')).stdout, (await home('show', '--json')).stdout)
    assert.equal((await writ(elsewhere, 'log', machine.run, '--json')).stdout, readFileSync(join(machine.state, 'runs', machine.run, 'rollout.jsonl'), 'utf8'))
    const unknown = await writ(elsewhere, 'verify', machine.run)
    assert.deepEqual([unknown.code, /came along with the record/.test(unknown.stdout)], [1, true])
    const pem = join(elsewhere, 'person.pem')
    writeFileSync(pem, (await writ(machine.home, 'keys', 'export')).stdout)
    assert.equal((await writ(elsewhere, 'verify', machine.run, '--key', pem)).code, 0)
    assert.equal((await writ(elsewhere, 'keys', 'trust', pem, '--name', 'Ada of the shop')).code, 0)
    const known = await writ(elsewhere, 'verify', machine.run)
    assert.deepEqual([known.code, /signed by Ada of the shop/.test(known.stdout)], [0, true], known.stdout)
    const again = join(elsewhere, 'again.tar.gz')
    assert.equal((await writ(elsewhere, 'export', machine.run, '-o', again)).code, 0)
    assert.ok(readFileSync(again).equals(readFileSync(archive)))
    await machine.append({ type: 'run.rejected', data: { by: 'ada', reason: '' } })
    const longer = join(machine.home, 'longer.tar.gz')
    await home('export', '-o', longer)
    const refused = await writ(elsewhere, 'import', longer)
    assert.deepEqual([refused.code, /is here already, and the one in .*longer\.tar\.gz goes on further: it was left as it is/.test(refused.stderr)], [2, true], refused.stderr)
  })

  test('with files it holds the repository as the run saw it', async () => {
    const own = join(machine.state, 'runs', machine.run, 'git')
    const missing = await writ(machine.home, 'export', machine.run, '--with-files', '-o', join(machine.home, 'files.tar.gz'))
    assert.deepEqual([missing.code, /snapshots of run_\w+ are not here/.test(missing.stderr)], [2, true])
    machine.git('clone', '-q', '--bare', machine.repo, own)
    const files = join(machine.home, 'files.tar.gz')
    assert.equal((await writ(machine.home, 'export', machine.run, '--with-files', '-o', files)).code, 0)
    const third = mkdtempSync(join(tmpdir(), 'writ-third-'))
    try {
      assert.equal((await writ(third, 'import', files)).code, 0)
      const { stdout, code } = await writ(third, 'diff', machine.run)
      assert.deepEqual([code, /-export const tries = 6\n\+export const tries = 5/.test(stdout)], [0, true])
      const verification = JSON.parse((await writ(third, 'verify', machine.run, '--json')).stdout) as { findings: readonly { about: string; status: string }[] }
      assert.deepEqual(verification.findings.filter((each) => each.status === 'failed').map((each) => each.about), ['signature'])
      const entries = unpack(readFileSync(files))
      const last = entries.at(-1)
      assert.equal(last?.name, 'snapshots.pack')
      const changed = Buffer.from(last?.content ?? '')
      changed[40] = (changed[40] ?? 0) ^ 1
      writeFileSync(join(third, 'bad.tar.gz'), pack(entries.with(-1, { name: 'snapshots.pack', content: changed })))
      rmSync(join(third, '.local'), { recursive: true })
      await assert.rejects(takeIn(await openRecord({ HOME: third }), join(third, 'bad.tar.gz')), /the snapshots in the archive cannot be used/)
      // What it says of the files has to be so.
      const manifest = { name: 'manifest.json', content: Buffer.from(entries[0]?.content.toString().replace('"files":true', '"files":false') ?? '') }
      for (const [changed, said] of [[entries.slice(0, -1), /says that the files of the repository are in it/], [entries.with(0, manifest), /says that the files of the repository are not in it/]] as const) {
        writeFileSync(join(third, 'other.tar.gz'), pack(changed))
        await assert.rejects(takeIn(await openRecord({ HOME: third }), join(third, 'other.tar.gz')), said)
      }
      assert.equal(existsSync(join(third, '.local/state/writ/runs')), false)
    } finally {
      rmSync(third, { recursive: true, force: true })
    }
  })
})
