import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { toCode } from './directory-handle.ts'
import type { PrivateRepository } from './private-repository.ts'

/**
 * Packs the loose objects of a run's own git directory. Each snapshot leaves some four small files that take a block of the disk
 * each: 10,000 edits 160 MB; packed, 16. Works in a process of its own beside the run; git has the pack on the disk before a
 * loose file goes. Objects are only ever moved, never dropped, whether or not anything refers to them.
 */
export interface LoosePacker {
  /** After a snapshot: begins to pack where much is loose and nothing is packed just now. */
  afterSnapshot(): void
  /** Waits for what is under way, and packs what is worth it. */
  finish(): Promise<void>
}

/** Loose objects that are worth a pack while the run goes on, and at its end. */
const manyLoose = 6_000
const someLoose = 4_000
/** How often they are counted, in snapshots. */
const between = 200
const timeoutMs = 120_000

export function createLoosePacker(repository: PrivateRepository, limits = { manyLoose, someLoose, between }): LoosePacker {
  const objectDir = path.join(repository.gitDir, 'objects')
  let snapshots = 0
  let underWay: Promise<void> | undefined
  return {
    afterSnapshot() {
      snapshots += 1
      if (snapshots % limits.between !== 0 || underWay !== undefined || estimateLoose(objectDir) < limits.manyLoose) return
      underWay = pack(repository, objectDir).finally(() => {
        underWay = undefined
      })
    },
    async finish() {
      await underWay
      if (estimateLoose(objectDir) >= limits.someLoose) await pack(repository, objectDir)
    },
  }
}

/** Ids are spread evenly over 256 directories: a few of them tell. */
function estimateLoose(objectDir: string): number {
  const looked = ['17', '5a', '9c', 'e3']
  return looked.reduce((sum, name) => sum + listNames(path.join(objectDir, name)).length, 0) * (256 / looked.length)
}

async function pack(repository: PrivateRepository, objectDir: string): Promise<void> {
  const loose = listNames(objectDir).filter((name) => /^[0-9a-f]{2}$/.test(name)).flatMap((name) => listNames(path.join(objectDir, name)).filter((rest) => /^[0-9a-f]{38,62}$/.test(rest)).map((rest) => `${name}${rest}`))
  if (loose.length === 0) return
  try {
    await repository.git(['-c', 'pack.threads=1', '-c', 'pack.window=4', 'pack-objects', '--quiet', path.join(objectDir, 'pack', 'pack')], { stdin: `${loose.join('\n')}\n`, timeoutMs })
  } catch (thrown) {
    // Loose they are as safe as packed, and the next time may go better; a disk that is full shows in what must be written.
    if (thrown instanceof Fault) return
    throw thrown
  }
  for (const oid of loose) fs.rmSync(path.join(objectDir, oid.slice(0, 2), oid.slice(2)), { force: true })
}

function listNames(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory)
  } catch (thrown) {
    if (toCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}
