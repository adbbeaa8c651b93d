import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startModelServer, type ModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { scriptOf, type Reply } from '../../src/testing/model-server/reply.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { makeMachine, modelEnv, type Ended, type Machine, type RunOptions } from '../e2e/harness.ts'
import type { Plan } from './fail-at.ts'

const preload = pathToFileURL(join(fileURLToPath(new URL('.', import.meta.url)), 'fail-at.ts')).href

/** Counts what reached the world outside: the only thing that no rollback takes back. */
export interface Witness {
  readonly port: number
  posts(): number
  close(): Promise<void>
}

export async function startWitness(): Promise<Witness> {
  let posts = 0
  const server = createServer((request, response) => {
    if (request.method === 'POST') posts += 1
    response.end('noted\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    posts: () => posts,
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}

/** A repository whose one check takes a few milliseconds, so that a run costs little besides Writ itself. */
const files = {
  'src/a.txt': 'one\ntwo\n',
  'src/b.txt': 'wrong\n',
  'old/gone.txt': 'to be deleted\n',
  'check.sh': 'grep -qx right src/b.txt && grep -qx three src/a.txt && ! test -e junk\n',
  '.gitignore': 'ignored.log\n',
}

const call = (name: string, input: object) => ({ name, input })
const shell = (command: string) => call('shell', { command })
const end = (summary: string): Reply => ({ calls: [call('finish', { summary, confidence: 0.9 })] })

/**
 * What the scripted model does: reads side by side; a command that leaves untracked, ignored, executable and linked files and
 * changes what judges it; an edit; where there is a witness, something that cannot be undone; a first end that the proof
 * refuses; and the rest.
 */
export function toScript(witness: Witness | undefined): readonly Reply[] {
  return [
    { calls: [call('read', { path: 'src/a.txt' }), call('list', {}), call('read', { path: 'src/b.txt' })] },
    { calls: [shell('echo x >> junk; echo y >> ignored.log; echo z >> run.sh; chmod 755 run.sh; ln -s run.sh link; mkdir empty; rm -r old; echo "# mine" >> check.sh')] },
    { calls: [call('edit', { path: 'src/b.txt', edits: [{ find: 'wrong', replace: 'right' }] }), shell('echo three >> src/a.txt; cat ignored.log')] },
    ...(witness ? [{ calls: [shell(`curl --noproxy '' -s -X POST http://127.0.0.1:${witness.port}/`)] }] : []),
    end('first'),
    { calls: [shell('cat junk run.sh ignored.log; rm junk; ls -A')] },
    end('second'),
  ]
}

export interface Stage {
  readonly machine: Machine
  readonly server: ModelServer
  readonly witness: Witness | undefined
  /** The command line that starts the run. */
  readonly start: readonly string[]
  /** Where a process with a plan writes what it did. */
  readonly trace: string
  writ(args: readonly string[], plan?: Failure, options?: RunOptions): Promise<Ended>
  remove(): Promise<void>
}

export type Failure = Omit<Plan, 'under' | 'trace'>

/** A person's machine, a model and, where asked, a witness outside. `hold` may keep the model from answering; `warm` is a state directory whose sandbox is set up already. */
export async function openStage(options: { readonly witness?: boolean; readonly warm?: string; readonly extra?: readonly Reply[]; readonly hold?: (n: number) => Promise<void> } = {}): Promise<Stage> {
  const machine = makeMachine(files)
  const witness = options.witness ? await startWitness() : undefined
  const play = scriptOf([...(options.extra ?? []), ...toScript(witness)])
  const server = await startModelServer({
    script: async (request, n) => {
      await options.hold?.(n)
      return play(request, n)
    },
  })
  const trace = join(machine.home, 'trace')
  const temporary = join(machine.home, 'tmp')
  mkdirSync(temporary)
  if (options.warm) cpSync(join(options.warm, 'sandbox'), join(machine.state, 'sandbox'), { recursive: true })
  const contract = join(machine.home, 'task.yaml')
  if (witness) writeFileSync(contract, `goal: make the check pass\nchecks:\n  - sh check.sh\nnetwork:\n  - 127.0.0.1:${witness.port}\n`)
  return {
    machine, server, witness, trace,
    start: witness ? ['run', '--contract', contract, '--yes'] : ['run', 'make the check pass', '--check', 'sh check.sh'],
    writ: (args, plan, more = {}) => machine.writ(args, {
      ...more,
      env: {
        ...modelEnv(server), TMPDIR: temporary,
        ...(plan ? { NODE_OPTIONS: `--import=${preload}`, WRIT_TEST_FAIL: JSON.stringify({ ...plan, under: [machine.repo, machine.state, temporary], trace }) } : {}),
        ...more.env,
      },
    }),
    remove: async () => {
      await server.close()
      await witness?.close()
      machine.remove()
    },
  }
}

export function findRuns(machine: Machine): readonly string[] {
  const runs = join(machine.state, 'runs')
  return existsSync(runs) ? readdirSync(runs) : []
}

/** The whole lines of the only run's rollout. */
export function readEvents(machine: Machine): readonly StoredEvent[] {
  const [run] = findRuns(machine)
  if (run === undefined) return []
  const path = join(machine.state, 'runs', run, 'rollout.jsonl')
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8')
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as StoredEvent)
}

export const toText = (ended: Ended): string => `exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`

/** How a run ended, without what differs from one machine and hour to the next. */
export interface Ending {
  readonly outcome: unknown
  readonly commits: readonly string[]
  readonly files: string
  /** What each call answered in the end, in the order of the calls. */
  readonly answers: readonly string[]
  /** What each check showed, by purpose, in the last proof. */
  readonly evidence: readonly string[]
  readonly judgement: unknown
}

export function readEnding(machine: Machine): Ending {
  const events = readEvents(machine)
  const ended = events.find((event) => event.type === 'run.ended')
  const answers = new Map<string, string>()
  const called: string[] = []
  let evidence: string[] = []
  let judgement: unknown
  for (const event of events) {
    if (event.type === 'turn.replied') called.push(...event.data.reply.parts.flatMap((part) => (part.type === 'call' ? [part.callId] : [])))
    if (event.type === 'tool.returned') answers.set(event.data.callId, `${event.data.name} ${event.data.status} ${event.data.text.replaceAll(/\d+\.\d s/g, 'T s')}`)
    if (event.type === 'proof.started') evidence = []
    if (event.type === 'check.finished' && event.data.purpose !== 'baseline') evidence.push(`${event.data.purpose} ${event.data.outcome.checkId} ${event.data.outcome.status}`)
    if (event.type === 'proof.finished') judgement = [event.data.verdict, event.data.reasons, event.data.tree]
  }
  const branch = machine.git('for-each-ref', '--format=%(refname)', 'refs/heads/writ/').trim()
  return {
    outcome: ended?.type === 'run.ended' ? [ended.data.outcome, ended.data.reason] : undefined,
    commits: branch === '' ? [] : machine.git('log', '--reverse', '--format=%T %s', `main..${branch}`).trim().split('\n'),
    files: branch === '' ? '' : machine.git('ls-tree', '-r', branch),
    answers: called.map((id) => answers.get(id) ?? '(none)'),
    evidence, judgement,
  }
}

/** Every point there is, not a fixed selection: takes many minutes. */
export const isThorough = process.env['WRIT_CRASH'] === 'all'
