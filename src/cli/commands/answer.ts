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
import { requirePerson, whileOwning } from '../person.ts'
import { requireAllowed } from '../require-allowed.ts'
import { getRun, readRun } from '../read-run.ts'
import { openAnswerSigner, type AnswerSigner } from '../sign-answer.ts'
import { getWaiting, listWaiting } from '../waiting.ts'

export interface AnswerOptions {
  readonly allOf?: string
  readonly reason?: string
  readonly remember?: boolean
  readonly resume?: boolean
  readonly yes?: boolean
  readonly repo?: string
}

type Said = 'approve' | 'deny'

/** `writ approve` and `writ reject` of questions: the answer is signed and recorded, then the run goes on in this process. */
export async function answerCommand(said: Said, words: readonly string[], options: AnswerOptions): Promise<number> {
  requirePerson('answers are given')
  const record = await openRecord()
  const chosen = await choose(record, words, options)
  const signer = await openAnswerSigner(record)
  for (const each of chosen) requireRememberable(each, options)
  for (const each of chosen) requireOwn(each, signer.owner, record.clock.now())
  await requireAllowed(record, chosen, signer.owner)
  if (!(await confirm(chosen, said, options))) {
    process.stderr.write('Nothing was answered.\n')
    return exitCodes.waiting
  }
  for (const each of chosen) await recordAnswer(record, each, said, signer, options)
  return goOn(record, [...new Set(chosen.map((each) => each.run))], options)
}

async function choose(record: OpenRecord, words: readonly string[], { allOf, repo }: AnswerOptions): Promise<readonly Waiting[]> {
  if (allOf !== undefined) {
    if (words.length > 0) throw new Fault('request-invalid', '--all-of answers every question of a run: leave the ids out, or answer them alone')
    const run = await getRun(record.log, allOf, { repo })
    const { state, events } = await readRun(record.log, run)
    const all = findWaiting(state, events)
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

function requireRememberable({ id, question }: Waiting, { remember }: AnswerOptions): void {
  if (remember && !question.ask?.remember) throw new Fault('request-invalid', `${id} cannot be remembered: each time is another matter. Answer it without --remember`)
}

/** May this person answer it now? @throws Fault `request-invalid` with who may, or when. */
function requireOwn({ id, run, question, askedAt }: Waiting, who: string, now: number): void {
  if (question.inDoubt) throw new Fault('request-invalid', `${id} is about a call that was cut off and may have happened. Look there first; then: writ resume ${run} --in-doubt repeat, or --in-doubt skip`)
  if (!question.ask) return
  const judged = judgeAnswerer(question.ask, who, askedAt, now)
  if (!judged.ok) throw new Fault('request-invalid', `${id} cannot be answered by you now: ${judged.why}`)
}

/** On a terminal the question is shown and asked about once more; elsewhere the command itself is the word. */
async function confirm(chosen: readonly Waiting[], said: Said, { yes }: AnswerOptions): Promise<boolean> {
  for (const { id, question } of chosen) process.stderr.write(`${describeAsk(id, question.question, question.ask).join('\n')}\n\n`)
  if (yes || said === 'deny' || !process.stdin.isTTY || !process.stderr.isTTY) return true
  return askYes(`Approve ${chosen.length === 1 ? 'this' : `these ${chosen.length}`}? [y/N] `)
}

/** What was read before may be old by now: it is looked at again by whoever owns the record, and then nothing comes between. */
async function recordAnswer(record: OpenRecord, { id, run, question, repository }: Waiting, said: Said, signer: AnswerSigner, { reason, remember }: AnswerOptions): Promise<void> {
  await whileOwning(record, run, async (rollout) => {
    const state = fold(rollout.events)
    const now = findWaiting(state, rollout.events).find((each) => each.id === id)
    if (!now) throw new Fault('request-invalid', `${id} ${explainGone(state, rollout.events, id) ?? `is not asked by ${run} any more`}`)
    requireOwn(now, signer.owner, record.clock.now())
    const { gate, ask } = now.question
    const signature = await signer.sign({ run, gate, answer: said, ask, note: reason })
    await rollout.append([{ type: 'approval.given', data: { gate, by: signer.owner, answer: said, signature, via: 'command', ...(reason ? { note: reason } : {}) } }])
  })
  process.stderr.write(`${id} is ${said === 'approve' ? 'approved' : 'denied'} by ${signer.owner}.\n`)
  if (!remember || said !== 'approve' || !question.ask?.remember) return
  const { openRemembered } = await import('../remembered.ts')
  const kept = await openRemembered(record.places).add({ root: repository, covers: question.ask.remember, by: signer.owner, at: new Date(record.clock.now()).toISOString() })
  process.stderr.write(`Remembered as ${kept.id}: ${describeRemembered(kept.covers)}. writ approvals forget ${kept.id} takes it back.\n`)
}

/** The answer resumes the run, unless other questions of it still wait. */
async function goOn(record: OpenRecord, runs: readonly RunId[], { resume }: AnswerOptions): Promise<number> {
  let code: number = 0
  for (const run of runs) {
    const { state, events } = await readRun(record.log, run)
    const left = findWaiting(state, events)
    if (left.length > 0) {
      process.stderr.write(`${run} still waits for ${left.map((each) => each.id).join(', ')}.\n`)
      code = exitCodes.waiting
    } else if (resume === false) process.stderr.write(`Go on with: writ resume ${run}\n`)
    else {
      const { resumeCommand } = await import('./run.ts')
      code = await resumeCommand(run, {})
    }
  }
  return code
}
