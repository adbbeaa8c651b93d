import type { RunState } from '../run-state.ts'
import { toShortCommit } from './short-id.ts'
import { count, toLine } from './words.ts'

/** Longest story, in characters, and longest single part of it. */
const longest = 8000
const longestPart = 600
const mostCommits = 20
const mostSaid = 4

/**
 * What a fork's solver is told of the run that it goes on from: facts of the log, no transcript. Another provider could not
 * read the transcript's opaque parts, and a fresh look is what a fork is for.
 */
export function tellForkStory(state: RunState): string {
  const lines = ['Another run worked on this goal before. The files are as it had left them at that point; nothing of its conversation is known here. Look for yourself what holds.']
  if (state.commits.length > 0) {
    lines.push(`It had made ${count(state.commits.length, 'commit')} (they are part of the files now, not of the history that you see):`)
    for (const { message, files } of state.commits.slice(-mostCommits)) {
      const stat = files.slice(0, 8).map((file) => `${file.path} +${file.added} -${file.removed}`).join(', ')
      lines.push(`- ${toLine(message.split('\n')[0] ?? '', 200)}: ${stat}${files.length > 8 ? ` and ${count(files.length - 8, 'more file')}` : ''}`)
    }
  }
  const open = state.tree !== state.committedTree
  if (open) lines.push('It had changes in the files that it had not committed.')
  const finished = [...state.tasks].flatMap(([id, status]) => (status === 'finished' ? [state.plan?.tasks.find((task) => task.id === id)?.title ?? id] : []))
  if (finished.length > 0) lines.push(`Tasks that it called finished: ${finished.map((title) => toLine(title, 120)).join('; ')}`)
  if (state.proof && state.proof.verdict !== 'proven') lines.push(`The last proof of its commit ${toShortCommit(state.proof.commit)} was refused: ${state.proof.reasons.map((reason) => toLine(reason, 300)).join('; ')}`)
  const said = state.messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).slice(-mostSaid)
  if (said.length > 0) lines.push('What it was told last by the harness:', ...said.map((text) => `- ${toLine(text, longestPart)}`))
  const words = state.messages.findLast((message) => message.role === 'assistant')?.parts.flatMap((part) => (part.type === 'text' && part.text.trim() !== '' ? [part.text] : []))
  if (words && words.length > 0) lines.push(`Its own last words, which nobody has checked: ${toLine(words.join(' '), longestPart)}`)
  return lines.join('\n').slice(0, longest)
}
