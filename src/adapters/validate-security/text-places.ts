/** Lines of places in a text, from 1. The text is walked once, however many are asked for. */
export function toLineFinder(text: string): (at: number) => number {
  let starts: number[] | undefined
  return (at) => {
    if (starts === undefined) {
      starts = [0]
      for (let n = text.indexOf('\n'); n >= 0; n = text.indexOf('\n', n + 1)) starts.push(n + 1)
    }
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= at) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** The line of one place in a text, from 1. */
export function lineAt(text: string, at: number): number {
  return toLineFinder(text)(at)
}

/** The whole line that a place is in. */
export function lineTextAt(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end < 0 ? text.length : end)
}

/** Files that were too large to be looked at. */
export function describeLarge(paths: readonly string[], largest: number): string {
  return `larger than ${largest / 2 ** 20} MiB: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`
}

/** Never the value itself: its first characters and its length. */
export function shorten(value: string): string {
  return `${value.slice(0, 4)}… (${value.length} characters)`
}
