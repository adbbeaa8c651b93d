/** Replaces the UTF-16 range [start, end) of a file with `text`. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Offsets and rows (from 0, both included) of a piece of a file. */
export interface Extent {
  readonly start: number
  readonly end: number
  readonly firstRow: number
  readonly lastRow: number
}

/** One possible mend of one place in one file. */
export interface Candidate {
  readonly path: string
  /** Sorted by `start`, not overlapping; nearly always one. */
  readonly edits: readonly TextEdit[]
  /** Family of the change: `comparison`, `constant`, `guard` … */
  readonly kind: string
  /** Of a pair: the families of its two. */
  readonly of?: readonly string[]
  /** What it does, in a few plain words: "compare with <= instead of <". */
  readonly describes: string
  /** How often a change of this kind is the mend, before anything is known of the place: 0 to 1. */
  readonly prior: number
  /** How suspect the place is: 0 to about 2. */
  readonly suspicion: number
  /** From 1. */
  readonly line: number
  /** Extent of the function around it: tests that never enter it cannot notice the change. Undefined outside functions. */
  readonly within: Extent | undefined
}

/** What candidates are tried by, highest first. */
export function scoreOf(candidate: Candidate): number {
  return candidate.prior * candidate.suspicion
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let from = 0
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return result + text.slice(from)
}

/** The same edit without what it leaves as it was, so that equal results compare equal; undefined where nothing changes. */
export function tightenEdit(text: string, edit: TextEdit): TextEdit | undefined {
  const old = text.slice(edit.start, edit.end)
  if (old === edit.text) return undefined
  const shorter = Math.min(old.length, edit.text.length)
  let head = 0
  while (head < shorter && old[head] === edit.text[head]) head++
  let tail = 0
  while (tail < shorter - head && old[old.length - 1 - tail] === edit.text[edit.text.length - 1 - tail]) tail++
  return { start: edit.start + head, end: edit.end - tail, text: edit.text.slice(head, edit.text.length - tail) }
}

/** Equal for candidates that give the same file. Insertions that slide over equal text are not told apart; the runs do that. */
export function candidateKey(text: string, candidate: Pick<Candidate, 'path' | 'edits'>): string | undefined {
  const tight = candidate.edits.flatMap((edit) => tightenEdit(text, edit) ?? [])
  if (tight.length === 0) return undefined
  return JSON.stringify([candidate.path, tight.map((edit) => [edit.start, edit.end, edit.text])])
}

/** Characters taken out plus characters put in. */
export function editSize(text: string, edits: readonly TextEdit[]): number {
  return edits.reduce((sum, edit) => {
    const tight = tightenEdit(text, edit)
    return sum + (tight === undefined ? 0 : tight.end - tight.start + tight.text.length)
  }, 0)
}
