/** Longest file whose lines are counted, in characters: what is longer is data, or made by a program. */
const longest = 200_000
/** Deeper than this nobody indents by hand. */
const deepest = 12

/**
 * Mean depth of indentation of the lines of these texts, in levels. A proxy for complexity that needs no parser (Hindle, Godfrey
 * and Holt, Reading Beside the Lines, 2008). 0 for nothing.
 */
export function measureDepth(texts: readonly string[]): number {
  let [sum, count] = [0, 0]
  for (const text of texts) {
    if (text.length > longest || text.includes('\0')) continue
    const indents = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [/^[ \t]*/.exec(line)?.[0] ?? '']))
    const width = toWidth(indents)
    for (const indent of indents) {
      sum += Math.min(deepest, toColumns(indent, width) / width)
      count += 1
    }
  }
  return count === 0 ? 0 : Math.round((sum / count) * 100) / 100
}

/** Blanks of one level: the narrowest indentation that is common, else 4. */
function toWidth(indents: readonly string[]): number {
  const counts = new Map<number, number>()
  for (const indent of indents) if (/^ +$/.test(indent)) counts.set(indent.length, (counts.get(indent.length) ?? 0) + 1)
  const common = [...counts].filter(([width, times]) => width >= 2 && times >= indents.length * 0.05).map(([width]) => width)
  return common.length === 0 ? 4 : Math.min(...common)
}

function toColumns(indent: string, width: number): number {
  return [...indent].reduce((columns, each) => columns + (each === '\t' ? width : 1), 0)
}
