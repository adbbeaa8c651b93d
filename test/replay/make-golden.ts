// `node test/replay/make-golden.ts [NAME…]`: records real runs as golden rollouts of the current version of decisions. Needs a build.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBlobStore } from '../../src/adapters/log-jsonl/blob-store.ts'
import { sealLine, toStart } from '../../src/domain/chain.ts'
import { digestOfJson } from '../../src/domain/digest.ts'
import { decisionsVersion } from '../../src/domain/decisions.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { BlobRef } from '../../src/protocol/ids.ts'
import { makeMachine } from '../e2e/harness.ts'
import { goldenFolder, parseRollout, reseal, sha256 } from './golden.ts'
import { scenes } from './scenes.ts'

for (const [name, scene] of Object.entries(scenes)) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue
  const machine = makeMachine(scene.files)
  try {
    await scene.play(machine)
    const runs = join(machine.state, 'runs')
    // The newest that nobody delegated: what a child did is in a record of its own.
    const newest = readdirSync(runs).sort().map((run) => parseRollout(readFileSync(join(runs, run, 'rollout.jsonl'), 'utf8'))).findLast(([first]) => first?.type === 'run.opened' && !first.data.parent)
    const events = withoutMachine(newest ?? [])
    let position = toStart((events[0] as StoredEvent).run)
    const lines = events.map((event) => {
      const { line } = sealLine(event, event.at, position, sha256)
      position = { run: position.run, seq: event.seq + 1, head: event.hash }
      return `${line}\n`
    })
    mkdirSync(join(goldenFolder, 'blobs'), { recursive: true })
    writeFileSync(join(goldenFolder, `v${decisionsVersion}-${name}.jsonl`), lines.join(''))
    // Plain, whatever the store made of it.
    const blobs = createBlobStore({ stateDir: machine.state })
    for (const ref of events.flatMap(listReadBlobs)) writeFileSync(join(goldenFolder, 'blobs', ref.digest), await blobs.get(ref))
    process.stdout.write(`${name}: ${events.length} events\n`)
  } finally {
    machine.remove()
  }
}

/** Blobs without which a replay cannot do. Outputs of commands and the like are not among them. */
function listReadBlobs(event: StoredEvent): BlobRef[] {
  if (event.type === 'run.opened' || event.type === 'run.resumed') return Object.values(event.data.kept ?? {})
  if (event.type === 'files.read') return event.data.files.flatMap((file) => (file.content ? [file.content] : []))
  return event.type === 'changes.seen' && event.data.list ? [event.data.list] : []
}

/** The machine on which it was made is nobody's business. */
function withoutMachine(events: readonly StoredEvent[]): StoredEvent[] {
  return reseal(events, (event) => {
    if (event.type !== 'environment.fingerprinted') return event
    const { digest: _digest, ...facts } = { ...event.data, os: 'Linux', kernel: '6.1.0', memoryMb: 16_384 }
    return { ...event, data: { ...facts, digest: digestOfJson(facts) } }
  })
}
