import type { ModelReply, ReplyPart } from '../../protocol/conversation.ts'
import type { RepairJudgement, RepairOption } from '../../protocol/repair.ts'
import { describeRepair } from '../../domain/report/describe-repair.ts'
import { count } from '../../domain/report/words.ts'
import type { Candidate } from './candidate.ts'
import { applyEdits } from './candidate.ts'
import { findLoopRows } from './localise/loops.ts'
import type { Judgement } from './judge/judge.ts'
import type { Clues } from './localise/clues.ts'
import type { Project } from './project.ts'
import type { Survivor } from './search/filter.ts'
import type { SearchResult } from './search/search.ts'
import { findAncestor, findField, isFunction, walk } from './syntax/node.ts'
import type { SourceFile, SyntaxNode } from './syntax/node.ts'

/** Most ways to mend a fault that a person is given to choose from, and most changes that are named as the same as one. */
const mostOptions = 6
const mostSame = 5

/** How many tests run the function around a place, of how many. */
export interface Ran {
  readonly failing: number
  readonly ofFailing: number
  readonly passing: number
  readonly ofPassing: number
}

/** All that was found out, in the words and shapes that the record and people get. */
export function explainMend(found: { task: string; /** Milliseconds. */ searchMs: number; result: SearchResult; judgement: Judgement; project: Project; targets: readonly string[]; clues: Clues; first: RepairJudgement['first']; ran: Ran | undefined }): RepairJudgement {
  const { judgement, project, result } = found
  const options = judgement.clusters.slice(0, mostOptions).flatMap(({ members }, at) => toOption(at + 1, members, project) ?? [])
  const candidate = judgement.clusters[0]?.members[0]?.trial.candidate
  const file = candidate === undefined ? undefined : project.sources.get(candidate.path)
  if (candidate === undefined || file === undefined) throw new Error('a judgement is about at least one change')
  const within = findNameAround(file, candidate)
  const shown = judgement.difference?.shows.filter(({ option }) => option <= mostOptions)
  return {
    task: found.task, sure: judgement.sure, confidence: judgement.confidence, why: [...judgement.why],
    fault: { path: candidate.path, line: candidate.line, ...(within === undefined ? {} : { within }), code: lineOf(file.text, candidate.line), because: findGrounds(found.clues, candidate, within, found) },
    options,
    ...(judgement.difference && shown ? { difference: { ...judgement.difference, shows: shown } } : {}),
    tried: result.tried, plausible: Math.max(1, result.plausible.length), inputs: judgement.inputs, strength: judgement.strength, spent: { searchMs: Math.round(found.searchMs), compareMs: Math.round(judgement.spent.compareMs), strengthMs: Math.round(judgement.spent.strengthMs) },
    ...(judgement.test === undefined ? {} : { test: judgement.test }),
    ...(found.first === undefined ? {} : { first: found.first }),
  }
}

function toOption(number: number, members: readonly Survivor[], project: Project): RepairOption | undefined {
  const [head, ...others] = members
  const file = head === undefined ? undefined : project.sources.get(head.trial.candidate.path)
  if (head === undefined || file === undefined) return undefined
  const { candidate, text } = head.trial
  const [before, after] = changedLines(file.text, text)
  return {
    number, describes: candidate.describes, path: candidate.path, line: candidate.line, before, after, edits: toReplacements(file.text, candidate),
    same: others.slice(0, mostSame).map(({ trial }) => `${trial.candidate.describes} (${trial.candidate.path}:${trial.candidate.line})`),
  }
}

/** The lines that differ, from the first to the last, cut short. */
function changedLines(before: string, after: string): [string, string] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++
  let tail = 0
  while (tail < Math.min(old.length, now.length) - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++
  const cut = (lines: readonly string[]): string => lines.slice(head, lines.length - tail).join('\n').slice(0, 1000)
  return [cut(old), cut(now)]
}

/** Why this place was suspected, a half sentence for each kind of evidence. */
function findGrounds({ evidence, recent, findings, endless = [] }: Clues, candidate: Candidate, within: string | undefined, { targets, ran, project }: { targets: readonly string[]; ran: Ran | undefined; project: Project }): string[] {
  const frame = evidence.frames.find((one) => one.path === candidate.path && Math.abs(one.line - candidate.line) <= 2)
  const stuck = endless.flat().find((one) => one.path === candidate.path && findLoopRows([...project.sources.values()], one).includes(candidate.line - 1))
  const isHere = ({ path, from, to }: { path: string; from: number; to: number }): boolean => path === candidate.path && from <= candidate.line && to >= candidate.line
  const came = recent.find(isHere)
  const finding = findings.find(({ path, line }) => isHere({ path, from: line, to: line }))
  const short = within?.split('.').at(-1) ?? ''
  const named = short.length > 2 && evidence.failing.some((test) => `${test.name} ${test.message ?? ''}`.includes(short))
  const tests = `the failing ${targets.length === 1 ? 'test' : 'tests'}`
  return [
    ran === undefined
      ? `${tests} ${targets.length === 1 ? 'imports' : 'import'} it`
      : `${ran.ofFailing === 1 ? 'the failing test runs it' : `${ran.failing} of ${count(ran.ofFailing, 'failing test')} ${ran.failing === 1 ? 'runs' : 'run'} it`}${ran.ofPassing === 0 ? '' : ` and ${ran.passing} of ${ran.ofPassing} that pass ${ran.passing === 1 ? 'does' : 'do'}`}`,
    ...(frame && !stuck ? [`a stack trace names line ${frame.line}`] : []),
    ...(stuck ? [`a test that does not end was stopped there, at line ${stuck.line}`] : []),
    ...(named ? [`what ${tests} said names ${short}`] : []),
    ...(came ? [came.age === 1 ? 'the line came in with the newest commit' : `the line came in with the last ${came.age} commits`] : []),
    ...(finding ? [finding.kind === 'type' ? 'the type checker has something against the line' : 'the linter has something against the line'] : []),
  ]
}

function lineOf(text: string, line: number): string {
  return (text.split('\n')[line - 1] ?? '').trim().slice(0, 300)
}

/** What the tests say of a mend. */
export function describePasses(fixes: number, of: number, tried: number): string {
  return `With it ${count(fixes, 'failing test')} of ${of} ${fixes === 1 ? 'passes' : 'pass'}, and none that passed fails. ${count(tried, 'change')} ${tried === 1 ? 'was' : 'were'} tried.`
}

/** A mend as the edits and the `finish` of a solver. */
export function toReply(account: RepairJudgement, { passes, tried, durationMs }: { passes?: string; tried?: number; durationMs: number }): ModelReply {
  const option = account.options.find(({ number }) => number === (account.chosen ?? 1))
  if (option === undefined) throw new Error('a reply proposes something')
  const { within } = account.fault
  const subject = `${account.first === undefined ? '' : `${capitalize(account.first.describes)}, and `}${account.first === undefined ? capitalize(option.describes) : option.describes}${within === undefined ? '' : ` in ${within}`}`
  const summary = subject.length > 100 ? `${subject.slice(0, 99)}…` : subject
  return reply([
    { type: 'text', text: [...describeRepair(account), ...(passes === undefined ? [] : [passes])].join('\n') },
    ...(account.first === undefined ? [] : [{ type: 'call' as const, callId: 'r0', name: 'edit', input: { path: account.first.path, edits: account.first.edits } }]),
    { type: 'call', callId: 'r1', name: 'edit', input: { path: option.path, edits: option.edits } },
    { type: 'call', callId: 'r2', name: 'finish', input: { summary, confidence: account.chosen === undefined ? account.confidence : 1 } },
  ], { durationMs, ...(tried === undefined ? {} : { tried }) })
}

/** What was tried in vain. */
export function toFailure(options: { tests: readonly string[]; tried: number; places: readonly string[]; hint?: string | undefined; why: string; durationMs: number }): ModelReply {
  const places = options.places.length === 0 ? '' : ` The most suspect places: ${options.places.join(', ')}.`
  const text = `No one-place mend was found for ${count(options.tests.length, 'failing test')}: ${options.why}. ${count(options.tried, 'change')} ${options.tried === 1 ? 'was' : 'were'} tried.${places}${options.hint === undefined ? '' : ` ${options.hint}.`}`
  return reply([
    { type: 'text', text },
    { type: 'call', callId: 'r1', name: 'finish', input: { summary: `No mend found for ${count(options.tests.length, 'failing test')}`, confidence: 0, unfinished: [...options.tests] } },
  ], options)
}

/** Nothing was searched, since nothing that fails is the code's fault. */
export function toRefusal(tests: readonly string[], said: readonly string[], durationMs: number): ModelReply {
  const text = `No search was made. ${said.join('. ')}.`
  return reply([
    { type: 'text', text },
    { type: 'call', callId: 'r1', name: 'finish', input: { summary: text.length > 500 ? `${text.slice(0, 499)}…` : text, confidence: 0, unfinished: [...tests] } },
  ], { durationMs })
}

/** The same with remarks about tests that were left out, behind what it says anyway. */
export function addRemarks(said: ModelReply, remarks: readonly string[]): ModelReply {
  if (remarks.length === 0) return said
  return { ...said, parts: said.parts.map((part, at) => (at === 0 && part.type === 'text' ? { ...part, text: `${part.text}\nLeft out: ${remarks.join('. ')}.` } : part)) }
}

function reply(parts: ReplyPart[], { durationMs, tried }: { durationMs: number; tried?: number }): ModelReply {
  return {
    parts, finish: 'calls', costUsd: 0, servedBy: 'writ/repair', durationMs: Math.round(durationMs), ...(tried === undefined ? {} : { tried }),
    usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  }
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
