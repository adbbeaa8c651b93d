import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { BatchGoal } from '../protocol/batch-file.ts'
import { exitCodes } from '../protocol/error-codes.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { Outcome } from '../protocol/events/run.ts'
import type { Ended, NamedGoal, Spending } from '../domain/batch/batch.ts'

export interface GoalProcess {
  /** The batch's file: paths are relative to it. */
  readonly file: string
  /** `batch` and `goal` as they are recorded, so that the batch finds its runs again. */
  readonly mark: string
  readonly budget: NonNullable<BatchGoal['budget']>
  /** A run that is there already and goes on. */
  readonly resume: string | undefined
  /** What that has spent before. */
  readonly spent: Spending
  /** Stops it; it can go on later. `atOnce` does not wait for its end. */
  readonly signal: AbortSignal
  readonly atOnce: AbortSignal
}

/** Lines on standard error of one run that are kept for its report, in characters. */
const keptErrors = 4000

/** One goal in a process of its own: what goes wrong there touches no other. Nobody is asked anything; it waits instead. */
export async function runGoal(goal: NamedGoal, options: GoalProcess): Promise<Ended> {
  const began = performance.now()
  const place = mkdtempSync(join(tmpdir(), `writ-batch-${process.pid}-`))
  const tally: Tally = { run: options.resume, branch: undefined, ...options.spent, reason: '' }
  let errors = ''
  try {
    // In a process group of its own: Ctrl-C in the terminal is for the batch, which stops its runs once, so that they end what they are at.
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...toArguments(goal, options, place)], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: 'true' } })
    const stop = (): void => void child.kill('SIGINT')
    const signals = [options.signal, options.atOnce]
    for (const each of signals) each.addEventListener('abort', stop, { once: true })
    child.stderr.on('data', (chunk: Buffer) => { errors = `${errors}${chunk.toString()}`.slice(-keptErrors) })
    const ended = new Promise<number>((done, failed) => {
      child.on('error', failed)
      child.on('close', (code, signal) => done(code ?? (signal ? exitCodes.interrupted : exitCodes.fault)))
    })
    const [code] = await Promise.all([ended, followAll(child.stdout, tally)])
    for (const each of signals) each.removeEventListener('abort', stop)
    const outcome = toOutcome(code)
    return { id: goal.id, outcome, ...tally, reason: tally.reason || (outcome === 'proven' ? '' : findSaid(errors) || `it ended with exit code ${code}`), durationMs: performance.now() - began }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** The last thing that Writ itself said, with what is set in under it. */
function findSaid(errors: string): string {
  const lines = errors.split('\n')
  const at = lines.findLastIndex((line) => line.startsWith('writ: '))
  if (at === -1) return ''
  const end = lines.findIndex((line, index) => index > at && !line.startsWith('  '))
  return [lines[at]?.slice('writ: '.length), ...lines.slice(at + 1, end === -1 ? undefined : end).map((line) => line.trim())].join(' ')
}

function toArguments(goal: NamedGoal, { file, mark, budget, resume }: GoalProcess, place: string): readonly string[] {
  const output = ['--output-format', 'stream-json']
  const repo = goal.repo === undefined ? [] : ['--repo', resolve(dirname(file), goal.repo)]
  if (resume !== undefined) return ['resume', resume, ...output]
  const contract = join(place, 'contract.yaml')
  // JSON is YAML; what is left out has its usual value.
  writeFileSync(contract, JSON.stringify({
    goal: goal.goal, checks: goal.checks, scope: goal.scope, constraints: goal.constraints, deadline: goal.deadline, budget: Object.keys(budget).length > 0 ? budget : undefined,
  }))
  const more = [['--base', goal.base], ['--model', goal.model], ['--effort', goal.effort], ['--workers', goal.workers === undefined ? undefined : String(goal.workers)]].flatMap(([name, value]) => (value === undefined ? [] : [name ?? '', value]))
  return ['run', '--contract', contract, '--batch', mark, ...repo, ...more, ...output]
}

interface Tally {
  run: string | undefined
  branch: string | undefined
  turns: number
  usd: number
  tokens: number
  reason: string
}

async function followAll(stdout: Readable, tally: Tally): Promise<void> {
  for await (const line of createInterface({ input: stdout })) follow(line, tally)
}

/** Events as they are recorded, and at the end the report. */
function follow(line: string, tally: Tally): void {
  const said = parse(line)
  if (said === undefined || said.type === undefined) return
  if (said.type === 'report') return
  const event = said as StoredEvent
  tally.run ??= event.run
  // Children of the run are told in the same stream.
  if (event.type === 'turn.replied') {
    tally.turns += event.data.purpose === 'work' ? 1 : 0
    tally.usd += event.data.reply.costUsd ?? 0
    tally.tokens += event.data.reply.usage.inputTokens + event.data.reply.usage.outputTokens
  }
  if (event.type === 'run.ended' && event.run === tally.run) {
    tally.reason = event.data.reason
    tally.branch = event.data.result?.branch
  }
}

function parse(line: string): { readonly type?: string } | undefined {
  try {
    return JSON.parse(line) as { readonly type?: string }
  } catch {
    return undefined // a line that is no event is for people
  }
}

function toOutcome(code: number): Outcome {
  const found = (Object.entries(exitCodes) as [Outcome, number][]).find(([, value]) => value === code)
  return found?.[0] ?? 'fault'
}
