import type { Ask, ApproverStep } from '../../protocol/policy.ts'

export function describeApprovers(steps: readonly ApproverStep[]): string {
  return steps.length === 0 ? 'anybody whose key counts' : steps.map((step) => (step.deputies.length > 0 ? `${step.who} (or ${step.deputies.join(', ')})` : step.who)).join(', then ')
}

/** All that a person is shown of a question, as lines. */
export function describeAsk(id: string, question: string, ask: Ask | undefined): string[] {
  if (!ask) return [`${id}  ${question}`]
  return [
    `${id}  ${ask.does}`,
    ...(ask.why ? [`  the solver says   ${oneLine(ask.why)}`] : []),
    `  asked because     ${oneLine(question)}`,
    `  rules             ${ask.rules.join(', ')}`,
    `  risk              ${ask.risk}`,
    `  undo              ${ask.undo}`,
    `  who may answer    ${describeApprovers(ask.approvers)}`,
    `  until             ${ask.expiresAt}`,
    ...(ask.shows ? ['', ...ask.shows.split('\n').map((line) => `    ${line}`)] : []),
  ]
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 400 ? `${line.slice(0, 399)}…` : line
}
