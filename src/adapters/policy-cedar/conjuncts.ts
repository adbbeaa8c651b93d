import type { Expr, PatternElem, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { toCanonicalJson } from '../../domain/chain.ts'
import { isLike } from './may-match.ts'

/** One thing that has to be true, or false, for a rule to hold. */
export interface Conjunct {
  readonly expr: Expr
  readonly holds: boolean
  /** The same for the same expression. */
  readonly key: string
}

/** What a rule's conditions come to when they are taken apart at every `and`. All of it has to be so. */
export function toConjuncts({ conditions }: PolicyJson): readonly Conjunct[] {
  const found = conditions.flatMap(({ kind, body }) => takeApart(body, kind === 'when'))
  return [...new Map(found.map((each) => [`${each.holds} ${each.key}`, each])).values()]
}

export interface Sides {
  readonly left: Expr
  readonly right: Expr
}

/** What an operator is applied to; undefined where the expression is another one. */
export function findOperands<T>(expr: Expr, op: string): T | undefined {
  return (expr as Readonly<Record<string, T | undefined>>)[op]
}

function takeApart(expr: Expr, holds: boolean): Conjunct[] {
  const denied = findOperands<{ readonly arg: Expr }>(expr, '!')
  if (denied !== undefined) return takeApart(denied.arg, !holds)
  const both = findOperands<Sides>(expr, holds ? '&&' : '||')
  if (both !== undefined) return [...takeApart(both.left, holds), ...takeApart(both.right, holds)]
  const unequal = findOperands<Sides>(expr, '!=')
  if (unequal !== undefined) return takeApart({ '==': unequal }, !holds)
  if ('Value' in expr && expr.Value === holds) return []
  const equal = findOperands<Sides>(expr, '==')
  // Which side is which does not matter.
  return [{ expr, holds, key: equal === undefined ? toCanonicalJson(expr) : ['==', ...[equal.left, equal.right].map(toCanonicalJson).sort()].join(' ') }]
}

/** A comparison of something with what is written out. */
interface Literal {
  readonly of: string
  readonly op: '==' | '<' | '<=' | '>' | '>='
  readonly value: string | number | boolean
}

const mirrored = { '==': '==', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** Undefined where it is none. */
export function toLiteral({ expr }: Pick<Conjunct, 'expr'>): Literal | undefined {
  for (const op of ['==', '<', '<=', '>', '>='] as const) {
    const sides = findOperands<Sides>(expr, op)
    if (sides === undefined) continue
    const [left, right] = [plainValue(sides.left), plainValue(sides.right)]
    if (right !== undefined && left === undefined) return { of: toCanonicalJson(sides.left), op, value: right }
    if (left !== undefined && right === undefined) return { of: toCanonicalJson(sides.right), op: mirrored[op], value: left }
  }
  return undefined
}

function plainValue(expr: Expr): string | number | boolean | undefined {
  if (!('Value' in expr)) return undefined
  const { Value: value } = expr
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : undefined
}

export interface Likeness {
  readonly of: string
  readonly pattern: readonly PatternElem[]
}

export function toLikeness({ expr }: Pick<Conjunct, 'expr'>): Likeness | undefined {
  const like = findOperands<{ readonly left: Expr; readonly pattern: readonly PatternElem[] }>(expr, 'like')
  return like === undefined ? undefined : { of: toCanonicalJson(like.left), pattern: like.pattern }
}

/** Does everything that fits `narrow` fit `wide` too? A star stands for a letter that no pattern has: what takes that takes anything. */
export function covers(wide: readonly PatternElem[], narrow: readonly PatternElem[]): boolean {
  return isLike(narrow.map((element) => (element === 'Wildcard' ? '\u0000' : element.Literal)).join(''), wide)
}

/** The text before the first star, and after the last. */
export function endsOf(pattern: readonly PatternElem[]): { readonly start: string; readonly end: string } {
  const text = pattern.map((element) => (element === 'Wildcard' ? '\u0000' : element.Literal)).join('')
  const first = text.indexOf('\u0000')
  return first === -1 ? { start: text, end: text } : { start: text.slice(0, first), end: text.slice(text.lastIndexOf('\u0000') + 1) }
}

/** Is it so wherever these are? Only what is certain counts. */
export function isImplied(wanted: Conjunct, given: readonly Conjunct[]): boolean {
  if (given.some((each) => each.holds === wanted.holds && each.key === wanted.key)) return true
  if (!wanted.holds) return false
  const like = toLikeness(wanted)
  const literal = toLiteral(wanted)
  return given.some((each) => {
    if (!each.holds) return false
    const [otherLike, other] = [toLikeness(each), toLiteral(each)]
    if (like !== undefined) return (otherLike?.of === like.of && covers(like.pattern, otherLike.pattern)) || (other?.op === '==' && other.of === like.of && isLike(String(other.value), like.pattern))
    if (literal === undefined || other === undefined || literal.of !== other.of || typeof literal.value !== 'number' || typeof other.value !== 'number') return false
    return withinBound(literal.op, literal.value, other.op, other.value)
  })
}

function withinBound(op: Literal['op'], bound: number, by: Literal['op'], value: number): boolean {
  if (by === '==') return op === '==' ? value === bound : op === '<' ? value < bound : op === '<=' ? value <= bound : op === '>' ? value > bound : value >= bound
  if (op === '>' || op === '>=') return (by === '>' || by === '>=') && (by === '>' ? value + 1 : value) >= (op === '>' ? bound + 1 : bound)
  return op !== '==' && (by === '<' || by === '<=') && (by === '<' ? value - 1 : value) <= (op === '<' ? bound - 1 : bound)
}
