import type { Payload } from '../protocol/events/event.ts'
import type { Json } from '../protocol/ids.ts'
import { count, toDuration } from '../domain/report/words.ts'
import { oneLine } from './render.ts'

/** Files that a result names. */
const mostFiles = 4

type Fields = { readonly [key: string]: Json }

/** What a call is about, in a few words: its command, path or pattern. */
export function describeInput(name: string, input: Json, most = 200): string {
  const fields = fieldsOf(input)
  if (name === 'finish') return oneLine(textOf(fields, 'summary') ?? '', most)
  if (name === 'propose_plan' && Array.isArray(fields.tasks)) return oneLine(`${fields.tasks.length} ${fields.tasks.length === 1 ? 'task' : 'tasks'}: ${fields.tasks.map((task) => textOf(fieldsOf(task), 'id') ?? '?').join(', ')}`, most)
  if (name === 'report_findings' && Array.isArray(fields.findings)) return `${fields.findings.length} found`
  const command = textOf(fields, 'command')
  if (command !== undefined) return oneLine(`${command}${fields.background === true ? ' &' : ''}${fields.on === 'base' ? '   (on the base)' : ''}`, most)
  const pattern = textOf(fields, 'pattern') ?? textOf(fields, 'query')
  const path = textOf(fields, 'path') ?? textOf(fields, 'glob')
  if (pattern !== undefined) return oneLine(`/${pattern}/${path ? ` in ${path}` : ''}`, most)
  if (path !== undefined) return oneLine(path, most)
  const patch = textOf(fields, 'patch') ?? textOf(fields, 'input')
  if (patch !== undefined) return oneLine([...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map((match) => match[1] ?? '').join(', ') || patch, most)
  const said = JSON.stringify(input) ?? ''
  return said === '{}' ? '' : oneLine(said, most)
}

/** How it ended: `exit 1 · 1.2 s`, `+3 −1 · 4 ms`, `refused: …`. */
export function describeResult(data: Payload<'tool.returned'>): string {
  const fields = fieldsOf(data.detail ?? null)
  const parts = [
    ...(typeof fields.exitCode === 'number' ? [`exit ${fields.exitCode}`] : []),
    ...(typeof fields.added === 'number' && typeof fields.removed === 'number' ? [`+${fields.added} −${fields.removed}`] : []),
    ...filesOf(fields),
    ...(typeof fields.from === 'number' && typeof fields.to === 'number' ? [`lines ${fields.from}–${fields.to}`] : []),
    ...(typeof fields.matches === 'number' ? [`${fields.matches} matches`] : []),
    ...(typeof fields.entries === 'number' ? [count(fields.entries, 'entry', 'entries')] : []),
  ]
  if (data.status === 'denied' || data.status === 'invalid' || data.status === 'unknown' || data.status === 'cancelled') return oneLine(`${data.status}: ${data.text}`, 300)
  if (data.status === 'error') parts.push(oneLine(data.text, 200))
  return [...parts, ...(data.name === 'finish' ? [] : [toDuration(data.durationMs)])].join(' · ')
}

/** Does `describeResult` name the files that the call was about? */
export function namesFiles(data: Payload<'tool.returned'>): boolean {
  return data.status === 'ok' && filesOf(fieldsOf(data.detail ?? null)).length > 0
}

/** Did the call itself fail, or was its command red? */
export function toResultMood(data: Payload<'tool.returned'>): 'good' | 'warn' | 'bad' {
  if (data.status !== 'ok') return data.status === 'error' ? 'warn' : 'bad'
  const exitCode = fieldsOf(data.detail ?? null).exitCode
  return typeof exitCode === 'number' && exitCode !== 0 ? 'warn' : 'good'
}

function filesOf(fields: Fields): string[] {
  if (!Array.isArray(fields.files)) return []
  const files = fields.files.slice(0, mostFiles).flatMap((each) => {
    const file = fieldsOf(each)
    return typeof file.path === 'string' ? [`${oneLine(file.path, 100)}${typeof file.added === 'number' ? ` +${file.added}` : ''}${typeof file.removed === 'number' ? ` −${file.removed}` : ''}`] : []
  })
  return fields.files.length > mostFiles ? [...files, `and ${fields.files.length - mostFiles} more`] : files
}

function fieldsOf(value: Json): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

function textOf(fields: Fields, key: string): string | undefined {
  const value = fields[key]
  return typeof value === 'string' ? value : undefined
}
