/** What JSON's grammar wants at a place: the reader is in one of these states. */
type Wants = 'value' | 'value or ]' | 'name or }' | 'name' | 'colon' | 'comma or end'

// oxlint-disable-next-line no-control-regex -- JSON forbids them inside texts
const token = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/y

/** Offset of the first character that JSON does not allow there; the length of the text where it ends too early. */
export function findJsonFault(text: string): number | undefined {
  const open: ('{' | '[')[] = []
  let wants: Wants = 'value'
  let at = 0
  for (;;) {
    const end = at + (/^[ \t\r\n]*/.exec(text.slice(at, at + 100_000))?.[0].length ?? 0)
    if (end >= text.length) return open.length === 0 && wants === 'comma or end' ? undefined : text.length
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null || (open.length === 0 && wants === 'comma or end')) return end
    const next = step(wants, open, match[1], match[2] !== undefined)
    if (next === undefined) return end
    wants = next
    at = token.lastIndex
  }
}

/** Undefined where the token may not stand. Opens and closes brackets on the way. */
function step(wants: Wants, open: ('{' | '[')[], mark: string | undefined, isText: boolean): Wants | undefined {
  const inside = open.at(-1)
  switch (wants) {
    case 'value':
    case 'value or ]':
      if (mark === '{' || mark === '[') {
        open.push(mark)
        return mark === '{' ? 'name or }' : 'value or ]'
      }
      if (mark === ']' && wants === 'value or ]') open.pop()
      else if (mark !== undefined) return undefined
      return 'comma or end'
    case 'name or }':
    case 'name':
      if (isText) return 'colon'
      if (mark !== '}' || wants === 'name') return undefined
      open.pop()
      return 'comma or end'
    case 'colon':
      return mark === ':' ? 'value' : undefined
    case 'comma or end':
      if (mark === ',') return inside === '{' ? 'name' : 'value'
      if (mark !== (inside === '{' ? '}' : ']')) return undefined
      open.pop()
      return 'comma or end'
  }
}
