import type { Ask, ApproverStep } from '../../protocol/policy.ts'
import { toVisible } from '../text/visible.ts'
import { describeRemembered } from './remembered.ts'

export function describeApprovers(steps: readonly ApproverStep[]): string {
  return steps.length === 0 ? 'anybody whose key counts' : steps.map((step) => (step.deputies.length > 0 ? `${step.who} (or ${step.deputies.join(', ')})` : step.who)).join(', then ')
}

/** What stands over the text that is shown: a person is given what is new, not all of it again. */
const shown: Record<Ask['kind'], string> = {
  call: 'In full:', integrate: 'Changed since your last approval, or since nothing needed one:', amend: 'In the contract:', quarantine: 'Sealed away:',
  plan: 'The plan, or what is new in it since your last yes:', milestone: 'Reached:',
}

/** Whether a task begins, or is tried once more, is asked about without a change to look at. */
function toHeading({ kind, shows }: Ask): string {
  return kind === 'integrate' && !/^diff --git /m.test(shows) ? 'In full:' : shown[kind]
}

/** All that a person is shown of a question, as lines. Nothing in it can hide: what is not to be seen is written out. */
export function describeAsk(id: string, question: string, ask: Ask | undefined): string[] {
  if (!ask) return [`${id}  ${oneLine(question, 3000)}`]
  return [
    `${id}  ${oneLine(ask.does, 1000)}`,
    ...(ask.why ? [`  the solver says   ${oneLine(ask.why, 400)}`] : []),
    `  asked because     ${oneLine(ask.reason ?? question, 1000)}`,
    `  rules             ${ask.rules.length === 0 ? 'none is named' : oneLine(ask.rules.join(', '), 400)}`,
    `  risk              ${ask.risk}`,
    `  undo              ${oneLine(ask.undo, 400)}`,
    `  who may answer    ${oneLine(describeApprovers(ask.approvers), 400)}`,
    `  until             ${ask.expiresAt}`,
    ...(ask.remember ? [`  --remember        ${oneLine(describeRemembered(ask.remember), 400)}`] : []),
    ...(ask.shows ? ['', `  ${toHeading(ask)}`, ...toVisible(ask.shows).split('\n').map((line) => `    ${line}`)] : []),
  ]
}

function oneLine(text: string, most: number): string {
  const line = toVisible(text).replaceAll(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
