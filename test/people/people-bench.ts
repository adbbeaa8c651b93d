/** For the tests of this folder: runs of the shipped command line that ask, answered from other processes. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealLine } from '../../src/domain/chain.ts'
import { digestOf } from '../../src/domain/digest.ts'
import type { Waiting } from '../../src/domain/approval/waiting.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { startModelServer, type ModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { brokenLibrary, finish, makeMachine, mend, modelEnv, type Ended, type Machine } from '../e2e/harness.ts'

export interface PeopleBench {
  readonly machine: Machine
  readonly server: ModelServer
  /** As the person whose machine it is, or as somebody else at it, who has keys of his own. */
  writ(...args: readonly string[]): Promise<Ended>
  as(who: string, ...args: readonly string[]): Promise<Ended>
  waiting(): Promise<readonly (Waiting & { readonly expired: boolean })[]>
  events(): readonly StoredEvent[]
  /** Adds an event to the newest record as somebody would who can write it: with its place and hash right. */
  forge(event: NewEvent): void
  remove(): Promise<void>
}

/** It publishes, which a person has to allow; here there is no such program, so that it fails at once where it is allowed. */
export const publish = { name: 'shell', input: { command: 'twine upload dist.whl' } }
export const publishing: readonly Reply[] = [{ text: 'The release is wanted.', calls: [mend, publish] }, { calls: [finish()] }]

/** A contract that grants a host, so that reaching out is possible at all; its check is quick. */
export function toContract(more = ''): string {
  return `goal: mend the sum and release it\nchecks: ['grep -q "total = 0" src/sum.js']\nnetwork: ["127.0.0.1:9"]\n${more}`
}

export async function openPeopleBench(script: readonly Reply[], { contract = toContract(), files = {} }: { readonly contract?: string; readonly files?: Readonly<Record<string, string>> } = {}): Promise<PeopleBench> {
  const machine = makeMachine({ ...brokenLibrary, 'contract.yaml': contract, ...files })
  const server = await startModelServer({ script })
  const env = modelEnv(server)
  const writ = (...args: readonly string[]): Promise<Ended> => machine.writ(args, { env })
  const rolloutPath = (): string => {
    const runs = join(machine.state, 'runs')
    return join(runs, readdirSync(runs).toSorted().at(-1) ?? '', 'rollout.jsonl')
  }
  const events = (): StoredEvent[] => readFileSync(rolloutPath(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
  return {
    machine, server, writ, events,
    as: (who, ...args) => machine.writ(args, { env: { ...env, USER: who, XDG_CONFIG_HOME: join(machine.home, `config-of-${who}`) } }),
    waiting: async () => (await writ('approvals', '--json')).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Waiting & { expired: boolean }),
    forge: (event) => {
      const last = events().at(-1)
      if (!last) throw new Error('there is no record')
      const { line } = sealLine(event, new Date(Date.parse(last.at) + 1).toISOString(), { run: last.run as RunId, seq: last.seq + 1, head: last.hash }, digestOf)
      writeFileSync(rolloutPath(), `${line}\n`, { flag: 'a' })
    },
    remove: async () => {
      await server.close()
      machine.remove()
    },
  }
}

/** A signature that is right, by a key that nobody here knows. */
export function signByStranger(bytes: Uint8Array): { readonly key: string; readonly signature: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { key: digestOf(publicKey.export({ type: 'spki', format: 'der' })), signature: sign('sha256', bytes, privateKey).toString('base64') }
}
