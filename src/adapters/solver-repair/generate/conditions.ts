import { findField, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { quote, wrapped } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** Without the parentheses that an `if` or `while` of JavaScript needs. */
export function bare(node: SyntaxNode): SyntaxNode {
  return node.type === 'parenthesized_expression' ? (namedChildren(node)[0] ?? node) : node
}

export function conditionOf(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type === 'conditional_expression') return namedChildren(node)[1]
  if (node.type === 'if_clause') return namedChildren(node)[0]
  const condition = /^(if_statement|elif_clause|while_statement|ternary_expression)$/.test(node.type) ? findField(node, 'condition') : undefined
  return condition === undefined ? undefined : bare(condition)
}

/** What is asked, or answered with yes or no: a condition, or a returned comparison. */
export function truthOf(node: SyntaxNode, sketch: Sketch): SyntaxNode | undefined {
  const condition = conditionOf(node)
  if (condition !== undefined) return condition
  const given = node.type === 'return_statement' ? namedChildren(node)[0] : /^(arrow_function|lambda)$/.test(node.type) ? findField(node, 'body') : undefined
  const value = given === undefined ? undefined : bare(given)
  if (value === undefined || !/^(comparison_operator|boolean_operator|not_operator|binary_expression|unary_expression)$/.test(value.type)) return undefined
  return /[<>]|[=!]=|&&|\|\||\b(and|or|not|in|is)\b|!/.test(sketch.text(value)) ? value : undefined
}

const predicateCalls = /^(filter|some|every|find|findIndex|findLast|any|all)$/

function isPredicate(node: SyntaxNode, sketch: Sketch): boolean {
  if (node.type !== 'arrow_function' || node.parent?.parent === undefined) return false
  const callee = findField(node.parent.parent, 'function')
  const property = callee === undefined ? undefined : findField(callee, 'property')
  return property !== undefined && predicateCalls.test(sketch.text(property))
}

function negate(node: SyntaxNode, sketch: Sketch, prior: number): void {
  if (node.type === 'unary_expression' || node.type === 'not_operator') return // dropping the sign is another generator's
  const comparison = node.type === 'comparison_operator' || (node.type === 'binary_expression' && /^[=!<>]/.test(sketch.text(node.children[1] ?? node)))
  const negated = sketch.python ? `not ${wrapped(node, sketch)}` : `!${wrapped(node, sketch)}`
  sketch.replace(node, negated, 'negation', comparison ? prior * 0.4 : prior, `negate ${quote(sketch.text(node))}`)
}

/** The condition the other way round, or always taken one way. */
export const negateCondition: Generator = (node, sketch) => {
  const condition = conditionOf(node)
  if (condition !== undefined) negate(condition, sketch, 0.42)
  if (isPredicate(node, sketch)) {
    const body = findField(node, 'body')
    if (body !== undefined && body.type !== 'statement_block') negate(bare(body), sketch, 0.4)
  }
  if (node.type === 'return_statement') {
    const value = namedChildren(node)[0]
    if (value !== undefined && /comparison|boolean|^call|binary_expression/.test(value.type)) negate(value, sketch, 0.18)
  }
  if (/^(binary_expression|boolean_operator)$/.test(node.type)) {
    const operator = node.children.find((child) => child.field === 'operator')
    if (operator === undefined || !/^(&&|\|\||and|or)$/.test(sketch.text(operator))) return
    for (const side of [findField(node, 'left'), findField(node, 'right')]) if (side !== undefined) negate(side, sketch, 0.3)
  }
}

/** The two outcomes of a conditional expression exchanged, or one of them always. */
export const swapBranches: Generator = (node, sketch) => {
  const parts = namedChildren(node)
  if (node.type === 'ternary_expression') {
    const [, yes, no] = parts
    if (yes === undefined || no === undefined) return
    exchange(node, yes, no, sketch, 0.4, 'exchange the two outcomes of the condition')
  }
  if (node.type === 'conditional_expression') {
    const [yes, , no] = parts
    if (yes === undefined || no === undefined) return
    exchange(node, yes, no, sketch, 0.4, 'exchange the two outcomes of the condition')
  }
}

/** Elements of a list or tuple, or spreads of an object, the other way round; two names of one statement exchanged. */
export const exchangeParts: Generator = (node, sketch) => {
  if (/^(array|list|tuple|expression_list|pattern_list|object)$/.test(node.type)) {
    const parts = namedChildren(node)
    for (let i = 0; i + 1 < parts.length && parts.length <= 6; i++) {
      const [a, b] = [parts[i], parts[i + 1]]
      if (a === undefined || b === undefined || (node.type === 'object' && a.type !== 'spread_element' && b.type !== 'spread_element')) continue
      exchange(node, a, b, sketch, node.type === 'object' ? 0.3 : 0.2, `put ${quote(sketch.text(b))} before ${quote(sketch.text(a))}`)
    }
  }
  if (!/^(return_statement|expression_statement|lexical_declaration)$/.test(node.type)) return
  const names: SyntaxNode[] = []
  walk(node, (at) => {
    if (at.type === 'identifier' && at.field !== 'function' && at.field !== 'name' && at.field !== 'attribute') names.push(at)
    return at.type !== 'arrow_function' && at.type !== 'lambda'
  })
  const single = names.filter((name) => names.every((other) => other === name || sketch.text(other) !== sketch.text(name)))
  for (const [i, a] of single.entries()) {
    for (const b of single.slice(i + 1, i + 6)) exchange(node, a, b, sketch, 0.13, `exchange ${quote(sketch.text(a))} and ${quote(sketch.text(b))}`)
  }
}

export function exchange(at: SyntaxNode, a: SyntaxNode, b: SyntaxNode, sketch: Sketch, prior: number, describes: string): void {
  const [x, y] = [sketch.text(a), sketch.text(b)]
  if (x === y) return
  sketch.propose(at, [{ start: a.start, end: a.end, text: y }, { start: b.start, end: b.end, text: x }], 'order', prior, describes)
}
