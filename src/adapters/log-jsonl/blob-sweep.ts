import fs from 'node:fs'
import { join } from 'node:path'
import { toStart, verifyLine, type ChainPosition, type SealedLine, type Verdict } from '../../domain/chain.ts'
import type { RunId } from '../../protocol/ids.ts'
import { toMessage } from '../../protocol/fault.ts'
import { hasCode, sha256 } from './disk.ts'
import { toRunPaths } from './layout.ts'
import { listFolders } from './leftovers.ts'
import { createLineReader } from './line-reader.ts'
import { listRunIds } from './refresh-index.ts'

/**
 * Mark and sweep over the blobs that all runs share.
 * Invariants: (1) any 64 hex digits in any file of a record count as a reference; (2) where one record cannot be read and
 * verified whole, no blob goes at all, for what it refers to is not known; (3) a blob that was made or used within the last
 * hour stays: the event that refers to it may not be stored yet (see `keepFresh` in blob-store.ts); (4) what vouches for a
 * record stays for as long as the record, also when its outputs were given up.
 */
export interface BlobCensus {
  /** By digest. */
  readonly blobs: ReadonlyMap<string, StoredBlob>
  /** Digests of blobs that there are, by the run whose record names them. */
  readonly references: ReadonlyMap<RunId, ReadonlySet<string>>
  /** Digests that count even so: attestations. */
  readonly lasting: ReadonlySet<string>
  /** Runs whose outputs were given up: their references count no more. */
  readonly pruned: ReadonlySet<RunId>
  /** Records that could not be read, with what is wrong: while there is one, nothing may go. */
  readonly unreadable: readonly { readonly run: RunId; readonly problem: string }[]
}

export interface StoredBlob {
  readonly path: string
  /** On the disk. */
  readonly bytes: number
  readonly isYoung: boolean
}

const youngMs = 60 * 60_000

export async function takeBlobCensus(stateDir: string, now: number): Promise<BlobCensus> {
  const blobs = listBlobs(stateDir, now)
  const references = new Map<RunId, ReadonlySet<string>>()
  const pruned = new Set<RunId>()
  const lasting = new Set<string>()
  const unreadable: { run: RunId; problem: string }[] = []
  for (const run of listRunIds(stateDir)) {
    await new Promise((resolve) => setImmediate(resolve))
    const found = new Set<string>()
    const problem = readReferences(stateDir, run, {
      onDigest: (digest, type) => {
        if (blobs.has(digest)) (lastingTypes.has(type ?? '') ? lasting : found).add(digest)
      },
      onType: (type) => { if (type === 'run.pruned') pruned.add(run) },
    })
    if (problem !== undefined) unreadable.push({ run, problem })
    references.set(run, found)
  }
  return { blobs, references, lasting, pruned, unreadable }
}

/** Whatever follows the digest in a name (how it is compressed) is not ours to know. */
function listBlobs(stateDir: string, now: number): Map<string, StoredBlob> {
  const blobs = new Map<string, StoredBlob>()
  const root = join(stateDir, 'blobs')
  for (const folder of listFolders(root)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue
    for (const name of fs.readdirSync(join(root, folder))) {
      const rest = /^[0-9a-f]{62}(?=$|\.)/.exec(name)?.[0]
      if (rest === undefined || name.endsWith('.tmp')) continue
      const path = join(root, folder, name)
      const stat = fs.lstatSync(path, { throwIfNoEntry: false })
      if (stat?.isFile() === true) blobs.set(folder + rest, { path, bytes: stat.blocks * 512, isYoung: stat.mtimeMs > now - youngMs })
    }
  }
  return blobs
}

const lastingTypes: ReadonlySet<string> = new Set(['run.attested'])

interface Tell {
  /** `type` is that of the event; undefined where it stands in no sound one. */
  readonly onDigest: (digest: string, type?: string) => void
  readonly onType: (type: string) => void
}

/** Tells every digest in the files of a record; answers with what is wrong, if anything is. */
function readReferences(stateDir: string, run: RunId, tell: Tell): string | undefined {
  const paths = toRunPaths(stateDir, run)
  let problem: string | undefined
  try {
    // Records that were put aside, attestations and the like may name blobs as well.
    for (const entry of fs.readdirSync(paths.directory, { withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(paths.directory, entry.name)
      const wrong = path === paths.rollout ? readLog(run, path, tell) : readAny(path, tell.onDigest)
      problem ??= wrong
    }
  } catch (thrown) {
    problem ??= toMessage(thrown)
  }
  return problem
}

function readLog(run: RunId, path: string, tell: Tell): string | undefined {
  const fd = fs.openSync(path, 'r')
  try {
    const reader = createLineReader(fd, path, 0)
    let position: ChainPosition | undefined = toStart(run)
    let problem: string | undefined
    for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
      for (const line of lines) {
        const verdict: Verdict<SealedLine> | undefined = position && verifyLine(line, position, sha256)
        const type = verdict?.ok === true ? verdict.value.type : undefined
        tellDigests(line, (digest) => tell.onDigest(digest, type))
        if (position === undefined || verdict === undefined) continue
        if (verdict.ok) tell.onType(verdict.value.type)
        else problem = `line ${position.seq + 1} ${verdict.problem}`
        position = verdict.ok ? { run, seq: position.seq + 1, head: verdict.value.hash } : undefined
      }
    }
    tellDigests(Buffer.from(reader.rest).toString('latin1'), tell.onDigest)
    return problem
  } finally {
    fs.closeSync(fd)
  }
}

/** A digest may lie across two chunks: each begins with the end of the one before. */
function readAny(path: string, tell: (digest: string) => void): undefined {
  const fd = fs.openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(1024 * 1024)
    let rest = ''
    for (let count = fs.readSync(fd, chunk); count > 0; count = fs.readSync(fd, chunk)) {
      const text = rest + chunk.toString('latin1', 0, count)
      tellDigests(text, tell)
      rest = text.slice(-63)
    }
    return undefined
  } finally {
    fs.closeSync(fd)
  }
}

const digests = /(?=([0-9a-f]{64}))/g

/** Digests as whole words are the usual; a longer run of hex digits tells each that it could be. */
function tellDigests(text: string, tell: (digest: string) => void): void {
  for (const match of text.matchAll(/[0-9a-f]{64,}/g)) {
    if (match[0].length === 64) tell(match[0])
    else for (const inner of match[0].slice(0, 4096).matchAll(digests)) tell(inner[1] ?? '')
  }
}

/** Blobs that none of these runs refers to, older than an hour; none where a record is unreadable. */
export function findUnreferenced(census: BlobCensus, keeps: (run: RunId) => boolean): readonly StoredBlob[] {
  if (census.unreadable.length > 0) return []
  const kept = new Set<string>(census.lasting)
  for (const [run, found] of census.references) if (keeps(run)) for (const digest of found) kept.add(digest)
  return [...census.blobs].filter(([digest, blob]) => !kept.has(digest) && !blob.isYoung).map(([, blob]) => blob)
}

/** Removes blobs that were not used since they were counted. Answers how many went, and how many bytes that freed. */
export function sweepBlobs(blobs: readonly StoredBlob[], now: () => number): { readonly count: number; readonly bytes: number } {
  let count = 0
  let bytes = 0
  for (const { path } of blobs) {
    // Under another name first: from then on nobody who stores the same bytes takes it for there.
    const aside = `${path}.swept.tmp`
    try {
      fs.renameSync(path, aside)
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) continue
      throw thrown
    }
    const stat = fs.lstatSync(aside)
    if (stat.mtimeMs > now() - youngMs) {
      fs.renameSync(aside, path)
      continue
    }
    fs.rmSync(aside)
    count += 1
    bytes += stat.blocks * 512
  }
  return { count, bytes }
}
