import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArchive } from '../../adapters/archive/read-archive.ts'
import { toAttestationPaths, toSignerPath } from '../../adapters/log-jsonl/attestation-files.ts'
import { createBlobStore } from '../../adapters/log-jsonl/blob-store.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { parsePublicKey } from '../../adapters/signing-local/key-ring.ts'
import { toCoverage, type Coverage } from '../../domain/attest/coverage.ts'
import { findBlobRefs, findGitIds } from '../../domain/attest/references.ts'
import { toCanonicalJson } from '../../domain/chain.ts'
import type { Blobs } from '../../engine/ports/event-log.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { BlobRef, RunId } from '../../protocol/ids.ts'
import { verifyRun } from '../verification/verify-run.ts'
import { walkChildren } from '../verification/walk-children.ts'
import { ArchiveManifest, archiveLimits, entryNames, listPresent, toChildEntry, type ArchivedChild } from './manifest.ts'

export interface Staged {
  readonly manifest: ArchiveManifest
  /** A state directory with this run and its child runs in it. */
  readonly state: string
  readonly blobs: Blobs
  readonly refs: readonly BlobRef[]
}

interface Read extends Staged {
  readonly names: ReadonlySet<string>
  readonly pack: Buffer | undefined
}

/** What a record speaks of outside of itself: kept instead of its events, so that not all of a large whole is held at once. */
interface Spoken {
  readonly blobs: ReadonlySet<string>
  readonly gitIds: readonly string[]
  readonly newest: Coverage['newest']
}

function toSpoken(events: readonly StoredEvent[]): Spoken {
  return { blobs: new Set(events.flatMap(findBlobRefs).map((ref) => ref.digest)), gitIds: [...new Set(events.flatMap(findGitIds))], newest: toCoverage(events).newest }
}

type Refuse = (why: string) => Fault

/** Lays the archive out as a state directory of its own and verifies it there. @throws Fault `request-invalid` naming what is wrong. */
export async function stageArchive(path: string, state: string): Promise<Staged> {
  const refuse: Refuse = (why) => new Fault('request-invalid', `${path} is not taken in: ${why}`)
  const read = await layOut(path, state, refuse)
  const events = await requireSigned(read, refuse)
  const children = requireChildren(read, events, refuse)
  const own = toSpoken(events)
  requireBlobs(read, [own, ...children.values()], refuse)
  if (read.manifest.files !== (read.pack !== undefined)) throw refuse(`${entryNames.manifest} says that the files of the repository are ${read.manifest.files ? '' : 'not '}in it`)
  for (const [run, spoken] of children) await addAttestation(read, run, spoken)
  if (read.pack) await unpack(read, read.pack, { own, children })
  return read
}

async function layOut(path: string, state: string, refuse: Refuse): Promise<Read> {
  const blobs = createBlobStore({ stateDir: state })
  const refs = new Map<string, BlobRef>()
  const names = new Set<string>()
  let manifest: ArchiveManifest | undefined
  let places: ReadonlyMap<string, string> = new Map()
  let pack: Buffer | undefined
  await readArchive(path, archiveLimits, async (name, content) => {
    if (manifest === undefined) {
      if (name !== entryNames.manifest) throw refuse(`it begins with ${name} instead of ${entryNames.manifest}`)
      manifest = parseManifest(content, refuse)
      places = toPlaces(manifest, state)
      for (const { run } of [manifest, ...listPresent(manifest)]) mkdirSync(toRunPaths(state, run).directory, { recursive: true, mode: 0o700 })
      return
    }
    names.add(name)
    const place = places.get(name)
    if (place !== undefined) writeFileSync(place, content, { mode: 0o600, flush: true })
    else if (name === entryNames.snapshots) pack = Buffer.from(content)
    else if (name.startsWith(entryNames.blobs)) {
      const ref = await blobs.put(content, { flush: false })
      if (`${entryNames.blobs}${ref.digest}` !== name) throw refuse(`${name} holds other bytes than its name says`)
      refs.set(ref.digest, ref)
    } else throw refuse(`it holds ${name}, which is no part of a run`)
  })
  if (manifest === undefined) throw refuse('it is empty')
  return { manifest, state, blobs, refs: [...refs.values()], names, pack }
}

function parseManifest(content: Buffer, refuse: Refuse): ArchiveManifest {
  try {
    const manifest = ArchiveManifest.parse(JSON.parse(content.toString('utf8')))
    if (`${toCanonicalJson(manifest)}\n` === content.toString('utf8')) return manifest
  } catch (thrown) {
    throw refuse(`its ${entryNames.manifest} does not fit: ${toMessage(thrown).slice(0, 200)}`)
  }
  throw refuse(`its ${entryNames.manifest} is not in the form in which it was written`)
}

/** Only these names have a place of their own: nothing in an archive says where on the disk it goes. */
function toPlaces(manifest: ArchiveManifest, state: string): ReadonlyMap<string, string> {
  const { run } = manifest
  const { record, provenance } = toAttestationPaths(state, run)
  return new Map<string, string>([
    [entryNames.rollout, toRunPaths(state, run).rollout], [entryNames.attestation, record], [entryNames.provenance, provenance], [entryNames.key, toSignerPath(state, run)],
    ...listPresent(manifest).map((child) => [toChildEntry(child.run), toRunPaths(state, child.run).rollout] as const),
  ])
}

/** The run itself, and all that hangs on its signature: its child runs too, as far as they are in it. */
async function requireSigned({ manifest, state, blobs, names }: Read, refuse: Refuse): Promise<readonly StoredEvent[]> {
  const { run } = manifest
  for (const name of [entryNames.key, entryNames.rollout, entryNames.attestation, ...listPresent(manifest).map((each) => toChildEntry(each.run))]) if (!names.has(name)) throw refuse(`${name} is missing in it`)
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
  return events
}

/** The manifest names every child run that the signed record speaks of, and nothing else. An archive from before there were any names none. */
function requireChildren({ manifest, state }: Read, events: readonly StoredEvent[], refuse: Refuse): ReadonlyMap<RunId, Spoken> {
  const own = new Map<RunId, Spoken>()
  if (manifest.children === undefined) return own
  const named = new Map(manifest.children.map((each) => [each.run, each]))
  const spoken: ArchivedChild[] = []
  for (const { run, parent, events: length, head, found } of walkChildren(state, { run: manifest.run, events })) {
    if (found.is === 'beyond') throw refuse(found.problem)
    const said = named.get(run)
    if (!said) throw refuse(`the record of ${parent} speaks of its child run ${run}, and ${entryNames.manifest} does not`)
    if (said.parent !== parent || said.events !== length || said.head !== head) throw refuse(`${entryNames.manifest} says of the child run ${run} another thing than the record of ${parent}`)
    spoken.push({ run, parent, events: length, head, ...(said.absent ? { absent: true as const } : {}) })
    if (found.is !== 'whole') continue
    if (found.goesOn) throw refuse(`${toChildEntry(run)} goes on after event ${length - 1}, which is as far as the record of ${parent} speaks of it`)
    own.set(run, toSpoken(found.events))
  }
  const known = new Set(spoken.map((each) => each.run))
  const extra = manifest.children.find((each) => !known.has(each.run))
  if (extra) throw refuse(`${entryNames.manifest} names the child run ${extra.run}, which no record in it speaks of`)
  if (toCanonicalJson(spoken) !== toCanonicalJson(manifest.children)) throw refuse(`${entryNames.manifest} names its child runs twice or in another order`)
  return own
}

function requireBlobs({ manifest, refs }: Read, own: readonly Spoken[], refuse: Refuse): void {
  const named = new Set(own.flatMap((each) => [...each.blobs]))
  const stray = refs.find(({ digest }) => !named.has(digest))
  if (stray) throw refuse(`it holds the blob ${stray.digest}, which the record does not speak of`)
  if (refs.length !== manifest.blobs) throw refuse(`${entryNames.manifest} speaks of ${manifest.blobs} blobs, and ${refs.length} are in it`)
}

/** What lies beside the record of a child run follows from it. The key says that it came along with what that key signed. */
async function addAttestation({ manifest, state, blobs }: Read, run: RunId, { newest }: Spoken): Promise<void> {
  const lay = (path: string, content: Uint8Array): void => writeFileSync(path, content, { mode: 0o600, flush: true })
  const { record, provenance } = toAttestationPaths(state, run)
  lay(toSignerPath(state, run), readFileSync(toSignerPath(state, manifest.run)))
  if (newest) lay(record, await blobs.get(newest.bundle))
  if (newest?.provenance) lay(provenance, await blobs.get(newest.provenance))
}

async function unpack({ manifest, state }: Read, pack: Buffer, { own, children }: { readonly own: Spoken; readonly children: ReadonlyMap<RunId, Spoken> }): Promise<void> {
  const { shareSnapshots, unpackSnapshots } = await import('../../adapters/workspace-git/snapshot-pack.ts')
  const toGitDir = (run: RunId): string => join(toRunPaths(state, run).directory, 'git')
  await unpackSnapshots(toGitDir(manifest.run), pack, own.gitIds, process.env)
  for (const [run, { gitIds }] of children) await shareSnapshots(toGitDir(manifest.run), toGitDir(run), gitIds, process.env)
}
