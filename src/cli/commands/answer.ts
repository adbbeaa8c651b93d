import { describeAsk } from '../../domain/approval/describe-ask.ts'
import { judgeAnswerer } from '../../domain/approval/judge-answerer.ts'
import { describeRemembered } from '../../domain/approval/remembered.ts'
import { explainGone, findWaiting, type Waiting } from '../../domain/approval/waiting.ts'
import { fold } from '../../domain/evolve.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { askYes } from '../ask-yes.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { reportFailure } from '../failure.ts'
import { requirePerson, whileOwning } from '../person.ts'
import { requireAllowed } from '../require-allowed.ts'
import { getRun, readRun } from '../read-run.ts'
import { openAnswerSigner, type AnswerSigner } from '../sign-answer.ts'
import { findWaitingOf, getWaiting, listWaiting } from '../waiting.ts'

export interface AnswerOptions {
  readonly allOf?: string
  readonly reason?: string
  readonly remember?: boolean
  /** Number of the choice that a yes takes. */
  readonly choose?: number
  readonly resume?: boolean
  readonly yes?: boolean
  readonly repo?: string
}

type Said = 'approve' | 'deny'

/**
 * `writ approve` and `writ reject` of questions: the answers are signed and recorded, then their runs go on in this process, one
 * after the other. All of them are looked at before the first is recorded.
 */
export async function answerCommand(said: Said, words: readonly string[], options: AnswerOptions): Promise<number> {
  requirePerson('answers are given')
  const record = await openRecord()
  const all = await choose(record, words, options)
  const signer = await openAnswerSigner(record)
  const chosen = options.allOf === undefined ? all : requireSomeOwn(all, signer.owner, record.clock.now())
  for (const each of chosen) requireRememberable(each, options)
  requireChoosable(chosen, options)
  for (const each of chosen) requireOwn(each, signer.owner, record.clock.now())
  await requireAllowed(record, chosen, signer.owner)
  if (!(await confirm(chosen, said, options))) {
    process.stderr.write('Nothing was answered.\n')
    return exitCodes.waiting
  }
  // What came between (an answer from elsewhere, a process that took the run up) keeps none of the others from being answered.
  const codes: number[] = []
  const answered = new Set<RunId>()
  for (const each of chosen) {
    codes.push(await tryOne(async () => {
      await recordAnswer(record, each, said, signer, options)
      answered.add(each.run)
      return 0
    }))
  }
  for (const run of answered) codes.push(await tryOne(() => goOn(record, run, options)))
  return codes.find((code) => code !== 0) ?? 0
}

/** Of a batch, what fails is told, and the others are gone on with. Gives the exit code. */
async function tryOne(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'cancelled') throw error
    return reportFailure(error)
  }
}

async function choose(record: OpenRecord, words: readonly string[], { allOf, repo }: AnswerOptions): Promise<readonly Waiting[]> {
  if (allOf !== undefined) {
    if (words.length > 0) throw new Fault('request-invalid', '--all-of answers every question of a run: leave the ids out, or answer them alone')
    const run = await getRun(record.log, allOf, { repo })
    const all = await findWaitingOf(record, run)
    const { state } = await readRun(record.log, run)
    if (all.length === 0) throw new Fault('request-invalid', `${run} waits for nothing${state.ended ? `: it has ended (${state.ended.reason})` : ''}; writ approvals lists what does`)
    return all
  }
  if (words.length === 0) throw new Fault('request-invalid', 'say what to answer: an id from writ approvals, or --all-of RUN')
  const list = await listWaiting(record)
  for (const each of list.unread) process.stderr.write(`writ: ${each}\n`)
  const chosen = new Map<string, Waiting>()
  for (const word of words) {
    const found = await getWaiting(record, list, word)
    chosen.set(found.id, found)
  }
  return [...chosen.values()]
}

/** Of all that a run asks, what this person may answer now; the others are named. @throws Fault `request-invalid` where there is none. */
function requireSomeOwn(all: readonly Waiting[], who: string, now: number): readonly Waiting[] {
  const judged = all.map((each) => ({ each, why: whyNot(each, who, now) }))
  const own = judged.flatMap(({ each, why }) => (why === undefined ? [each] : []))
  const others = judged.flatMap(({ why }) => (why === undefined ? [] : [why]))
  if (own.length === 0) throw new Fault('request-invalid', others.join('\nwrit: '))
  for (const why of others) process.stderr.write(`writ: ${why}\n`)
  return own
}

function requireRememberable({ id, question }: Waiting, { remember }: AnswerOptions): void {
  if (remember && !question.ask?.remember) throw new Fault('request-invalid', `${id} cannot be remembered: each time is another matter. Answer it without --remember`)
}

/** A choice names one of what one question offers. @throws Fault `request-invalid`. */
function requireChoosable(chosen: readonly Waiting[], { choose }: AnswerOptions): void {
  if (choose === undefined) return
  const [one, ...others] = chosen
  if (one === undefined || others.length > 0) throw new Fault('request-invalid', '--choose answers one question: name its id alone')
  const choices = one.question.ask?.choices ?? []
  if (choices.length === 0) throw new Fault('request-invalid', `${one.id} has nothing to choose from. Answer it without --choose`)
  if (choose < 1 || choose > choices.length) throw new Fault('request-invalid', `${one.id} offers 1 to ${choices.length}:\n${choices.map((each, at) => `  ${at + 1}. ${each}`).join('\n')}`)
}

/** May this person answer it now? @throws Fault `request-invalid` with who may, or when. */
function requireOwn(waiting: Waiting, who: string, now: number): void {
  const why = whyNot(waiting, who, now)
  if (why !== undefined) throw new Fault('request-invalid', why)
}

function whyNot({ id, run, question, askedAt }: Waiting, who: string, now: number): string | undefined {
  if (question.inDoubt) return `${id} is about a call that was cut off and may have happened. Look there first; then: writ resume ${run} --in-doubt repeat, or --in-doubt skip`
  const judged = question.ask && judgeAnswerer(question.ask, who, askedAt, now)
  return judged && !judged.ok ? `${id} cannot be answered by you now: ${judged.why}` : undefined
}

/** On a terminal the question is shown and asked about once more; elsewhere the command itself is the word. */
async function confirm(chosen: readonly Waiting[], said: Said, { yes }: AnswerOptions): Promise<boolean> {
  for (const { id, question } of chosen) process.stderr.write(`${describeAsk(id, question.question, question.ask).join('\n')}\n\n`)
  if (yes || said === 'deny' || !process.stdin.isTTY || !process.stderr.isTTY) return true
  return askYes(`Approve ${chosen.length === 1 ? 'this' : `these ${chosen.length}`}? [y/N] `)
}

/** What was read before may be old by now: it is looked at again by whoever owns the record, and then nothing comes between. */
async function recordAnswer(record: OpenRecord, { id, run, question, repository }: Waiting, said: Said, signer: AnswerSigner, { reason, remember, choose }: AnswerOptions): Promise<void> {
  // The first is what a plain yes takes.
  const other = choose === 1 ? undefined : choose
  await whileOwning(record, run, async (rollout) => {
    const state = fold(rollout.events)
    const now = findWaiting(state, rollout.events).find((each) => each.id === id)
    if (!now) throw new Fault('request-invalid', `${id} ${explainGone(state, rollout.events, id) ?? `is not asked by ${run} any more`}`)
    requireOwn(now, signer.owner, record.clock.now())
    const { gate, ask } = now.question
    const signature = await signer.sign({ run, gate, answer: said, ask, note: reason, choose: other })
    await rollout.append([{ type: 'approval.given', data: { gate, by: signer.owner, answer: said, signature, via: 'command', ...(other === undefined ? {} : { choose: other }), ...(reason ? { note: reason } : {}) } }])
  })
  process.stderr.write(`${id} is ${said === 'approve' ? 'approved' : 'denied'} by ${signer.owner}${other === undefined ? '' : `, with choice ${other}`}.\n`)
  if (!remember || said !== 'approve' || !question.ask?.remember) return
  const { openRemembered } = await import('../remembered.ts')
  const kept = await openRemembered(record.places).add({ root: repository, covers: question.ask.remember, by: signer.owner, at: new Date(record.clock.now()).toISOString() })
  process.stderr.write(`Remembered as ${kept.id}: ${describeRemembered(kept.covers)}. writ approvals forget ${kept.id} takes it back.\n`)
}

/** The answer resumes the run, unless other questions of it still wait. Gives the exit code. */
async function goOn(record: OpenRecord, run: RunId, { resume }: AnswerOptions): Promise<number> {
  const { state, events } = await readRun(record.log, run)
  const left = findWaiting(state, events)
  if (left.length > 0) {
    process.stderr.write(`${run} still waits for ${left.map((each) => each.id).join(', ')}.\n`)
    return exitCodes.waiting
  }
  if (resume === false) {
    process.stderr.write(`Go on with: writ resume ${run}\n`)
    return 0
  }
  const { resumeCommand } = await import('./run.ts')
  return resumeCommand(run, {})
}
