/** The line of a place in a text, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1
  for (let n = text.indexOf('\n'); n >= 0 && n < at; n = text.indexOf('\n', n + 1)) line += 1
  return line
}

/** Never the value itself: its first characters and its length. */
export function shorten(value: string): string {
  return `${value.slice(0, 4)}… (${value.length} characters)`
}
