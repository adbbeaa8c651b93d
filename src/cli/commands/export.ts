import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { writeArchive, type ArchiveEntry } from '../../adapters/archive/write-archive.ts'
import { toAttestationPaths } from '../../adapters/log-jsonl/attestation-files.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { findBlobRefs, findGitIds } from '../../domain/attest/references.ts'
import { toCanonicalJson } from '../../domain/chain.ts'
import { count } from '../../domain/report/words.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { BlobRef, Digest, RunId } from '../../protocol/ids.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { getRun } from '../read-run.ts'
import { archiveLimits, entryNames, type ArchiveManifest } from '../run-archive.ts'
import { openTrust } from '../verification/open-trust.ts'
import { verifyRun } from '../verification/verify-run.ts'

export interface ExportOptions {
  readonly output?: string
  readonly withFiles?: boolean
  readonly repo?: string
  readonly json?: boolean
}

/** `writ export`: a run as one file that holds all that is needed to show, verify and replay it elsewhere. */
export async function exportCommand(word: string, options: ExportOptions): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo })
  const { events, findings, newest } = await verifyRun(record, run, await openTrust(record, undefined, run))
  const wrong = findings.find((each) => each.status === 'failed')
  if (wrong) throw new Fault('request-invalid', `${run} is not exported, because its record is not whole: ${wrong.text}`)
  const last = events.at(-1)
  if (!newest?.signer || !last) throw new Fault('request-invalid', `${run} is not exported: the key that signed it is not known here (writ keys list)`)
  const { rollout, directory } = toRunPaths(record.places.state, run)
  if (statSync(rollout).size > archiveLimits.entryBytes) throw new Fault('request-invalid', `${rollout} is larger than an archive can hold (${archiveLimits.entryBytes} bytes)`)
  const blobs = await findBlobs(record, events)
  const pack = options.withFiles ? await readSnapshots(join(directory, 'git'), events, run) : undefined
  const manifest: ArchiveManifest = { format: 'writ-run', version: 1, run, events: events.length, head: last.hash, key: newest.key, blobs: blobs.length, files: pack !== undefined }
  const path = resolve(options.output ?? `${run}.writ.tar.gz`)
  if (!existsSync(dirname(path))) throw new Fault('request-invalid', `there is no folder ${dirname(path)} to write ${path} into; make it, or name another file with -o`)
  const { publicKey } = newest.signer
  const bytes = await writeArchive(path, toEntries({ record, run, manifest, publicKey, blobs, pack }))
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ path, bytes, ...manifest })}\n`)
    else {
      await print(`${path}: ${count(events.length, 'event')}, ${count(blobs.length, 'blob')}, ${bytes} bytes.\n`)
      await print(pack ? 'It holds every file of the repository as the run saw it, ignored ones too: give it to nobody who must not have them.\n' : 'It holds no files of the repository beyond what the record quotes (--with-files adds them).\n')
      await print(`Elsewhere: writ import ${path}\n`)
    }
    return 0
  })
}

/** All that the events refer to; what retention removed is not there, and the record says so. */
async function findBlobs(record: OpenRecord, events: readonly StoredEvent[]): Promise<readonly BlobRef[]> {
  const refs = new Map<Digest, BlobRef>(events.flatMap(findBlobRefs).map((ref) => [ref.digest, ref]))
  const isPruned = events.some((event) => event.type === 'run.pruned')
  const there: BlobRef[] = []
  for (const [, ref] of [...refs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isPruned || (await isThere(record, ref))) there.push(ref)
  }
  return there
}

async function isThere(record: OpenRecord, ref: BlobRef): Promise<boolean> {
  try {
    await record.blobs.get(ref)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-corrupt') return false
    throw error
  }
}

async function readSnapshots(gitDir: string, events: readonly StoredEvent[], run: RunId): Promise<Uint8Array> {
  const missing = new Fault('request-invalid', `the snapshots of ${run} are not here (any more), so that its files cannot be exported; without --with-files the record can`)
  if (!existsSync(gitDir)) throw missing
  const { packSnapshots } = await import('../../adapters/workspace-git/snapshot-pack.ts')
  const pack = await packSnapshots(gitDir, events.flatMap(findGitIds), process.env)
  if (pack === undefined) throw missing
  return pack
}

interface Parts {
  readonly record: OpenRecord
  readonly run: RunId
  readonly manifest: ArchiveManifest
  readonly publicKey: string
  readonly blobs: readonly BlobRef[]
  readonly pack: Uint8Array | undefined
}

function* toEntries({ record, run, manifest, publicKey, blobs, pack }: Parts): Generator<ArchiveEntry> {
  const text = (name: string, content: string): ArchiveEntry => ({ name, content: async () => Buffer.from(content) })
  const file = (name: string, path: string): ArchiveEntry => ({ name, content: async () => readFileSync(path) })
  const { record: attestation, provenance } = toAttestationPaths(record.places.state, run)
  yield text(entryNames.manifest, `${toCanonicalJson(manifest)}\n`)
  yield text(entryNames.key, publicKey)
  yield file(entryNames.attestation, attestation)
  if (existsSync(provenance)) yield file(entryNames.provenance, provenance)
  yield file(entryNames.rollout, toRunPaths(record.places.state, run).rollout)
  for (const ref of blobs) yield { name: `${entryNames.blobs}${ref.digest}`, content: () => record.blobs.get(ref) }
  if (pack) yield { name: entryNames.snapshots, content: async () => pack }
}
