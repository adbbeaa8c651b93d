import { createInterface } from 'node:readline/promises'
import { describeAsk } from '../../domain/approval/describe-ask.ts'
import { judgeAnswerer } from '../../domain/approval/judge-answerer.ts'
import { describeRemembered } from '../../domain/approval/remembered.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { getRun, readRun } from '../read-run.ts'
import { openAnswerSigner, type AnswerSigner } from '../sign-answer.ts'
import { getWaiting, listWaiting, waitingOf, type Waiting } from '../waiting.ts'

export interface AnswerOptions {
  readonly allOf?: string
  readonly reason?: string
  readonly remember?: boolean
  readonly resume?: boolean
  readonly yes?: boolean
}

/** `writ approve` and `writ reject` of questions: the answer is signed and recorded, then the run goes on in this process. */
export async function answerCommand(answer: 'approve' | 'deny', words: readonly string[], options: AnswerOptions): Promise<number> {
  if (process.env.WRIT_SANDBOX) throw new Fault('request-invalid', 'this is a sandbox of Writ: answers come from people, outside of it')
  const record = await openRecord()
  const chosen = await choose(record, words, options)
  const signer = await openAnswerSigner(record)
  for (const each of chosen) requireOwn(each, signer, record.clock.now())
  if (!(await confirm(chosen, answer, options))) return exitCodes.waiting
  for (const each of chosen) await recordAnswer(record, each, answer, signer, options)
  return goOn(record, [...new Set(chosen.map((each) => each.run))], options)
}

async function choose(record: OpenRecord, words: readonly string[], options: AnswerOptions): Promise<readonly Waiting[]> {
  if (options.allOf !== undefined) {
    const run = await getRun(record.log, options.allOf)
    const { state, events } = await readRun(record.log, run)
    const all = waitingOf(run, state, events)
    if (all.length === 0) throw new Fault('request-invalid', `${run} waits for nothing${state.ended ? `: it has ended (${state.ended.reason})` : ''}`)
    return all
  }
  if (words.length === 0) throw new Fault('request-invalid', 'say what to answer: an id from writ approvals, or --all-of RUN')
  const waiting = await listWaiting(record)
  return words.map((word) => getWaiting(waiting, word))
}

function requireOwn({ id, question, askedAt }: Waiting, signer: AnswerSigner, now: number): void {
  if (question.inDoubt) throw new Fault('request-invalid', `${id} is about a call that was cut off and may have happened: look there first, then writ resume RUN --in-doubt repeat, or --in-doubt skip`)
  if (!question.ask) return
  const judged = judgeAnswerer(question.ask, signer.owner, Date.parse(askedAt), now)
  if (!judged.ok) throw new Fault('request-invalid', `${id} cannot be answered by you now: ${judged.why}`)
}

/** On a terminal the question is shown once more; elsewhere the command itself is the word. */
async function confirm(chosen: readonly Waiting[], answer: 'approve' | 'deny', options: AnswerOptions): Promise<boolean> {
  for (const { id, question } of chosen) process.stderr.write(`${describeAsk(id, question.question, question.ask).join('\n')}\n\n`)
  if (options.yes || answer === 'deny' || !process.stdin.isTTY || !process.stderr.isTTY) return true
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const said = await lines.question(`Approve ${chosen.length === 1 ? 'this' : `these ${chosen.length}`}? [y/N] `)
  lines.close()
  return /^y(es)?$/i.test(said.trim())
}

async function recordAnswer(record: OpenRecord, { id, run, question, repository }: Waiting, answer: 'approve' | 'deny', signer: AnswerSigner, options: AnswerOptions): Promise<void> {
  const { rollout } = await record.log.open(run)
  try {
    const signature = await signer.sign({ run, gate: question.gate, answer, ask: question.ask, note: options.reason })
    await rollout.append([{ type: 'approval.given', data: { gate: question.gate, by: signer.owner, answer, signature, via: 'command', ...(options.reason ? { note: options.reason } : {}) } }])
  } finally {
    await rollout.close()
  }
  process.stderr.write(`${id} ${answer === 'approve' ? 'approved' : 'denied'} by ${signer.owner}.\n`)
  if (!options.remember || answer !== 'approve') return
  if (!question.ask?.remember) {
    process.stderr.write(`${id} cannot be remembered: each time is another matter.\n`)
    return
  }
  const { openRemembered } = await import('../remembered.ts')
  const kept = await openRemembered(record.places).add({ root: repository, covers: question.ask.remember, by: signer.owner, at: new Date(record.clock.now()).toISOString() })
  process.stderr.write(`Remembered as ${kept.id}: ${describeRemembered(kept.covers)}. writ approvals forget ${kept.id} takes it back.\n`)
}

/** The answer resumes the run, unless other questions of it still wait. */
async function goOn(record: OpenRecord, runs: readonly string[], options: AnswerOptions): Promise<number> {
  let code: number = 0
  for (const run of runs) {
    const { state, events } = await readRun(record.log, await record.log.resolve(run))
    const left = waitingOf(await record.log.resolve(run), state, events)
    if (left.length > 0) {
      process.stderr.write(`${run} still waits for ${left.map((each) => each.id).join(', ')}.\n`)
      code = exitCodes.waiting
    } else if (options.resume === false) process.stderr.write(`Go on with: writ resume ${run}\n`)
    else {
      const { resumeCommand } = await import('./run.ts')
      code = await resumeCommand(run, {})
    }
  }
  return code
}
