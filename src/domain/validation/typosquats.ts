import { toLatinLook } from './confusables.ts'
import { listPopular, popularScopes } from './popular-names.ts'

export interface Lookalike {
  /** The name that it is easily taken for. */
  readonly other: string
  /** `letters` one slip away, or letters that look alike · `separators` · `affix` a word put to it · `scope` its scope or the place of it. */
  readonly how: 'letters' | 'separators' | 'affix' | 'scope'
}

/** Shorter names are all one slip from one another. */
const shortest = 5

/**
 * The name that this one is easily mistaken for; undefined where there is none.
 * @param known names that are in use already, or are known to be meant
 */
export function findLookalike(ecosystem: string, name: string, known: ReadonlySet<string>): Lookalike | undefined {
  const popular = listPopular(ecosystem)
  if (known.has(name) || popular.has(name)) return undefined
  const [scope, bare] = splitScope(name)
  if (ecosystem === 'npm' && scope !== undefined) return findScope(scope, bare, known)
  const folded = fold(bare)
  for (const other of candidates(popular, known)) {
    const [otherScope, target] = splitScope(other)
    if (otherScope !== undefined) {
      // `@scope/name` written without its marks.
      if (`${otherScope}${target}`.length >= 8 && fold(`${otherScope}${target}`) === folded) return { other, how: 'scope' }
      continue
    }
    const how = compare(folded, fold(target), { name: bare, other: target, isPopular: popular.has(other) })
    if (how !== undefined) return { other, how }
  }
  return undefined
}

function* candidates(popular: ReadonlySet<string>, known: ReadonlySet<string>): Generator<string> {
  yield* popular
  for (const name of known) if (!popular.has(name)) yield name
}

function compare(folded: string, target: string, { name, other, isPopular }: { readonly name: string; readonly other: string; readonly isPopular: boolean }): Lookalike['how'] | undefined {
  if (target.length < shortest || Math.abs(folded.length - target.length) > 6) return undefined
  if (folded === target) return bareOf(name) === bareOf(other) ? 'separators' : 'letters'
  if (isPopular && affixes(target).includes(folded)) return 'affix'
  if (/\d/.test(name) && name.replace(/\d+$/, '') === other.replace(/\d+$/, '')) return undefined // the next of its kind: `lib2`, `lib3`
  return isOneSlip(folded, target) ? 'letters' : undefined
}

/** Without the marks between words. */
function bareOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '')
}

function affixes(target: string): readonly string[] {
  return [`${target}js`, `js${target}`, `node${target}`, `${target}node`, `python${target}`, `py${target}`, `${target}py`, `python3${target}`, `${target}rs`, `rust${target}`]
}

function splitScope(name: string): readonly [string | undefined, string] {
  const match = /^@([^/]+)\/(.+)$/.exec(name)
  return match?.[1] !== undefined && match[2] !== undefined ? [match[1], match[2]] : [undefined, name]
}

function findScope(scope: string, bare: string, known: ReadonlySet<string>): Lookalike | undefined {
  const scopes = new Set([...popularScopes, ...[...known].flatMap((name) => splitScope(name)[0] ?? [])])
  if (scopes.has(scope)) return undefined
  const folded = fold(scope)
  for (const other of scopes) {
    const target = fold(other)
    if (target.length >= shortest && (folded === target || isOneSlip(folded, target))) return { other: `@${other}/${bare}`, how: 'scope' }
  }
  return undefined
}

/** The same names are compared with again and again: what they fold to is remembered for so many. */
const mostFolded = 20_000
const foldedBefore = new Map<string, string>()

/** Letters that look alike, and separators that people forget. */
function fold(name: string): string {
  let folded = foldedBefore.get(name)
  if (folded === undefined) {
    folded = foldAnew(name)
    if (foldedBefore.size >= mostFolded) foldedBefore.clear()
    foldedBefore.set(name, folded)
  }
  return folded
}

function foldAnew(name: string): string {
  return toLatinLook(name).toLowerCase().replaceAll(/[-_.]/g, '').replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('rn', 'm').replaceAll('vv', 'w')
}

/** One letter put in, left out, changed, or two neighbours swapped: Damerau and Levenshtein's distance of one. */
function isOneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false
  let n = 0
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1
  const [restA, restB] = [a.slice(n), b.slice(n)]
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1) || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
}
