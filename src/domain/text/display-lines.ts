/** Characters of one shown line of program output; longer ones are folded, so that a range of lines reaches all of it. */
export const FOLD_AT = 500

/**
 * What a person at a terminal would have been left with, as lines: colours and other escapes are gone, a line that was
 * written over with `\r` shows its last state, control characters are visible, long lines are folded.
 * The same bytes always give the same lines, so a line number in a cut output finds its place in the whole.
 */
export function toDisplayLines(output: string): string[] {
  const lines: string[] = []
  const plain = toPlain(output)
  if (plain === '') return lines
  for (const raw of (plain.endsWith('\n') ? plain.slice(0, -1) : plain).split('\n')) {
    const line = toLastState(raw)
    if (line.length <= FOLD_AT) lines.push(line)
    else for (let at = 0; at < line.length; at += FOLD_AT) lines.push(line.slice(at, at + FOLD_AT))
  }
  return lines
}

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[PX^_][^\x1b]{0,4096}\x1b\\|[@-Z\\-_]|[ -/]+[0-~])/g
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g

function toPlain(output: string): string {
  return output.replaceAll(ESCAPES, '').replaceAll(CONTROLS, (char) => (char === '\b' || char === '\x07' ? '' : '·'))
}

function toLastState(line: string): string {
  const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line
  const at = trimmed.lastIndexOf('\r')
  return at === -1 ? trimmed : trimmed.slice(at + 1)
}
