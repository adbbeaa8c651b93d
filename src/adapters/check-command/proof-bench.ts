import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { digestOf, digestOfJson } from '../../domain/digest.ts'
import { findPins, findSelfMade } from '../../domain/contract/pins.ts'
import { proofRestorations } from '../../domain/contract/restorations.ts'
import { canaryFiles, judgeCanary, type CanaryVerdict } from '../../domain/proof/canary.ts'
import { judgeProof } from '../../domain/proof/judge-proof.ts'
import type { CheckRunner } from '../../engine/ports/checks.ts'
import type { Blobs } from '../../engine/ports/event-log.ts'
import type { Sandbox } from '../../engine/ports/sandbox.ts'
import { Contract, type Check } from '../../protocol/contract.ts'
import type { CheckOutcome, Proof } from '../../protocol/evidence.ts'
import type { BlobRef, CommitId, TreeId } from '../../protocol/ids.ts'
import { createBwrapSandbox } from '../sandbox-bwrap/driver.ts'
import { createCheckRunner } from './check-runner.ts'

/** For tests: real directories, the real sandbox, and the proof as the engine makes it, without git. */
export interface ProofBench {
  readonly sandbox: Sandbox
  readonly runner: CheckRunner
  /** A fresh directory with these files. */
  folder(files: Files): Promise<string>
  run(folder: string, command: string, options?: { only?: readonly string[]; names?: readonly string[]; timeoutMs?: number }): Promise<CheckOutcome>
  /** What the base shows, twice, with the contract that it leads to. */
  pin(base: Files, command: string): Promise<PinnedBase>
  /** The verdict on a result that has these changes (undefined: deleted). */
  prove(pinned: PinnedBase, changes: Readonly<Record<string, string | undefined>>): Promise<Proof>
  dispose(): Promise<void>
}

export type Files = Readonly<Record<string, string>>

export interface PinnedBase {
  readonly files: Files
  readonly contract: Contract
  readonly baseline: CheckOutcome
  readonly baseAgain: CheckOutcome
}

const tree = '0'.repeat(40) as TreeId

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function createMemoryBlobs(): Blobs {
  const kept = new Map<string, Uint8Array>()
  const get = async (ref: BlobRef): Promise<Uint8Array> => kept.get(ref.digest) ?? new Uint8Array()
  return {
    async put(bytes) {
      const all = typeof bytes === 'string' ? toBytes(bytes) : bytes
      const digest = digestOf(all)
      kept.set(digest, all)
      return { digest, bytes: all.length }
    },
    get,
    slice: async (ref, from, to) => (await get(ref)).slice(from, to),
  }
}

/** @param name tells the benches of several test files apart */
export async function openProofBench(name: string): Promise<ProofBench> {
  const root = await mkdtemp(join(tmpdir(), `writ-${name}-`))
  const sandbox = createBwrapSandbox({ stateDir: join(root, 'state'), env: process.env })
  const blobs = createMemoryBlobs()
  const runner = createCheckRunner({ sandbox, blobs })
  let count = 0

  const folder = async (files: Files): Promise<string> => {
    const at = join(root, `place-${count++}`)
    await mkdir(at)
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(at, path)), { recursive: true })
      await writeFile(join(at, path), text)
    }
    return at
  }
  const run: ProofBench['run'] = async (at, command, options = {}) => {
    const check: Check = { id: 'c1', command, origin: 'person', timeoutMs: options.timeoutMs ?? 60_000 }
    const place = { root: at, home: at, tree, mounts: [{ mode: 'rw' as const, host: at, at }] }
    return runner.run(check, place, { network: [], only: options.only ?? [], names: options.names ?? [], signal: new AbortController().signal })
  }
  const runFresh = async (files: Files, command: string): Promise<CheckOutcome> => {
    const at = await folder(files)
    const outcome = await run(at, command)
    await rm(at, { recursive: true })
    return outcome
  }

  const prove: ProofBench['prove'] = async ({ files, contract, baseline, baseAgain }, changes) => {
    const command = contract.checks[0]?.command ?? ''
    const result = Object.fromEntries(Object.entries({ ...files, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined))
    const toSet = (from: Files) => ({ files: Object.keys(from), read: (path: string) => (from[path] === undefined ? undefined : toBytes(from[path])) })
    const restored = proofRestorations(contract, toSet(files), toSet(result))
    const judged = { ...result }
    for (const [path, bytes] of restored) {
      if (bytes === undefined) delete judged[path]
      else judged[path] = new TextDecoder().decode(bytes)
    }
    // Content that is the base's own shows what the base showed; what fails once needs no second run to be refused.
    const isBase = digestOfJson(judged) === digestOfJson(files)
    const first = isBase ? baseline : await runFresh(judged, command)
    const repeat = isBase ? baseAgain : first.status === 'passed' ? await runFresh(judged, command) : undefined
    const own = first.status !== 'passed' ? [] : findSelfMade(contract, Object.keys(files), Object.keys(result)).tests
    const withOwn = (on: Files): Files => ({ ...on, ...Object.fromEntries(own.map((path) => [path, result[path] ?? ''])) })
    const selfMade = own.length === 0 ? undefined : {
      files: own,
      onBase: [await runFresh(withOwn(files), command)],
      onResult: [await runFresh(withOwn(judged), command)],
      onResultAgain: [await runFresh(withOwn(judged), command)],
    }
    return judgeProof({
      contract,
      contractHash: digestOf('contract'),
      commit: createHash('sha1').update(JSON.stringify(result)).digest('hex') as CommitId,
      tree,
      changed: Object.keys(changes).map((path) => ({ path, kind: 'modified', added: 1, removed: 1, binary: false })),
      baseline: [baseline],
      baseAgain: [baseAgain],
      result: [first],
      repeat: repeat === undefined ? [] : [repeat],
      selfMade,
      restored: [...restored.keys()],
      canary: await tryCanary(judged, first, command),
    })
  }

  const tryCanary = async (judged: Files, outcome: CheckOutcome, command: string): Promise<CanaryVerdict | undefined> => {
    if (outcome.tests === undefined || outcome.status !== 'passed') return undefined
    const ran = new Set(outcome.tests.cases.map((one) => one.file))
    const name = `canary_${randomBytes(8).toString('hex')}`
    const placed = canaryFiles(Object.entries(judged).filter(([path]) => ran.has(path)).map(([path, content]) => ({ path, content })), outcome.tests.runner, name)
    const seen = await runFresh({ ...judged, ...Object.fromEntries(placed.map((file) => [file.path, file.content])) }, command)
    return judgeCanary(seen, name, placed)
  }

  return {
    sandbox,
    runner,
    folder,
    run,
    prove,
    async pin(files, command) {
      const contents = new Map(Object.entries(files).map(([path, text]) => [path, toBytes(text)]))
      const found = findPins({ files: Object.keys(files), contents, checks: [{ command }], unpinned: [] })
      const contract = Contract.parse({
        version: 1, goal: 'make the failing tests pass', constraints: [], checks: [{ id: 'c1', command, origin: 'person' }], scope: [], dataLocations: [],
        budget: { maxTurns: 10, maxIdleTurns: 5 }, approvers: [], unknowns: [], network: [], pins: found.pins, guarded: found.guarded,
      })
      return { files, contract, baseline: await runFresh(files, command), baseAgain: await runFresh(files, command) }
    },
    async dispose() {
      await rm(root, { recursive: true, force: true })
    },
  }
}
