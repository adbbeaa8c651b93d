import { currentVersion, isEventType, payloads } from '../protocol/events/event.ts'
import type { EventType, NewEvent, StoredEvent } from '../protocol/events/event.ts'
import { genesis } from '../protocol/events/envelope.ts'
import type { RunId } from '../protocol/ids.ts'
import { Bug, toMessage } from '../protocol/fault.ts'

/**
 * The hash chain of a rollout, as pure steps from text to text.
 *
 * Invariants: (1) a line is the RFC 8785 form of {at, data, hash, prev, run, seq, type, v}; its `hash` is SHA-256 over
 * the same text without the `hash` member, so a line can be verified on its bytes, before anything in it is parsed;
 * (2) nothing of a line is handed out before its hash, its place and its payload have been verified;
 * (3) what `sealLine` returns is what `readLine` will read back: numbers, absent members and ill-formed text are already
 * in their stored form, so a live run and its replay see the same values.
 */

/** SHA-256 in lower-case hex over the UTF-8 bytes of a text. Passed in, because hashing is the platform's. */
export type Sha256 = (text: string) => string

/** Where the chain stands: what the next line must carry. */
export interface ChainPosition {
  readonly run: RunId
  /** Sequence number of the next line; its line number is one more. */
  readonly seq: number
  /** Hash of the line before, or `genesis`. */
  readonly head: string
}

export function toStart(run: RunId): ChainPosition {
  return { run, seq: 0, head: genesis }
}

/** A line whose hash and place are right; the payload is still text. */
export interface SealedLine {
  readonly at: string
  readonly type: string
  readonly v: number
  readonly seq: number
  readonly prev: string
  readonly hash: string
  readonly body: string
}

/** Either the value, or what is wrong, as a clause that follows "line N". */
export type Verdict<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

const headPattern = /^\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","data":/
const headLength = '{"at":"2026-01-01T00:00:00.000Z","data":'.length
const tailPattern =
  /,"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","run":"(run_[0-9a-z]{16})","seq":(\d{1,15}),"type":"([a-z][a-z.-]{0,63})","v":(\d{1,9})\}$/
/** More than the longest tail that the pattern can match. */
const tailLength = 400
const hashMember = /^,"hash":"[0-9a-f]{64}"/

/**
 * JSON in the form of RFC 8785: members sorted by UTF-16 code units, numbers as ECMAScript prints them. Members that are
 * undefined are left out. Lone surrogates, which the RFC refuses, become U+FFFD: the output of a command may hold them and
 * must not stop a run. @throws Bug for what JSON cannot hold (NaN, Infinity, functions, bigints).
 */
export function toCanonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed())
    case 'number':
      if (!Number.isFinite(value)) throw new Bug(`${value} cannot be stored as JSON`)
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? toCanonicalArray(value) : toCanonicalObject(value as Readonly<Record<string, unknown>>)
    default:
      throw new Bug(`a ${typeof value} cannot be stored as JSON`)
  }
}

function toCanonicalArray(items: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i]
    text += (i === 0 ? '' : ',') + (item === undefined ? 'null' : toCanonicalJson(item))
  }
  return text + ']'
}

function toCanonicalObject(members: Readonly<Record<string, unknown>>): string {
  let text = '{'
  let separator = ''
  for (const key of Object.keys(members).sort()) {
    const member = members[key]
    if (member === undefined) continue
    text += separator + toCanonicalJson(key) + ':' + toCanonicalJson(member)
    separator = ','
  }
  return text + '}'
}

/** Gives an event its place in the chain. Returns the line (without its line feed) and the event as it will be read back. */
export function sealLine(event: NewEvent, at: string, position: ChainPosition, sha256: Sha256): { line: string; event: StoredEvent } {
  const { run, seq, head: prev } = position
  const body = toCanonicalJson(event.data)
  const start = `{"at":"${at}","data":${body}`
  const end = `,"prev":"${prev}","run":"${run}","seq":${seq},"type":"${event.type}","v":${currentVersion}}`
  const hash = sha256(start + end)
  const stored = { v: currentVersion, seq, run, at, type: event.type, data: JSON.parse(body), prev, hash }
  return { line: `${start},"hash":"${hash}"${end}`, event: stored as StoredEvent }
}

/** Verifies a line's hash and that it is the next one of its chain. The payload stays text: see `parsePayload`. */
export function verifyLine(line: string, position: ChainPosition, sha256: Sha256): Verdict<SealedLine> {
  const tail = tailPattern.exec(line.slice(-tailLength))
  const head = headPattern.exec(line.slice(0, headLength))
  if (tail === null || head === null) return refuse(explainForeignLine(line))
  const [whole, hash, prev, run, seq, type, v] = tail as unknown as [string, string, string, string, string, string, string]
  const start = line.slice(0, line.length - whole.length)
  if (sha256(start + whole.replace(hashMember, '')) !== hash) return refuse('has been changed: its content does not match its hash')
  if (run !== position.run) return refuse(`belongs to another run, ${run}`)
  if (Number(seq) !== position.seq) return refuse(`has sequence number ${seq} where ${position.seq} was due: lines are missing or were moved`)
  if (prev !== position.head) return refuse('does not follow from the line before it: their hashes differ')
  if (Number(v) > currentVersion) return refuse(`holds version ${v} of ${type}: it was made by a newer Writ`)
  if (!isEventType(type)) return refuse(`holds an event that this Writ does not know, ${type}: it was made by a newer Writ`)
  return { ok: true, value: { at: head[1] ?? '', type, v: Number(v), seq: position.seq, prev, hash, body: start.slice(headLength) } }
}

/** Parses and validates the payload of a verified line. */
export function parsePayload(line: SealedLine, run: RunId): Verdict<StoredEvent> {
  let data: unknown
  try {
    data = JSON.parse(line.body)
  } catch (thrown) {
    return refuse(`is not JSON: ${toMessage(thrown)}`)
  }
  const checked = payloads[line.type as EventType].safeParse(data)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    return refuse(`holds a ${line.type} that does not fit its schema: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
  }
  // The payload as it was written, not as the schema would copy it: replay must see exactly what the live run saw.
  const { v, seq, at, type, prev, hash } = line
  return { ok: true, value: { v, seq, run, at, type, data, prev, hash } as unknown as StoredEvent }
}

/** Verifies a line and everything in it. */
export function readLine(line: string, position: ChainPosition, sha256: Sha256): Verdict<StoredEvent> {
  const sealed = verifyLine(line, position, sha256)
  return sealed.ok ? parsePayload(sealed.value, position.run) : sealed
}

function refuse(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

/** Why a line does not have the form that this version writes. */
function explainForeignLine(line: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (thrown) {
    return `is not JSON: ${toMessage(thrown).slice(0, 200)}`
  }
  const version = typeof parsed === 'object' && parsed !== null && 'v' in parsed ? parsed.v : undefined
  if (typeof version === 'number' && version > currentVersion) return `has format version ${version}: it was made by a newer Writ`
  return 'is JSON, but not a line that Writ wrote'
}
