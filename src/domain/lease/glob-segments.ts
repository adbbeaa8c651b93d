/**
 * A glob as the names on the way down a path. `any` stands for any number of names, a list for one name: a character each,
 * `?` any one character, `*` any number of them; a character that the glob escapes has a backslash before it.
 */
export type Segment = 'any' | readonly string[]

/** More alternatives than this are not looked at one by one: then it may be any path. */
const mostAlternatives = 128
/** Longer globs are not read. */
const mostCharacters = 1_000
const anything: readonly (readonly Segment[])[] = [['any']]

/** Every way to read a glob; together they match at least what it matches. */
export function expandGlob(glob: string): readonly (readonly Segment[])[] {
  const plain = fold(glob).replace(/^(\.?\/)+/, '').replace(/\/+$/, '')
  // Negations, extended globs and regular expressions are not read: they may be anything. So may a class that spans folders.
  if (plain === '' || plain === '.' || plain.length > mostCharacters || /^!|[()|]|[\]}][+*?]|\[[^\]]*\/|\$|\^(?!\])/.test(plain.replaceAll('[^', '['))) return anything
  const alternatives = expandBraces(plain)
  if (alternatives === undefined) return anything
  const read = alternatives.flatMap((each) => toSegments(each))
  // What names a folder covers what is in it.
  return read.length > mostAlternatives ? anything : read.map((segments) => [...segments, 'any'])
}

/** File systems differ in whether names that differ in case or composition are two names. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** Undefined where there are too many, or where the braces are not in pairs. */
function expandBraces(glob: string): readonly string[] | undefined {
  const done: string[] = []
  const open = [glob]
  while (open.length > 0) {
    if (open.length + done.length > mostAlternatives) return undefined
    const next = open.pop() ?? ''
    const found = findInnermost(next)
    if (found === 'broken') return undefined
    if (found === undefined) done.push(next)
    else for (const part of found.parts) open.push(`${next.slice(0, found.start)}${part}${next.slice(found.end)}`)
  }
  return done
}

function findInnermost(glob: string): { start: number; end: number; parts: readonly string[] } | 'broken' | undefined {
  let start = -1
  for (let at = 0; at < glob.length; at += 1) {
    if (glob[at] === '\\') at += 1
    else if (glob[at] === '{') start = at
    else if (glob[at] === '}') {
      if (start === -1) return 'broken'
      const inside = glob.slice(start + 1, at)
      // A range (1..9), or braces around nothing that is a choice: whatever may stand there.
      return { start, end: at + 1, parts: inside.includes(',') && !inside.includes('\\') ? inside.split(',') : ['**'] }
    }
  }
  return start === -1 ? undefined : 'broken'
}

/** `a**b` may stay within a name or reach over several. */
function toSegments(glob: string): readonly (readonly Segment[])[] {
  let read: (readonly Segment[])[] = [[]]
  for (const name of glob.split('/')) {
    if (name === '') continue
    const ways = /^\*\*+$/.test(name) ? [['any' as const]] : toWays(name)
    read = read.flatMap((before) => ways.map((way) => [...before, ...way]))
    if (read.length > mostAlternatives) return anything
  }
  return read
}

function toWays(name: string): readonly (readonly Segment[])[] {
  const within = toCharacters(name)
  const at = name.indexOf('**')
  if (at === -1) return [[within]]
  return [[within], [toCharacters(`${name.slice(0, at)}*`), 'any', toCharacters(`*${name.slice(name.lastIndexOf('**') + 2)}`)]]
}

function toCharacters(name: string): readonly string[] {
  const characters: string[] = []
  const all = name.split('')
  for (let at = 0; at < all.length; at += 1) {
    const character = all[at] ?? ''
    if (character === '\\') {
      at += 1
      characters.push(toLiteral(all[at] ?? '\\'))
    } else if (character === '[') {
      const end = findClassEnd(all, at)
      // Without an end it is no class; what it is then is left open.
      characters.push(end === undefined ? '*' : '?')
      at = end ?? at
    } else if (character === '*') {
      if (characters.at(-1) !== '*') characters.push('*')
    } else characters.push(character)
  }
  return characters
}

function toLiteral(character: string): string {
  return character === '*' || character === '?' ? `\\${character}` : character
}

function findClassEnd(all: readonly string[], start: number): number | undefined {
  let at = start + 1
  if (all[at] === '!' || all[at] === '^') at += 1
  if (all[at] === ']') at += 1
  for (; at < all.length; at += 1) {
    if (all[at] === '\\') at += 1
    else if (all[at] === '[' && all[at + 1] === ':') {
      const close = all.indexOf(':', at + 2)
      at = close === -1 ? at : close + 1
    } else if (all[at] === ']') return at
  }
  return undefined
}
