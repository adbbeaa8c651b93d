import { constants } from 'node:os'
import { cutMiddle } from '../../domain/text/cut-middle.ts'
import { toDisplayLines } from '../../domain/text/display-lines.ts'
import type { SandboxLimits, SandboxResult } from '../../engine/ports/sandbox.ts'

/** What any one output may cost the prompt, header and note included: at most 2,000 tokens. */
const LIMITS = { maxChars: 6000, maxTokens: 1550 }
const MAX_NOTES = 5

/** How a command ended, on one line: `exit 0 · 1.2 s`. */
export function toEnding(result: SandboxResult, limits: SandboxLimits): string {
  const time = toSeconds(result.durationMs)
  switch (result.ended) {
    case 'exited': return `exit ${result.exitCode ?? '?'}${toSignal(result.exitCode)} · ${time}`
    case 'timeout': return `timed out after ${toSeconds(limits.timeoutMs)}; everything it started was killed. Give more timeout_s, or background: true`
    case 'memory': return `killed: memory (limit ${limits.memoryMb} MB) · ${time}`
    case 'disk': return `killed: disk (limit ${Math.round(limits.diskBytes / 1e6)} MB) · ${time}`
    case 'cancelled': return `cancelled · ${time}`
  }
}

export function toSeconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

function toSignal(exitCode: number | undefined): string {
  if (exitCode === undefined || exitCode <= 128) return ''
  const name = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0]
  return name === undefined ? '' : ` (${name})`
}

export interface ShownOutput {
  readonly text: string
  /** Set where `text` is not all of it. */
  readonly full: Uint8Array | undefined
}

/** Output as the model sees it: cut in the middle, with the call that reads the rest. */
export function toOutput(output: Uint8Array, callId: string): ShownOutput {
  const lines = toDisplayLines(Buffer.from(output).toString('utf8'))
  const cut = cutMiddle(lines, LIMITS, (from, to) =>
    `… lines ${from}-${to} of ${lines.length} left out; see them with read ${JSON.stringify({ result: callId, from })} …`)
  return { text: cut.text, full: cut.left === undefined ? undefined : output }
}

/** Sentences about the run of the command, for the end of its result. */
export function toNotes(notes: readonly string[], droppedBytes: number): string[] {
  const all = droppedBytes > 0 ? [...notes, `${droppedBytes} bytes in the middle of the output were not kept`] : notes
  return all.slice(0, MAX_NOTES).map((note) => `[${note.length > 300 ? `${note.slice(0, 300)}…` : note}]`)
}
