import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { writeArchive, type ArchiveEntry } from '../../adapters/archive/write-archive.ts'
import { toAttestationPaths } from '../../adapters/log-jsonl/attestation-files.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { findUnreturned } from '../../domain/attest/find-returned.ts'
import { toCanonicalJson } from '../../domain/chain.ts'
import { count } from '../../domain/report/words.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { collectParts, type Parts } from '../archive/collect-parts.ts'
import { entryNames, listPresent, toChildEntry, type ArchivedChild, type ArchiveManifest } from '../archive/manifest.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { getRun } from '../read-run.ts'
import { openTrust } from '../verification/open-trust.ts'
import { verifyRun } from '../verification/verify-run.ts'

export interface ExportOptions {
  readonly output?: string
  readonly withFiles?: boolean
  readonly repo?: string
  readonly json?: boolean
}

/** `writ export`: a run as one file that holds all that is needed to show, verify and replay it elsewhere, its child runs included. */
export async function exportCommand(word: string, options: ExportOptions): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo })
  const { events, findings, newest } = await verifyRun(record, run, await openTrust(record, undefined, run))
  const wrong = findings.find((each) => each.status === 'failed')
  if (wrong) throw new Fault('request-invalid', `${run} is not exported, because its record is not whole: ${wrong.text}`)
  const last = events.at(-1)
  if (!newest?.signer || !last) throw new Fault('request-invalid', `${run} is not exported: the key that signed it is not known here (writ keys list)`)
  const parts = await collectParts(record, { run, events })
  const { children, blobs } = parts
  const pack = options.withFiles ? await readSnapshots(record, run, parts) : undefined
  const manifest: ArchiveManifest = {
    format: 'writ-run', version: 1, run, events: events.length, head: last.hash, key: newest.key, blobs: blobs.length, files: pack !== undefined,
    ...(children.length > 0 ? { children: [...children] } : {}),
  }
  const path = resolve(options.output ?? `${run}.writ.tar.gz`)
  if (!existsSync(dirname(path))) throw new Fault('request-invalid', `there is no folder ${dirname(path)} to write ${path} into; make it, or name another file with -o`)
  const { publicKey } = newest.signer
  const bytes = await writeArchive(path, toEntries({ record, manifest, publicKey, blobs, pack }))
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ path, bytes, ...manifest })}\n`)
    else {
      const present = listPresent(manifest)
      await print(`${path}: ${count(events.length, 'event')}, ${count(blobs.length, 'blob')}${present.length > 0 ? `, ${count(present.length, 'child run')}` : ''}, ${bytes} bytes.\n`)
      await print(describeMissing(children, findUnreturned(events)))
      await print(pack ? 'It holds every file of the repository as the run saw it, ignored ones too: give it to nobody who must not have them.\n' : 'It holds no files of the repository beyond what the record quotes (--with-files adds them).\n')
      await print(`Elsewhere: writ import ${path}\n`)
    }
    return 0
  })
}

/** Child runs that are named, so that it stays readable. */
const mostNamed = 5

function describeMissing(children: readonly ArchivedChild[], unreturned: readonly RunId[]): string {
  const name = (runs: readonly RunId[]): string => `${runs.slice(0, mostNamed).join(', ')}${runs.length > mostNamed ? ' and more' : ''}`
  const absent = children.filter((each) => each.absent).map((each) => each.run)
  return [
    ...(absent.length > 0 ? [`The records of ${absent.length} of its ${count(children.length, 'child run')} are not here, and so not in it: ${name(absent)}.\n`] : []),
    ...(unreturned.length > 0 ? [`What was stopped before it came back is not in it, because nothing vouches for it: ${name(unreturned)}.\n`] : []),
  ].join('')
}

async function readSnapshots(record: OpenRecord, run: RunId, { children, gitIds }: Parts): Promise<Uint8Array> {
  const missing = new Fault('request-invalid', `the snapshots of ${run} are not here (any more), so that its files cannot be exported; without --with-files the record can`)
  const toGitDir = (each: RunId): string => join(toRunPaths(record.places.state, each).directory, 'git')
  if (!existsSync(toGitDir(run))) throw missing
  const { packSnapshots } = await import('../../adapters/workspace-git/snapshot-pack.ts')
  const pack = await packSnapshots([run, ...children.map((each) => each.run)].map(toGitDir).filter(existsSync), gitIds, process.env)
  if (pack === undefined) throw missing
  return pack
}

interface Contents {
  readonly record: OpenRecord
  readonly manifest: ArchiveManifest
  readonly publicKey: string
  readonly blobs: Parts['blobs']
  readonly pack: Uint8Array | undefined
}

function* toEntries({ record, manifest, publicKey, blobs, pack }: Contents): Generator<ArchiveEntry> {
  const { run } = manifest
  const { state } = record.places
  const text = (name: string, content: string): ArchiveEntry => ({ name, content: async () => Buffer.from(content) })
  const file = (name: string, path: string): ArchiveEntry => ({ name, content: async () => readFileSync(path) })
  const { record: attestation, provenance } = toAttestationPaths(state, run)
  yield text(entryNames.manifest, `${toCanonicalJson(manifest)}\n`)
  yield text(entryNames.key, publicKey)
  yield file(entryNames.attestation, attestation)
  if (existsSync(provenance)) yield file(entryNames.provenance, provenance)
  yield file(entryNames.rollout, toRunPaths(state, run).rollout)
  for (const child of listPresent(manifest)) yield { name: toChildEntry(child.run), content: async () => cutLines(readFileSync(toRunPaths(state, child.run).rollout), child.events) }
  for (const ref of blobs) yield { name: `${entryNames.blobs}${ref.digest}`, content: () => record.blobs.get(ref) }
  if (pack) yield { name: entryNames.snapshots, content: async () => pack }
}

/** The first lines: what a child run recorded after it had come back for the last time is vouched for by nobody. */
function cutLines(bytes: Buffer, lines: number): Buffer {
  let end = 0
  for (let line = 0; line < lines; line += 1) end = bytes.indexOf(0x0a, end) + 1
  return bytes.subarray(0, end)
}
