import { toTokenEstimate } from './token-estimate.ts'

export interface NumberedRange {
  readonly text: string
  /** First and last line shown, from 1; `last < first` where nothing is shown. */
  readonly first: number
  readonly last: number
  /** Lines of which only the beginning is shown. */
  readonly cutLines: readonly number[]
}

export interface RangeLimits {
  readonly from: number
  readonly lines: number
  readonly maxChars: number
  readonly maxTokens: number
  /** Longest line shown whole. */
  readonly maxLine: number
}

/** Lines with their numbers, `   12\ttext`, as many from `from` on as the limits allow. `first` is the number of `lines[0]`. */
export function numberLines(lines: readonly string[], first: number, limits: RangeLimits): NumberedRange {
  const shown: string[] = []
  const cutLines: number[] = []
  let chars = limits.maxChars
  let tokens = limits.maxTokens
  for (let number = limits.from; number < limits.from + limits.lines; number++) {
    const line = lines[number - first]
    if (line === undefined) break
    const isLong = line.length > limits.maxLine
    const text = isLong ? `${line.slice(0, limits.maxLine)}… [+${line.length - limits.maxLine} characters]` : line
    const row = `${String(number).padStart(5)}\t${text}`
    chars -= row.length + 1
    tokens -= toTokenEstimate(row) + 1
    if ((chars < 0 || tokens < 0) && shown.length > 0) break
    if (isLong) cutLines.push(number)
    shown.push(row)
  }
  return { text: shown.join('\n'), first: limits.from, last: limits.from + shown.length - 1, cutLines }
}
