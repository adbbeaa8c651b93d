import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { RepairTask } from './repair-task.ts'

/** What came of one task. */
export interface Attempt {
  readonly task: string
  readonly language: RepairTask['language']
  readonly kinds: readonly string[]
  readonly set: RepairTask['set']
  /** The run was proven: every visible test passes in a clean checkout of its commit. */
  readonly plausible: boolean
  /** And so do the hidden tests. */
  readonly correct: boolean
  /** What the engine said of its own proposal: 0 to 1; undefined where it proposed nothing. */
  readonly confidence: number | undefined
  /** Of the whole run, with the check on the base and the proof. */
  readonly seconds: number
  /** Of these in the engine. */
  readonly solverSeconds: number
  /** Of these for comparing what passes and for the strength of the tests. */
  readonly judgingSeconds: number
  /** Changes that were tried, as the engine says; undefined where it says nothing of it. */
  readonly candidates: number | undefined
  /** Place of the chosen change in the order of trying, from 1. */
  readonly rank: number | undefined
  readonly summary: string
  /** Why it is not plausible. */
  readonly reason: string
  readonly text: string
  readonly diff: string
}

export interface AttemptOptions {
  /** For the whole run. */
  readonly seconds: number
  readonly signal: AbortSignal
}

const run = promisify(execFile)
/** Beyond the deadline, for a run to end in an orderly way. */
const graceMs = 30_000
const hiddenSeconds = 60
const mostOutput = 64 * 2 ** 20

/** Puts the task into a repository of its own and lets `writ run` mend it, with a record of its own; then the hidden tests judge, in the sandbox. */
export async function attemptRepair(task: RepairTask, options: AttemptOptions): Promise<Attempt> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'writ-bench-')))
  try {
    const repo = join(root, task.name)
    const env = { ...process.env, CI: 'true', XDG_STATE_HOME: join(root, 'state'), XDG_CONFIG_HOME: join(root, 'config') }
    put(repo, task.files)
    const git = (...args: string[]) => run('git', ['-C', repo, '-c', 'user.name=bench', '-c', 'user.email=bench@invalid', '-c', 'core.hooksPath=', '-c', 'commit.gpgsign=false', ...args], { maxBuffer: mostOutput })
    await git('init', '-q')
    await git('add', '-A', '-f')
    await git('commit', '-q', '-m', 'as it is')
    const { events, failure } = await carry(task, repo, env, options)
    const seen = readEvents(events)
    const base = { task: task.name, language: task.language, kinds: task.kinds, set: task.set, confidence: seen.confidence, seconds: seen.seconds, solverSeconds: seen.solverSeconds, judgingSeconds: seen.judgingSeconds, candidates: seen.candidates, rank: seen.rank, summary: seen.summary, text: seen.text }
    if (seen.commit === undefined) return { ...base, plausible: false, correct: false, diff: '', reason: seen.reason || failure || 'the run did not end' }
    await git('checkout', '-q', '--detach', seen.commit)
    const diff = (await git('diff', 'HEAD~1', 'HEAD')).stdout
    put(repo, task.hiddenFiles)
    const correct = seen.proven && await passes(task.hidden, repo, env, options.signal)
    return { ...base, plausible: seen.proven, correct, diff, reason: seen.proven ? '' : seen.reason }
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  }
}

export function put(root: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
  }
}

async function carry(task: RepairTask, repo: string, env: NodeJS.ProcessEnv, { seconds, signal }: AttemptOptions): Promise<{ events: string; failure: string }> {
  const args = [process.argv[1] ?? '', 'run', 'make the failing tests pass', '--repo', repo, '--check', task.command, '--solver', 'repair', '--yes', '--deadline', `${seconds}s`, '--output-format', 'stream-json']
  const child = spawn(process.execPath, args, { cwd: repo, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const stop = (): void => void child.kill('SIGTERM')
  const timer = setTimeout(stop, seconds * 1000 + graceMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', () => resolve())
    })
  } catch (error) {
    throw new Fault('request-invalid', `writ run could not be started: ${toMessage(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
  const said = Buffer.concat(err).toString('utf8').trim().split('\n').at(-1) ?? ''
  return { events: Buffer.concat(out).toString('utf8'), failure: said }
}

/** Does a command exit with 0 in the sandbox of runs? */
export async function passes(command: string, repo: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  try {
    await run(process.execPath, [process.argv[1] ?? '', 'sandbox', '--repo', repo, '--timeout', String(hiddenSeconds), '--', 'bash', '-c', command], { cwd: repo, env, signal, maxBuffer: mostOutput })
    return true
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === 'number') return false
    throw error
  }
}

const Line = z.looseObject({ type: z.string(), at: z.iso.datetime({ offset: true }), data: z.looseObject({}) })
const Reply = z.looseObject({ reply: z.looseObject({ durationMs: z.number(), tried: z.int().optional(), parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), name: z.string().optional(), input: z.looseObject({ summary: z.string().optional(), confidence: z.number().optional() }).optional() })) }) })
const Tried = z.looseObject({ n: z.int(), result: z.string(), describes: z.string() })
const Judged = z.looseObject({ spent: z.object({ searchMs: z.number(), compareMs: z.number(), strengthMs: z.number() }).optional() })
const Ended = z.looseObject({ outcome: z.string(), reason: z.string(), result: z.looseObject({ commit: z.string().optional() }).optional() })

interface Seen {
  proven: boolean
  commit: string | undefined
  reason: string
  confidence: number | undefined
  seconds: number
  solverSeconds: number
  judgingSeconds: number
  candidates: number | undefined
  rank: number | undefined
  summary: string
  text: string
}

/** What the run's own events say. Replies add up where a task needed more than one. */
export function readEvents(text: string): Seen {
  const seen: Seen = { proven: false, commit: undefined, reason: '', confidence: undefined, seconds: 0, solverSeconds: 0, judgingSeconds: 0, candidates: undefined, rank: undefined, summary: '', text: '' }
  const plausible: z.infer<typeof Tried>[] = []
  let began: number | undefined
  for (const line of text.split('\n')) {
    const event = line.startsWith('{') ? Line.safeParse(JSON.parse(line)).data : undefined
    if (event === undefined) continue
    const at = Date.parse(event.at)
    began ??= at
    seen.seconds = (at - began) / 1000
    if (event.type === 'candidate.tried') {
      const tried = Tried.parse(event.data)
      if (tried.result === 'plausible') plausible.push(tried)
    } else if (event.type === 'repair.judged') {
      const { spent } = Judged.parse(event.data)
      seen.judgingSeconds += ((spent?.compareMs ?? 0) + (spent?.strengthMs ?? 0)) / 1000
    } else if (event.type === 'turn.replied') {
      readReply(Reply.parse(event.data), plausible, seen)
    } else if (event.type === 'run.ended') {
      const ended = Ended.parse(event.data)
      seen.proven = ended.outcome === 'proven'
      seen.commit = ended.result?.commit
      seen.reason = ended.reason
    }
  }
  return seen
}

function readReply({ reply }: z.infer<typeof Reply>, plausible: readonly z.infer<typeof Tried>[], seen: Seen): void {
  seen.solverSeconds += reply.durationMs / 1000
  if (reply.tried !== undefined) seen.candidates = (seen.candidates ?? 0) + reply.tried
  for (const part of reply.parts) {
    if (part.type === 'text') seen.text += `${seen.text === '' ? '' : '\n'}${part.text ?? ''}`
    if (part.name !== 'finish' || part.input === undefined) continue
    const { summary = '', confidence } = part.input
    if (confidence !== undefined && confidence > 0) seen.confidence = Math.min(seen.confidence ?? 1, confidence)
    const chosen = plausible.find((one) => summary.toLowerCase().startsWith(one.describes.toLowerCase().slice(0, 60))) ?? plausible.at(-1)
    if (chosen !== undefined && confidence !== 0) seen.rank = chosen.n + 1
    seen.summary = summary
  }
}
