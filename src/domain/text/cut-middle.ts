import { toTokenEstimate } from './token-estimate.ts'

export interface CutLimits {
  readonly maxChars: number
  readonly maxTokens: number
}

export interface Cut {
  readonly text: string
  /** Lines left out, numbered from 1, both ends included; undefined where everything is there. */
  readonly left: { readonly from: number; readonly to: number } | undefined
}

/**
 * Keeps the beginning and the end of an output (failures are summed up at the end, so the end gets two thirds) and puts
 * `toNote` of the lines that were left out between them. Whole lines only: no half line is ever shown as if it were one.
 */
export function cutMiddle(lines: readonly string[], limits: CutLimits, toNote: (from: number, to: number) => string): Cut {
  const whole = lines.join('\n')
  if (whole.length <= limits.maxChars && toTokenEstimate(whole) <= limits.maxTokens) return { text: whole, left: undefined }
  const head = takeLines(lines, { ...limits, share: 1 / 3 })
  const tail = takeLines(lines.slice(head).toReversed(), { ...limits, share: 2 / 3 })
  const from = head + 1
  const to = lines.length - tail
  if (to < from) return { text: whole, left: undefined }
  const text = [...lines.slice(0, head), toNote(from, to), ...lines.slice(to)].join('\n')
  return { text, left: { from, to } }
}

/** How many leading lines fit into a share of the limits. */
function takeLines(lines: readonly string[], limits: CutLimits & { share: number }): number {
  let chars = limits.maxChars * limits.share
  let tokens = limits.maxTokens * limits.share
  let count = 0
  for (const line of lines) {
    chars -= line.length + 1
    tokens -= toTokenEstimate(line) + 1
    if (chars < 0 || tokens < 0) break
    count++
  }
  return count
}
