import { judgeAnswerer } from '../domain/approval/judge-answerer.ts'
import { toApprovalId } from '../domain/approval/answer.ts'
import { describeAsk } from '../domain/approval/describe-ask.ts'
import { isRemembered } from '../domain/approval/remembered.ts'
import type { Answer, Approver, Question } from '../engine/ports/approver.ts'
import { RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'
import { askOne, describeOffered } from './ask-one.ts'
import type { InDoubt } from './console.ts'

export interface ApproverOptions {
  readonly record: OpenRecord
  readonly run: () => string
  readonly repository: () => string
  readonly yes: boolean
  readonly inDoubt?: InDoubt
  /** Holds the live view while somebody is asked, until what it returns is called. */
  readonly hold: () => () => void
}

/**
 * Answers at once where an answer is to be had: by an option, from what was remembered, from whoever sits at the terminal. Every
 * answer is signed with the key of the person whose it is.
 */
export function createApprover(options: ApproverOptions): Approver {
  return {
    ask: async (questions, signal) => {
      const { openAnswerSigner } = await import('./sign-answer.ts')
      const signer = await openAnswerSigner(options.record)
      const answers = new Map<string, Answer>()
      const give = async ({ gate, ask }: Question, answer: Answer['answer'], via: NonNullable<Answer['via']>, note?: string): Promise<void> => {
        const signature = await signer.sign({ run: options.run(), gate, answer, ask, note })
        answers.set(gate, { answer, by: signer.owner, via, signature, ...(note ? { note } : {}) })
      }
      const { openRemembered } = await import('./remembered.ts')
      const known = await openRemembered(options.record.places).list(options.repository())
      const now = options.record.clock.now()
      const mayAnswer = await openJudge(options, signer.owner)
      for (const question of questions) {
        if (question.inDoubt) {
          if (options.inDoubt === 'skip' || (options.inDoubt && mayAnswer(question, now))) await give(question, options.inDoubt === 'repeat' ? 'approve' : 'deny', 'option', `--in-doubt ${options.inDoubt}`)
          continue
        }
        const held = question.ask?.remember && known.find((each) => question.about && isRemembered(each.covers, question.about))
        if (held && mayAnswer(question, now)) await give(question, 'approve', 'remembered', `remembered as ${held.id}`)
        // A general yes must not repeat what may have happened already.
        else if (options.yes && mayAnswer(question, now)) await give(question, 'approve', 'option', '--yes')
      }
      const open = questions.filter(({ gate }) => !answers.has(gate))
      if (open.length > 0 && process.stdin.isTTY && process.stderr.isTTY) await askHere({ ...options, mayAnswer, who: signer.owner }, open, signal, give)
      return answers
    },
  }
}

type MayAnswer = (question: Question, now: number) => boolean

/** May this person say yes, by the question and by the rules? Each rule that keeps them from it is told once. */
async function openJudge(options: ApproverOptions, who: string): Promise<MayAnswer> {
  const run = RunId.parse(options.run())
  const { findAgainst } = await import('./require-allowed.ts')
  const against = await findAgainst(options.record, run, who)
  const told = new Set<string>()
  return ({ ask, askedAt, gate }, now) => {
    if (ask !== undefined && !judgeAnswerer(ask, who, askedAt, now).ok) return false
    const why = against(toApprovalId(run, gate), ask)
    if (why === undefined) return true
    if (!told.has(why)) {
      const release = options.hold()
      process.stderr.write(`writ: ${why}\n`)
      release()
    }
    told.add(why)
    return false
  }
}

/** All questions of a turn are shown together, then answered one by one, or all at once. */
async function askHere(options: ApproverOptions & { readonly mayAnswer: MayAnswer; readonly who: string }, open: readonly Question[], signal: AbortSignal, give: (question: Question, answer: Answer['answer'], via: 'terminal', note?: string) => Promise<void>): Promise<void> {
  const release = options.hold()
  const now = options.record.clock.now()
  const { mayAnswer, who } = options
  const mine = open.filter((question) => mayAnswer(question, now))
  for (const question of open) process.stderr.write(`\n${describeAsk(toApprovalId(options.run(), question.gate), question.text, question.ask).join('\n')}\n`)
  if (mine.length < open.length) process.stderr.write(`\n${open.length - mine.length} of these are not yours to answer.\n`)
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // The terminal gives Ctrl-C to whoever reads from it: it means here what it means everywhere else in a run.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    let all: Answer['answer'] | undefined
    for (const [n, question] of mine.entries()) {
      const offered = `yn${mine.length > 1 ? 'a' : ''}${question.ask?.remember ? 'r' : ''}l`
      const said = all ? '' : await askOne({ lines, prompt: `\n${mine.length > 1 ? `${n + 1} of ${mine.length}: ` : ''}Approve ${toApprovalId(options.run(), question.gate)}? ${describeOffered(offered)}: `, offered, signal })
      if (said === undefined || said === 'l') return
      if (said === 'a') all = 'approve'
      if (!mayAnswer(question, options.record.clock.now())) {
        process.stderr.write('It expired while it was looked at; writ resume asks it again.\n')
        continue
      }
      const remember = said === 'r' ? question.ask?.remember : undefined
      const answer = all ?? (said === 'y' || remember ? 'approve' : 'deny')
      if (remember) {
        const { openRemembered } = await import('./remembered.ts')
        const entry = await openRemembered(options.record.places).add({ root: options.repository(), covers: remember, by: who, at: new Date().toISOString() })
        process.stderr.write(`Remembered as ${entry.id}; writ approvals forget ${entry.id} takes it back.\n`)
      }
      await give(question, answer, 'terminal')
    }
  } finally {
    lines.close()
    release()
  }
}
