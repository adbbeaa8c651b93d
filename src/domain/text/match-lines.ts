import { foldPunctuation } from './fold.ts'

/** How strictly lines are compared, from strict to lenient. Each one accepts all that the ones before it accept. */
export const lineWays = ['exact', 'trailing-space', 'indentation'] as const
export type LineWay = (typeof lineWays)[number]

/** No more places than this are looked for: beyond, an answer is as ambiguous as it can be. */
const MAX_PLACES = 50

const normalisers: Record<LineWay, (line: string) => string> = {
  exact: (line) => line,
  'trailing-space': (line) => foldPunctuation(line).trimEnd(),
  indentation: (line) => foldPunctuation(line).trim(),
}

/** Indexes (from 0) of the lines at which `wanted` begins in `lines`. */
export function findBlocks(lines: readonly string[], wanted: readonly string[], way: LineWay): number[] {
  if (wanted.length === 0 || wanted.length > lines.length) return []
  if (way !== 'exact' && !isTelling(wanted)) return []
  const normalise = normalisers[way]
  const pattern = wanted.map(normalise)
  const found: number[] = []
  // The longest line is the rarest: look for it first, and compare the others only there.
  const anchor = pattern.reduce((best, line, index) => (line.length > (pattern[best]?.length ?? 0) ? index : best), 0)
  for (let at = 0; at + pattern.length <= lines.length && found.length < MAX_PLACES; at++) {
    if (normalise(lines[at + anchor] ?? '') !== pattern[anchor]) continue
    if (pattern.every((line, offset) => normalise(lines[at + offset] ?? '') === line)) found.push(at)
  }
  return found
}

/** Lenient comparison of a few brackets or blank lines would find them anywhere. */
function isTelling(wanted: readonly string[]): boolean {
  return (wanted.join('').match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 3
}
