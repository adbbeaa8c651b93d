import type { RunState } from '../run-state.ts'

/**
 * A message that says why: the solver's own summary of the task, the goal it serves, and trailers by which the record is
 * found again.
 */
export function commitMessage(state: RunState): { message: string; trailers: readonly string[] } {
  const goal = state.contract?.goal ?? ''
  const summary = (state.finish?.summary ?? '').trim()
  const [first = '', ...rest] = (summary || state.active?.title || 'Work in progress').split('\n')
  const subject = cut(first.trim().replace(/[.\s]+$/, ''), 72)
  const body = [first.trim().length > 72 ? first.trim() : '', rest.join('\n').trim()].filter(Boolean)
  const why = oneLine(goal) === oneLine(summary) ? [] : [`Goal: ${cut(oneLine(goal), 500)}`]
  const mended = (state.active?.tests ?? []).slice(0, 10).map((name) => `- ${name}`)
  const about = mended.length > 0 ? [`Failing before:\n${mended.join('\n')}`] : []
  return {
    message: [subject, ...body, ...why, ...about].join('\n\n'),
    trailers: [`Writ-Run: ${state.run ?? ''}`, `Writ-Contract: ${state.contractHash ?? ''}`],
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** At a word's end where there is one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const head = text.slice(0, most - 1)
  const space = head.lastIndexOf(' ')
  return `${space > most / 2 ? head.slice(0, space) : head}…`
}
