/** Lines that follow each other are one range, both ends included; `gaps` are lines that may lie between and are not counted. */
export function toLineRanges(lines: Iterable<number>, gaps: (line: number) => boolean): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const line of [...lines].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && isJoined(last[1], line, gaps)) last[1] = line
    else ranges.push([line, line])
  }
  return ranges
}

function isJoined(from: number, to: number, gaps: (line: number) => boolean): boolean {
  for (let line = from + 1; line < to; line++) if (!gaps(line)) return false
  return true
}
