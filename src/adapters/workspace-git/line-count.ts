/** Text files as git sees them: no zero byte near the beginning. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8_000).includes(0)
}

/** Beyond so many edits the exact number of lines that stayed is not worth its time. */
const mostEdits = 1_000

/** Lines added and removed from one text to the other: the fewest there can be, or all that differ where very many do. */
export function countLines(before: Buffer, after: Buffer): { added: number; removed: number } {
  const ids = new Map<string, number>()
  const a = toLines(before, ids)
  const b = toLines(after, ids)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1
    endB -= 1
  }
  const left = a.subarray(start, endA)
  const right = b.subarray(start, endB)
  const edits = left.length === 0 || right.length === 0 ? left.length + right.length : countEdits(left, right) ?? left.length + right.length
  return { added: (edits + right.length - left.length) / 2, removed: (edits + left.length - right.length) / 2 }
}

/** Each different line, its end included, as a number. */
function toLines(bytes: Buffer, ids: Map<string, number>): Int32Array {
  const lines = bytes.toString('latin1').split(/(?<=\n)/)
  if (lines[0] === '') return new Int32Array(0)
  return Int32Array.from(lines, (line) => {
    const id = ids.get(line) ?? ids.size
    ids.set(line, id)
    return id
  })
}

/** Length of the shortest edit script (E. Myers, An O(ND) Difference Algorithm, 1986, the greedy form). */
function countEdits(a: Int32Array, b: Int32Array): number | undefined {
  const most = Math.min(a.length + b.length, mostEdits)
  const reach = new Int32Array(2 * most + 3)
  for (let edits = 0; edits <= most; edits += 1) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = diagonal + most + 1
      const isDown = diagonal === -edits || (diagonal !== edits && (reach[at - 1] ?? 0) < (reach[at + 1] ?? 0))
      let x = isDown ? (reach[at + 1] ?? 0) : (reach[at - 1] ?? 0) + 1
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1
      reach[at] = x
      if (x >= a.length && x - diagonal >= b.length) return edits
    }
  }
  return undefined
}
