import type { ModelReply, ReplyPart } from '../../protocol/conversation.ts'
import type { Candidate } from './candidate.ts'
import { applyEdits } from './candidate.ts'
import type { Survivor } from './search/filter.ts'
import type { SearchResult } from './search/search.ts'
import { findAncestor, findField, isFunction, walk } from './syntax/node.ts'
import type { SourceFile, SyntaxNode } from './syntax/node.ts'

export interface Found {
  readonly result: SearchResult
  readonly chosen: Survivor
  readonly file: SourceFile
  readonly targets: readonly string[]
  /** Where suspicion came from, as a half sentence. */
  readonly ground: string
  readonly durationMs: number
}

/** A mend as the edits and the `finish` of a solver. */
export function toReply(found: Found): ModelReply {
  const { chosen, file } = found
  const { candidate } = chosen.trial
  const where = findNameAround(file, candidate)
  const subject = `${capitalize(candidate.describes)}${where === undefined ? '' : ` in ${where}`}`
  const summary = subject.length > 100 ? `${subject.slice(0, 99)}…` : subject
  const confidence = rateConfidence(found)
  const before = file.text.split('\n')[candidate.line - 1]?.trim() ?? ''
  const others = found.result.alternatives.slice(0, 4).map((other) => `${other.trial.candidate.describes} (${other.trial.candidate.path}:${other.trial.candidate.line})`)
  const sentences = [
    `The fault is in ${candidate.path}:${candidate.line}${where === undefined ? '' : `, in ${where}`}: \`${before}\`.`,
    `It was suspected because ${found.ground}.`,
    `The mend: ${candidate.describes}. With it ${count(chosen.mended.length, 'failing test')} of ${found.targets.length} ${chosen.mended.length === 1 ? 'passes' : 'pass'}, and none that passed fails.`,
    `${count(found.result.tried, 'change')} ${found.result.tried === 1 ? 'was' : 'were'} tried.`,
    others.length === 0 ? 'No other change that was tried does the same.' : `The tests do not tell it apart from ${count(found.result.alternatives.length, 'other change')}: ${others.join('; ')}${found.result.alternatives.length > others.length ? '; …' : ''}.`,
  ]
  return reply([
    { type: 'text', text: sentences.join(' ') },
    { type: 'call', callId: 'r1', name: 'edit', input: { path: candidate.path, edits: toReplacements(file.text, candidate) } },
    { type: 'call', callId: 'r2', name: 'finish', input: { summary, confidence } },
  ], found.durationMs)
}

/** What was tried in vain. */
export function toFailure(options: { tests: readonly string[]; tried: number; places: readonly string[]; why: string; durationMs: number }): ModelReply {
  const places = options.places.length === 0 ? '' : ` The most suspect places: ${options.places.join(', ')}.`
  const text = `No one-place mend was found for ${count(options.tests.length, 'failing test')}: ${options.why}. ${count(options.tried, 'change')} ${options.tried === 1 ? 'was' : 'were'} tried.${places}`
  return reply([
    { type: 'text', text },
    { type: 'call', callId: 'r1', name: 'finish', input: { summary: `No mend found for ${count(options.tests.length, 'failing test')}`, confidence: 0, unfinished: [...options.tests] } },
  ], options.durationMs)
}

function reply(parts: ReplyPart[], durationMs: number): ModelReply {
  return {
    parts, finish: 'calls', costUsd: 0, servedBy: 'writ/repair', durationMs: Math.round(durationMs),
    usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  }
}

/**
 * High where few changes pass and they touch one line, low where the tests are content with changes all over.
 * A rule of thumb until it is calibrated against hidden tests.
 */
function rateConfidence({ result, chosen, targets }: Found): number {
  const { candidate } = chosen.trial
  const places = new Set(result.alternatives.map((other) => `${other.trial.candidate.path}:${other.trial.candidate.line}`))
  places.delete(`${candidate.path}:${candidate.line}`)
  const same = result.alternatives.length - places.size
  const guesses = /guard|return|default|constant|text|initial value/.test(candidate.kind) ? 0.12 : 0
  const shown = Math.min(0.1, 0.05 * (chosen.mended.length - 1))
  // Tests beside them that still fail may be another fault's, or say that the mend only humours some.
  const rest = chosen.mended.length < chosen.reachable ? -0.2 : chosen.mended.length < targets.length ? 0 : 0.03
  const rated = 0.82 - 0.07 * Math.min(6, places.size) - 0.02 * Math.min(5, same) - guesses + shown + rest
  return Math.round(Math.min(0.95, Math.max(0.2, rated)) * 100) / 100
}

/** Changes nearer to each other than this become one snippet: then it does not matter in which order snippets are applied. */
const joinedChars = 2000

/** Snippets that occur once in the file, widened line by line around each change. */
export function toReplacements(text: string, candidate: Pick<Candidate, 'edits'>): { find: string; replace: string }[] {
  const groups: { start: number; end: number }[] = []
  for (const edit of candidate.edits) {
    let [start, end] = widen(text, edit.start, edit.end)
    while (isRepeated(text, text.slice(start, end)) && (start > 0 || end < text.length)) [start, end] = widen(text, start - 1, end + 1)
    const last = groups.at(-1)
    if (last !== undefined && start <= last.end + joinedChars) last.end = Math.max(last.end, end)
    else groups.push({ start, end })
  }
  return groups.map(({ start, end }) => {
    const inside = candidate.edits.filter((edit) => edit.start >= start && edit.end <= end).map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    return { find: text.slice(start, end), replace: applyEdits(text.slice(start, end), inside) }
  })
}

/** To whole lines, without the last line's end; an empty line is widened further. */
function widen(text: string, from: number, to: number): [number, number] {
  let start = text.lastIndexOf('\n', Math.max(0, from) - 1) + 1
  // An edit that ends just behind a line's end needs no part of the next line.
  const inner = to > from && text[to - 1] === '\n' && to <= text.length ? to : Math.min(to, text.length)
  let end = text.indexOf('\n', inner)
  if (inner > from && text[inner - 1] === '\n') end = inner
  if (end === -1) end = text.length
  if (from < 0) start = 0
  return [start, end]
}

function isRepeated(text: string, snippet: string): boolean {
  return snippet.trim() === '' || text.indexOf(snippet) !== text.lastIndexOf(snippet)
}

function findNameAround(file: SourceFile, candidate: Candidate): string | undefined {
  const at = candidate.edits[0]?.start ?? 0
  let innermost: SyntaxNode = file.root
  walk(file.root, (node) => {
    if (node.start > at || node.end < at) return false
    innermost = node
    return undefined
  })
  const fn = isFunction(innermost) ? innermost : findAncestor(innermost, (node) => isFunction(node) && findField(node, 'name') !== undefined)
  const name = fn === undefined ? undefined : findField(fn, 'name')
  return name === undefined ? undefined : file.text.slice(name.start, name.end)
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
