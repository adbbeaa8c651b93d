import type { ShellWord, WordPart } from './shell-node.ts'
import { Unreadable } from './unreadable.ts'

const mostWords = 512

/** A sign that is not quoted, or a piece that braces do not look into. */
type Atom = string | WordPart

/** `a{b,c}d` and `{1..3}`: the words that come of it, before anything else is expanded. */
export function expandBraces(word: ShellWord): readonly ShellWord[] {
  if (!word.parts.some((part) => part.kind === 'text' && !part.quoted && part.text.includes('{'))) return [word]
  const atoms: Atom[] = word.parts.flatMap((part): Atom[] => (part.kind === 'text' && !part.quoted ? [...part.text] : [part]))
  const budget = { left: mostWords }
  return expand(atoms, budget).map((each) => ({ parts: toParts(each), text: word.text }))
}

function expand(atoms: readonly Atom[], budget: { left: number }): readonly (readonly Atom[])[] {
  for (let open = 0; open < atoms.length; open += 1) {
    if (atoms[open] !== '{') continue
    const close = findClose(atoms, open)
    if (close === -1) continue
    const choices = splitChoices(atoms.slice(open + 1, close)) ?? toRange(atoms.slice(open + 1, close))
    if (choices === undefined) continue
    const heads = atoms.slice(0, open)
    const tails = expand(atoms.slice(close + 1), budget)
    const results: Atom[][] = []
    for (const choice of choices) {
      for (const middle of expand(choice, budget)) {
        for (const tail of tails) {
          budget.left -= 1
          if (budget.left < 0) throw new Unreadable('braces make too many words')
          results.push([...heads, ...middle, ...tail])
        }
      }
    }
    return results
  }
  return [atoms]
}

function findClose(atoms: readonly Atom[], open: number): number {
  let depth = 0
  for (let at = open; at < atoms.length; at += 1) {
    if (atoms[at] === '{') depth += 1
    else if (atoms[at] === '}') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return -1
}

function splitChoices(atoms: readonly Atom[]): readonly (readonly Atom[])[] | undefined {
  const choices: Atom[][] = [[]]
  let depth = 0
  for (const atom of atoms) {
    if (atom === '{') depth += 1
    if (atom === '}') depth -= 1
    if (atom === ',' && depth === 0) choices.push([])
    else choices.at(-1)?.push(atom)
  }
  return choices.length > 1 ? choices : undefined
}

function toRange(atoms: readonly Atom[]): readonly (readonly Atom[])[] | undefined {
  if (atoms.some((atom) => typeof atom !== 'string')) return undefined
  const match = /^(?:(-?\d{1,6})\.\.(-?\d{1,6})|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d{1,6}))?$/.exec(atoms.join(''))
  if (match === null) return undefined
  const isNumber = match[1] !== undefined
  const [from, to] = isNumber ? [Number(match[1]), Number(match[2])] : [(match[3] ?? '').charCodeAt(0), (match[4] ?? '').charCodeAt(0)]
  const step = Math.max(1, Math.abs(Number(match[5] ?? 1)))
  const count = Math.floor(Math.abs(to - from) / step) + 1
  if (count > mostWords) throw new Unreadable('braces make too many words')
  const width = isNumber && /^-?0\d/.test(`${match[1]}`) ? `${match[1]}`.length : 0
  return Array.from({ length: count }, (_, index) => {
    const value = from + (to >= from ? index : -index) * step
    return [...(isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value))]
  })
}

function toParts(atoms: readonly Atom[]): readonly WordPart[] {
  const parts: WordPart[] = []
  for (const atom of atoms) {
    const last = parts.at(-1)
    if (typeof atom !== 'string') parts.push(atom)
    else if (last?.kind === 'text' && !last.quoted) parts[parts.length - 1] = { ...last, text: last.text + atom }
    else parts.push({ kind: 'text', text: atom, quoted: false })
  }
  return parts
}
