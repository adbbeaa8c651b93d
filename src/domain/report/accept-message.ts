import type { RunState } from '../run-state.ts'
import { accountCommit } from './build-report.ts'
import { toLines } from './words.ts'

const mostSubjects = 100
const mostSubject = 72

/**
 * The message of the one commit that a result becomes (a squash, or a merge): what the run's own commits say, the whole
 * goal, and the trailers by which the record and what attests it are found again.
 */
export function toAcceptMessage(state: RunState, attestation?: string): string {
  const goal = toLines(state.contract?.goal ?? state.opened?.draft.goal ?? '').join('\n').trim()
  const commits = state.commits.map((made) => accountCommit(made, goal))
  const [only] = commits
  const first = goal.split('\n')[0] ?? ''
  const subject = cut((commits.length === 1 ? only?.subject : first) || first || 'Result of a run')
  const said = commits.length === 1 ? [only?.why ?? ''] : [commits.slice(0, mostSubjects).map((each) => `- ${each.subject}`).join('\n'), commits.length > mostSubjects ? `and ${commits.length - mostSubjects} more` : '']
  const why = subject === goal ? [] : [goal.includes('\n') ? `Goal:\n\n${goal}` : `Goal: ${goal}`]
  const trailers = [...(state.run ? [`Writ-Run: ${state.run}`] : []), ...(state.contractHash ? [`Writ-Contract: ${state.contractHash}`] : []), ...(attestation ? [`Writ-Attestation: sha256:${attestation}`] : [])]
  return `${[subject, ...said, ...why, trailers.join('\n')].filter((part) => part !== '').join('\n\n')}\n`
}

/** At a word's end where there is one. */
function cut(text: string): string {
  if (text.length <= mostSubject) return text
  const head = text.slice(0, mostSubject - 1)
  const space = head.lastIndexOf(' ')
  return `${space > mostSubject / 2 ? head.slice(0, space) : head}…`
}
