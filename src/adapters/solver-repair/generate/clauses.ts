import { findField, findFunction, findStatement, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { conditionOf, truthOf } from './conditions.ts'
import { isCompound, quote, wrapped } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/**
 * Joins a clause to a condition, behind it or, where it has to hold before the rest is looked at, in front. A `clause` is a small change
 * that mutation testing knows too; one that is likely to change nothing where the code is right is a `missing clause`.
 */
type Join = (clause: string, how: { with: 'and' | 'or'; prior: number; kind?: string; inFront?: boolean }) => void

function joinerOf(part: SyntaxNode, usual: string, sketch: Sketch): Join {
  return (clause, { with: word, prior, kind = usual, inFront = false }) => {
    const joiner = sketch.python ? word : word === 'and' ? '&&' : '||'
    // `and` binds tighter than `or`, `??` stands beside neither, and what is looser than both would swallow the clause.
    const loose = /ternary|conditional|lambda|assignment|named_expression|yield/.test(part.type) || (isCompound(part) && (word === 'and' ? /\|\||\?\?|\bor\b/ : /\?\?/).test(sketch.text(part)))
    const own = loose ? wrapped(part, sketch) : sketch.text(part)
    const made = inFront ? `${clause} ${joiner} ${own}` : `${own} ${joiner} ${clause}`
    sketch.propose(part, [{ start: part.start, end: part.end, text: made }], kind, prior, `also ask ${quote(inFront ? `${clause} ${joiner}` : `${joiner} ${clause}`)}`)
  }
}

/** A clause that is missing from a condition or from an answer of yes or no, made of what is in scope. */
export const addClause: Generator = (node, sketch) => {
  const part = truthOf(node, sketch)
  if (part === undefined) return
  const isCondition = conditionOf(node) !== undefined
  if (isCondition) addNames(node, part, sketch)
  const join = joinerOf(part, isCondition ? 'clause' : 'missing clause', sketch)
  for (const comparison of comparisonsIn(part, sketch)) {
    addMirrored(node, comparison, join, sketch)
    addNumbers(comparison, join, sketch)
  }
  addInside(node, part, join, sketch)
}

function addNames(node: SyntaxNode, part: SyntaxNode, sketch: Sketch): void {
  const join = joinerOf(part, 'clause', sketch)
  const not = sketch.python ? 'not ' : '!'
  const scope = scopeAt(sketch.file, node)
  const text = sketch.text(part)
  for (const name of [...scope.params, ...scope.locals].slice(0, 8)) {
    const known = text.includes(name)
    join(name, { with: 'and', prior: known ? 0.1 : 0.15 })
    join(`${not}${name}`, { with: 'or', prior: 0.13 })
    join(`${not}${name}`, { with: 'and', prior: 0.13 })
    join(sketch.python ? `${name} == 0` : `${name} === 0`, { with: 'or', prior: 0.08 })
    if (!known) join(sketch.python ? `${name} is not None` : `${name} !== undefined`, { with: 'and', prior: 0.09 })
  }
}

interface Comparison {
  readonly left: SyntaxNode
  readonly right: SyntaxNode
  readonly sign: string
}

/** The first and the last comparison of a condition. */
function comparisonsIn(part: SyntaxNode, sketch: Sketch): Comparison[] {
  const found: Comparison[] = []
  walk(part, (at) => {
    const operators = at.children.filter((child) => child.field === 'operator' || child.field === 'operators')
    const [left, right] = [namedChildren(at)[0], namedChildren(at).at(-1)]
    const sign = operators.length === 1 && operators[0] !== undefined ? sketch.text(operators[0]) : ''
    if (/^(binary_expression|comparison_operator)$/.test(at.type) && left !== undefined && right !== undefined && left !== right && /^([<>]=?|[=!]==?)$/.test(sign)) found.push({ left, right, sign })
    return /^(binary_expression|boolean_operator|parenthesized_expression)$/.test(at.type)
  })
  return found.length > 2 ? [...found.slice(0, 1), ...found.slice(-1)] : found
}

const turned: Readonly<Record<string, readonly [same: string, other: string]>> = { '<': ['>', '>='], '>': ['<', '<='], '<=': ['>=', '>'], '>=': ['<=', '<'] }

/** `x < low` where `|| x > high` is missing: the same comparison the other way with the other names in scope, or with a length. */
function addMirrored(node: SyntaxNode, { left, right, sign }: Comparison, join: Join, sketch: Sketch): void {
  const scope = scopeAt(sketch.file, node)
  const [subject, limit] = [sketch.text(left), sketch.text(right)]
  const names = [...scope.params, ...scope.locals].filter((name) => !/^(self|cls)$/.test(name) && !mentions(subject, name) && !mentions(limit, name)).slice(0, 6)
  const signs = turned[sign]
  for (const other of names) {
    const prior = isUnused(other, node, sketch) ? 0.42 : 0.13
    for (const word of ['or', 'and'] as const) {
      join(`${subject} ${signs?.[0] ?? sign} ${other}`, { with: word, prior })
      if (signs !== undefined) join(`${subject} ${signs[1]} ${other}`, { with: word, prior: 0.7 * prior })
    }
  }
  if (signs === undefined || !/^[>]/.test(sign) || !/^(identifier|attribute|member_expression)$/.test(left.type)) return
  for (const list of scope.params.filter((name) => !/^(self|cls)$/.test(name) && !mentions(subject, name) && !mentions(limit, name)).slice(0, 2)) join(`${subject} < ${lengthOf(list, sketch)}`, { with: 'and', prior: 0.1 })
}

/** Numbers of the tests that are tried in one comparison. */
const mostNumbers = 6

/** The same comparison with another number: `or y % 400 == 0` beside `y % 4 == 0`, `and age < 65` beside `age >= 18`. */
function addNumbers({ left, right, sign }: Comparison, join: Join, sketch: Sketch): void {
  const number = numberIn(right) ?? numberIn(left)
  const near = number === undefined ? undefined : Number(sketch.text(number))
  const numbers = sketch.words.testNumbers.filter((text) => Number(text) !== near)
  const signs = turned[sign]
  if (signs !== undefined) {
    const start = sign.startsWith('>') ? numbers.filter((text) => near === undefined || Number(text) > near) : numbers.filter((text) => near === undefined || Number(text) < near)
    if (/^(identifier|attribute|member_expression|call|call_expression|subscript|subscript_expression)$/.test(left.type)) for (const other of start.slice(0, mostNumbers)) {
      for (const [turn, weight] of [[signs[1], 1], [signs[0], 0.9]] as const) join(`${sketch.text(left)} ${turn} ${other}`, { with: 'and', prior: 0.12 * weight, kind: 'guard' })
    }
    return
  }
  if (number === undefined || near === undefined || !Number.isFinite(near)) return
  const [whole, at] = [sketch.file.text.slice(left.start, right.end), number.start - left.start]
  const put = (other: string): string => whole.slice(0, at) + other + whole.slice(at + sketch.text(number).length)
  const powers = near === 0 ? [] : [10 * near, 100 * near].map(String)
  const equal = /^==/.test(sign)
  // One that is this number with zeros behind it and is spoken of by the tests, is worth more than one of the two.
  for (const other of new Set([...powers, ...numbers.slice(0, mostNumbers)])) join(put(other), { with: equal ? 'or' : 'and', prior: !powers.includes(other) ? 0.12 : numbers.includes(other) ? 0.16 : 0.08, kind: 'guard' })
}

/** The number that a side of a comparison is about: itself, or the right one of an operation. */
function numberIn(side: SyntaxNode): SyntaxNode | undefined {
  const number = /^(number|integer|float)$/
  if (number.test(side.type)) return side.parent !== undefined && /^binary/.test(namedChildren(side.parent)[0]?.type ?? '') ? undefined : side
  const right = /^binary/.test(side.type) ? findField(side, 'right') : undefined
  return right !== undefined && number.test(right.type) ? right : undefined
}

/** An index that is to lie inside of what it is used on: `i < xs.length` in front of a condition that reads `xs[i]`, or beside one about `i`. */
function addInside(node: SyntaxNode, part: SyntaxNode, join: Join, sketch: Sketch): void {
  const statement = /^(arrow_function|lambda)$/.test(node.type) ? node : findStatement(node)
  const reads = new Map<string, { list: string; index: string; before: boolean }>()
  if (statement !== undefined) walk(statement, (at) => {
    if (isFunction(at) && at !== statement) return false
    const list = /^subscript(_expression)?$/.test(at.type) ? (findField(at, 'object') ?? findField(at, 'value')) : undefined
    const index = list === undefined ? undefined : (findField(at, 'index') ?? findField(at, 'subscript'))
    if (list === undefined || index === undefined || !/^(identifier|member_expression|attribute|subscript|subscript_expression)$/.test(list.type)) return undefined
    const name = index.type === 'identifier' ? sketch.text(index) : /^binary/.test(index.type) ? sketch.text(findField(index, 'left') ?? index) : ''
    const before = at.start >= part.start && at.end <= part.end
    const key = `${sketch.text(list)}[${sketch.text(index)}]`
    if (/^[\w$]+$/.test(name) && (before || mentions(sketch.text(part), name)) && !reads.has(key)) reads.set(key, { list: sketch.text(list), index: sketch.text(index), before })
    return undefined
  })
  const blamed = /IndexError|out of range|of undefined|undefined|Maximum|timed? ?out/i.test(sketch.words.messages)
  const text = sketch.text(part)
  for (const { list, index, before } of [...reads.values()].slice(0, 3)) {
    const bound = `${index} < ${lengthOf(list, sketch)}`
    if (!text.includes(bound)) join(bound, { with: 'and', prior: blamed ? 0.3 : 0.18, kind: 'missing clause', inFront: before })
    if (!new RegExp(`${index.replaceAll(/[^\w\s]/g, '\\$&')} >=? ?[0-]`).test(text)) join(`${index} >= 0`, { with: 'and', prior: blamed ? 0.22 : 0.14, kind: 'missing clause', inFront: before })
  }
}

function lengthOf(list: string, sketch: Sketch): string {
  return sketch.python ? `len(${list})` : `${list}.length`
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text)
}

/** Is it a parameter that the function around a place does nothing with? */
function isUnused(name: string, node: SyntaxNode, sketch: Sketch): boolean {
  const fn = isFunction(node) ? node : findFunction(node)
  const body = fn === undefined ? undefined : findField(fn, 'body')
  return body !== undefined && !mentions(sketch.text(body), name) && scopeAt(sketch.file, node).params.includes(name)
}
