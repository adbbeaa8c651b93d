import { toLines } from './lines.ts'
import { matchEdit } from './match-edit.ts'
import type { EditMatch } from './match-edit.ts'
import { findNearest } from './nearest-lines.ts'

export interface Edit {
  readonly find: string
  readonly replace: string
  readonly all?: boolean | undefined
}

export type EditOutcome =
  /** `notes` say where a match was not exact. */
  | { readonly ok: true; readonly content: string; readonly notes: readonly string[] }
  /** What was wrong with which edit, and what to send instead. Nothing is to be written. */
  | { readonly ok: false; readonly problem: string }

/**
 * Makes several edits one after another, each on the result of those before it: all of them or none.
 * `unseen`: the model has not read the file, so each `find` must match exactly, at one place.
 */
export function applyEdits(original: string, edits: readonly Edit[], options: { unseen: boolean }): EditOutcome {
  let content = original
  const notes: string[] = []
  for (const [index, edit] of edits.entries()) {
    const label = edits.length === 1 ? '' : `edit ${index + 1} of ${edits.length}: `
    const refusal = findRefusal(edit)
    if (refusal !== undefined) return { ok: false, problem: label + refusal }
    const match = matchEdit(content, { find: edit.find, replace: edit.replace, all: edit.all === true && !options.unseen })
    if (match.kind !== 'found') return { ok: false, problem: label + explain(match, edit, content, content === original ? undefined : original) }
    if (options.unseen && match.way !== 'exact') {
      return { ok: false, problem: `${label}find matches only with other ${match.way}, and you have not read this file. Read it, then edit.` }
    }
    const before = content
    for (const splice of match.splices.toReversed()) content = content.slice(0, splice.start) + splice.text + content.slice(splice.end)
    if (content === before) return { ok: false, problem: `${label}it changes nothing: the file already reads so.` }
    if (match.way !== 'exact') notes.push(`${label}matched with other ${match.way}; the file's own were kept.`)
  }
  if (content === original) return { ok: false, problem: 'the edits together change nothing.' }
  return { ok: true, content, notes }
}

function findRefusal(edit: Edit): string | undefined {
  if (edit.find === '') return 'find is empty. To insert, find a neighbouring line and repeat it in replace; to write a whole file, use write.'
  if (edit.find === edit.replace) return 'find and replace are the same; nothing to do.'
  return undefined
}

function explain(match: Exclude<EditMatch, { kind: 'found' }>, edit: Edit, content: string, original: string | undefined): string {
  if (match.kind === 'ambiguous') {
    const count = match.more ? `${match.lines.length} or more` : String(match.lines.length)
    const how = match.way === 'exact' ? '' : `, all with other ${match.way}`
    const after = original === undefined ? '' : ' (counted after the edits before it)'
    const all = match.way === 'exact' ? ', or set all: true' : ''
    return `find matches ${count} places${how}: lines ${toList(match.lines)}${after}. Add neighbouring lines until one is meant${all}.`
  }
  return explainMiss(edit, original ?? content, content)
}

function toList(lines: readonly number[]): string {
  const shown = lines.slice(0, 20).join(', ')
  return lines.length > 20 ? `${shown}, …` : shown
}

function explainMiss(edit: Edit, shown: string, content: string): string {
  const wanted = edit.find.replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n')
  if (wanted.every((line) => /^ *\d+\t/.test(line))) return 'no match: find has the line numbers that read shows; leave them and the tab out.'
  const hints: string[] = []
  if (shown !== content && matchEdit(shown, { ...edit, all: false }).kind !== 'missing') hints.push('An earlier edit of this call has changed that text; join the two.')
  const done = edit.replace.trim().length > 8 ? content.indexOf(edit.replace.trim()) : -1
  if (done !== -1) hints.push(`The replacement is already there, at line ${content.slice(0, done).split('\n').length}.`)
  const near = findNearest(toLines(shown).map((line) => line.text), wanted)
  if (near === undefined) return ['no match, and nothing in the file resembles it.', ...hints, 'Search for it or read the file.'].join(' ')
  const first = `no match. Nearest, lines ${near.first}-${near.last}:\n${near.text}\n`
  return first + [near.difference, ...hints, 'Send it again with the text as the file has it.'].filter((part) => part !== '').join(' ')
}
