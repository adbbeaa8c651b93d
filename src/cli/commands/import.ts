import { closeSync, existsSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readArchive } from '../../adapters/archive/read-archive.ts'
import { toAttestationPaths, toSignerPath } from '../../adapters/log-jsonl/attestation-files.ts'
import { createBlobStore } from '../../adapters/log-jsonl/blob-store.ts'
import { toRunPaths, toRunsDirectory } from '../../adapters/log-jsonl/layout.ts'
import { parsePublicKey } from '../../adapters/signing-local/key-ring.ts'
import { findBlobRefs, findGitIds } from '../../domain/attest/references.ts'
import { toCanonicalJson } from '../../domain/chain.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { count } from '../../domain/report/words.ts'
import type { Blobs } from '../../engine/ports/event-log.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { BlobRef, RunId } from '../../protocol/ids.ts'
import { openKeys, openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { ArchiveManifest, archiveLimits, entryNames } from '../run-archive.ts'
import { verifyRun } from '../verification/verify-run.ts'

/** `writ import`: takes in what `writ export` made, whole or not at all, and only if nothing in it was changed. */
export async function importCommand(file: string, options: { readonly json?: boolean }): Promise<number> {
  const record = await openRecord()
  const { manifest, change } = await takeIn(record, resolve(file))
  const known = (await openKeys(record)).find(manifest.key)
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ ...manifest, change, signer: known?.owner ?? null })}\n`)
      return 0
    }
    await print({
      new: `${manifest.run}: ${count(manifest.events, 'event')} and ${count(manifest.blobs, 'blob')} taken in${manifest.files ? ', with the files of the repository' : ''}. See it with: writ show ${toShortId(manifest.run)}\n`,
      files: `${manifest.run} is here already, the very same; the files of the repository were added.\n`,
      none: `${manifest.run} is here already, the very same; nothing was done.\n`,
    }[change])
    await print(known ? `Signed by ${known.owner}.\n` : `Signed by key ${manifest.key.slice(0, 12)}, which is not known here: nothing was changed since, but nobody says whose it is. If you know, get the key from them, then: writ keys trust FILE --name WHO\n`)
    return 0
  })
}

/** @throws Fault `request-invalid` naming what is wrong with the archive; then nothing was changed. */
export async function takeIn(record: OpenRecord, path: string): Promise<{ readonly manifest: ArchiveManifest; readonly change: 'new' | 'files' | 'none' }> {
  const staging = makeStaging(record.places.state)
  try {
    const staged = await stage(path, staging)
    const { manifest } = staged
    if (isHereAlready(record, staged, path)) return { manifest, change: addFiles(record, staged) ? 'files' : 'none' }
    await adopt(record, staged)
    return { manifest, change: 'new' }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** Beside the runs, so that what was staged gets to its place by a rename. What killed imports left behind goes. */
function makeStaging(state: string): string {
  const parent = join(state, 'importing')
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(parent)) if (!isAlive(Number(name.split('-')[0]))) rmSync(join(parent, name), { recursive: true, force: true })
    return mkdtempSync(join(parent, `${process.pid}-`))
  } catch (thrown) {
    throw new Fault('disk-failed', `${parent} cannot be written: ${toMessage(thrown)}. Look at free space and permissions there, then try again.`, { cause: thrown })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

interface Staged {
  readonly manifest: ArchiveManifest
  /** A state directory with this one run in it. */
  readonly state: string
  readonly blobs: Blobs
  readonly refs: readonly BlobRef[]
}

/** Lays the archive out as a state directory of its own and verifies it there. @throws Fault `request-invalid` naming what is wrong. */
async function stage(path: string, state: string): Promise<Staged> {
  const refuse = (why: string): Fault => new Fault('request-invalid', `${path} is not taken in: ${why}`)
  const blobs = createBlobStore({ stateDir: state })
  let manifest: ArchiveManifest | undefined
  let pack: Buffer | undefined
  const refs = new Map<string, BlobRef>()
  await readArchive(path, archiveLimits, async (name, content) => {
    if (manifest === undefined) {
      if (name !== entryNames.manifest) throw refuse(`it begins with ${name} instead of ${entryNames.manifest}`)
      manifest = parseManifest(content, refuse)
      mkdirSync(toRunPaths(state, manifest.run).directory, { recursive: true, mode: 0o700 })
      return
    }
    const place = toPlace(name, state, manifest.run)
    if (place !== undefined) writeFileSync(place, content, { mode: 0o600, flush: true })
    else if (name === entryNames.snapshots) pack = Buffer.from(content)
    else if (name.startsWith(entryNames.blobs)) {
      const ref = await blobs.put(content, { flush: false })
      if (`${entryNames.blobs}${ref.digest}` !== name) throw refuse(`${name} holds other bytes than its name says`)
      refs.set(ref.digest, ref)
    } else throw refuse(`it holds ${name}, which is no part of a run`)
  })
  if (manifest === undefined) throw refuse('it is empty')
  await requireWhole({ state, blobs, manifest, refs, pack, refuse })
  return { manifest, state, blobs, refs: [...refs.values()] }
}

function parseManifest(content: Buffer, refuse: (why: string) => Fault): ArchiveManifest {
  try {
    const manifest = ArchiveManifest.parse(JSON.parse(content.toString('utf8')))
    if (`${toCanonicalJson(manifest)}\n` === content.toString('utf8')) return manifest
  } catch (thrown) {
    throw refuse(`its ${entryNames.manifest} does not fit: ${toMessage(thrown).slice(0, 200)}`)
  }
  throw refuse(`its ${entryNames.manifest} is not in the form in which it was written`)
}

/** Only these names have a place of their own: nothing in an archive says where on the disk it goes. */
function toPlace(name: string, state: string, run: RunId): string | undefined {
  const { record, provenance } = toAttestationPaths(state, run)
  return new Map<string, string>([[entryNames.rollout, toRunPaths(state, run).rollout], [entryNames.attestation, record], [entryNames.provenance, provenance], [entryNames.key, toSignerPath(state, run)]]).get(name)
}

interface ToCheck {
  readonly state: string
  readonly blobs: Blobs
  readonly manifest: ArchiveManifest
  readonly refs: ReadonlyMap<string, BlobRef>
  readonly pack: Buffer | undefined
  readonly refuse: (why: string) => Fault
}

async function requireWhole({ state, blobs, manifest, refs, pack, refuse }: ToCheck): Promise<void> {
  const { run } = manifest
  for (const [name, place] of [[entryNames.key, toSignerPath(state, run)], [entryNames.rollout, toRunPaths(state, run).rollout], [entryNames.attestation, toAttestationPaths(state, run).record]] as const) {
    if (!existsSync(place)) throw refuse(`${name} is missing in it`)
  }
  const signer = readFileSync(toSignerPath(state, run), 'utf8')
  const key = parsePublicKey(signer, entryNames.key)
  if (key.id !== manifest.key || key.pem !== signer) throw refuse(`${entryNames.key} is not the key that ${entryNames.manifest} names`)
  const trust = { find: (id: string) => (id === key.id ? { publicKey: key.pem, owner: '', trusted: false } : undefined) }
  const { events, findings, newest } = await verifyRun({ places: { state, config: state }, blobs }, run, trust)
  const wrong = findings.find((each) => each.status === 'failed')
  // Paths of the staging area mean nothing to the reader.
  if (wrong) throw refuse(wrong.text.replaceAll(`${toRunPaths(state, run).directory}/`, '').replaceAll(`${state}/`, ''))
  if (!newest?.signer) throw refuse(`its attestation was signed by another key than ${entryNames.key}`)
  if (events.length !== manifest.events || events.at(-1)?.hash !== manifest.head) throw refuse(`${entryNames.manifest} and ${entryNames.rollout} do not belong together`)
  const named = new Set<string>(events.flatMap(findBlobRefs).map((ref) => ref.digest))
  const stray = [...refs.keys()].find((digest) => !named.has(digest))
  if (stray) throw refuse(`it holds the blob ${stray}, which the record does not speak of`)
  if (refs.size !== manifest.blobs) throw refuse(`${entryNames.manifest} speaks of ${manifest.blobs} blobs, and ${refs.size} are in it`)
  if (manifest.files !== (pack !== undefined)) throw refuse(`${entryNames.manifest} says that the files of the repository are ${manifest.files ? '' : 'not '}in it`)
  if (!pack) return
  const { unpackSnapshots } = await import('../../adapters/workspace-git/snapshot-pack.ts')
  await unpackSnapshots(join(toRunPaths(state, run).directory, 'git'), pack, events.flatMap(findGitIds), process.env)
}

/** @throws Fault `request-invalid` where the run that is here is another. */
function isHereAlready(record: OpenRecord, { manifest, state }: Staged, path: string): boolean {
  const here = toRunPaths(record.places.state, manifest.run)
  if (!existsSync(here.directory)) return false
  const staged = readFileSync(toRunPaths(state, manifest.run).rollout)
  const present = existsSync(here.rollout) ? readFileSync(here.rollout) : undefined
  if (present?.equals(staged)) return true
  const [longer, shorter] = present && present.length > staged.length ? [present, staged] : [staged, present]
  const how = present && longer.subarray(0, shorter?.length ?? 0).equals(shorter ?? staged) ? `and the one ${present.length > staged.length ? 'here' : `in ${path}`} goes on further` : 'and it is another'
  throw new Fault('request-invalid', `${manifest.run} is here already, ${how}: it was left as it is`)
}

/** An archive with the repository's files may follow one without. */
function addFiles(record: OpenRecord, { manifest, state }: Staged): boolean {
  const to = join(toRunPaths(record.places.state, manifest.run).directory, 'git')
  if (!manifest.files || existsSync(to)) return false
  renameSync(join(toRunPaths(state, manifest.run).directory, 'git'), to)
  return true
}

/** Blobs first, which do no harm alone; then the run appears, all of it at once. */
async function adopt(record: OpenRecord, { manifest, state, blobs, refs }: Staged): Promise<void> {
  for (const ref of refs) await record.blobs.put(await blobs.get(ref))
  const from = toRunPaths(state, manifest.run).directory
  const to = toRunPaths(record.places.state, manifest.run).directory
  try {
    mkdirSync(toRunsDirectory(record.places.state), { recursive: true, mode: 0o700 })
    flush(from)
    renameSync(from, to)
    flush(toRunsDirectory(record.places.state))
  } catch (thrown) {
    throw new Fault('disk-failed', `${to} could not be made: ${toMessage(thrown)}. Nothing was taken in; look at free space and permissions there, then try again.`, { cause: thrown })
  }
}

function flush(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
