export interface Change {
  readonly sign: ' ' | '+' | '-'
  readonly line: string
}

function lengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
    }
  }
  return table
}

/** Length of the longest common subsequence. */
export function common(a: readonly string[], b: readonly string[]): number {
  return lengths(a, b)[0]![0]!
}

export function diff(before: string, after: string): Change[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const table = lengths(a, b)
  const changes: Change[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      changes.push({ sign: ' ', line: a[i]! })
      i++
      j++
    } else if (j >= b.length || (i < a.length && table[i + 1]![j]! >= table[i]![j + 1]!)) {
      changes.push({ sign: '-', line: a[i++]! })
    } else {
      changes.push({ sign: '+', line: b[j++]! })
    }
  }
  return changes
}

export function similarity(before: string, after: string): number {
  const [a, b] = [before.split('\n'), after.split('\n')]
  return (2 * common(a, b)) / (a.length + b.length)
}
