import { findField, findFunction, findStatement, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { isCompound, isValue, quote, wrapped } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** A part of a computation that is missing: a parameter that is not used, a field beside the one that is. */
export const addOperand: Generator = (node, sketch) => {
  const parent = node.parent?.type ?? ''
  if (!/^(identifier|member_expression|attribute|subscript|subscript_expression|binary_expression|binary_operator)$/.test(node.type) || !isValue(node) || node.field === 'function') return
  if (!/^(return_statement|arrow_function|variable_declarator|assignment|assignment_expression|augmented_assignment|augmented_assignment_expression|generator_expression|list_comprehension)$/.test(parent) || node.field === 'left') return
  if (/^binary/.test(node.type) && !/[-+*/%]/.test(sketch.text(node))) return
  const text = sketch.text(node)
  const offer = (sign: string, other: string, prior: number): void => {
    const own = /^[*/]/.test(sign) ? wrapped(node, sketch) : text
    sketch.replace(node, `${own} ${sign} ${other}`, 'missing operand', prior, `also take ${quote(`${sign} ${other}`)}`)
  }
  const scope = scopeAt(sketch.file, node)
  const fn = findFunction(node)
  const body = fn === undefined ? undefined : findField(fn, 'body')
  for (const param of scope.params.slice(0, 6)) {
    const used = body === undefined || new RegExp(`(?<![\\w$])${param.replaceAll('$', '\\$')}(?![\\w$])`).test(sketch.text(body))
    if (!used && !/^(self|cls|_.*)$/.test(param)) for (const [sign, prior] of [['+', 0.4], ['*', 0.38], ['-', 0.3], ['/', 0.2]] as const) offer(sign, param, prior)
  }
  for (const [sign, prior] of [['* 100', 0.1], ['/ 100', 0.08]] as const) if (/^binary/.test(node.type) && isCompound(node)) sketch.replace(node, `${wrapped(node, sketch)} ${sign}`, 'missing operand', prior)
  if (!/^(member_expression|attribute)$/.test(node.type)) return
  const object = findField(node, 'object')
  const member = /[\w$]+$/.exec(text)?.[0] ?? ''
  if (object?.type !== 'identifier') return
  for (const other of [...(sketch.words.siblings.get(member) ?? [])].slice(0, 5)) for (const [sign, prior] of [['*', 0.2], ['+', 0.14], ['-', 0.12]] as const) offer(sign, `${sketch.text(object)}.${other}`, prior)
}

/** One number that stands in a statement twice, `Math.round(x * 10) / 10`, changed in both places. */
export const changeBoth: Generator = (node, sketch) => {
  if (!/^(number|integer|float)$/.test(node.type)) return
  const text = sketch.text(node)
  const statement = findStatement(node)
  const value = Number(text.replaceAll('_', ''))
  if (statement === undefined || !Number.isFinite(value) || value < 2) return
  const same = numbersIn(statement, sketch).get(`${node.type} ${text}`) ?? []
  if (same.length !== 2 || same[0] !== node) return
  const others = [10 * value, value / 10, value + 1, value - 1, ...sketch.words.testNumbers.slice(0, 6).map(Number)]
  for (const other of new Set(others)) {
    if (!Number.isInteger(other) || other < 1 || other === value) continue
    sketch.propose(node, same.map(({ start, end }) => ({ start, end, text: String(other) })), 'constant', other === 10 * value || other === value / 10 ? 0.2 : 0.1, `use ${quote(String(other))} instead of ${quote(text)} in both places`)
  }
}

const numbered = new WeakMap<SyntaxNode, ReadonlyMap<string, readonly SyntaxNode[]>>()

/** The numbers of a statement by kind and text, gone through once: a table is one statement. */
function numbersIn(statement: SyntaxNode, sketch: Sketch): ReadonlyMap<string, readonly SyntaxNode[]> {
  const known = numbered.get(statement)
  if (known !== undefined) return known
  const found = new Map<string, SyntaxNode[]>()
  walk(statement, (at) => {
    if (!/^(number|integer|float)$/.test(at.type)) return
    const key = `${at.type} ${sketch.text(at)}`
    const others = found.get(key)
    if (others === undefined) found.set(key, [at])
    else others.push(at)
  })
  numbered.set(statement, found)
  return found
}

/** What `or` takes for nothing in Python: 0 and what is empty too. And `indexOf` read as yes or no. */
export const keepFalsy: Generator = (node, sketch) => {
  if (sketch.python && node.type === 'boolean_operator') {
    const [left, right] = [findField(node, 'left'), findField(node, 'right')]
    if (left === undefined || right === undefined || !/^or$/.test(sketch.text(node.children.find(({ field }) => field === 'operator') ?? node)) || /^(comparison|boolean|not)_/.test(right.type) || !isValue(node) || !/^(assignment|return_statement|argument_list|keyword_argument|pair|binary_operator|parenthesized_expression)$/.test(node.parent?.type ?? '')) return
    const [value, other] = [sketch.text(left), sketch.text(right)]
    const callee = left.type === 'call' ? findField(left, 'function') : undefined
    const given = callee !== undefined && /\.get$/.test(sketch.text(callee)) ? namedChildren(findField(left, 'arguments') ?? left) : []
    const [key] = given
    if (given.length === 1 && key !== undefined) sketch.replace(node, `${value.slice(0, key.end - left.start)}, ${other})`, 'default', 0.4, `take ${quote(other)} only where there is nothing`)
    if (/^(identifier|attribute|subscript)$/.test(left.type)) sketch.replace(node, `${other} if ${value} is None else ${value}`, 'default', 0.36, `take ${quote(other)} only where there is nothing`)
    return
  }
  if (sketch.python || node.type !== 'call_expression' || !/\.(indexOf|findIndex|lastIndexOf|search)\(/.test(sketch.text(node))) return
  const asked = node.parent?.type === 'parenthesized_expression' || (node.parent?.type === 'unary_expression' && sketch.text(node.parent).startsWith('!')) || (node.parent?.type === 'binary_expression' && /&&|\|\|/.test(sketch.text(node.parent.children[1] ?? node)))
  if (!asked) return
  if (node.parent?.type === 'unary_expression') sketch.replace(node.parent, `${sketch.text(node)} === -1`, 'comparison', 0.5)
  else sketch.replace(node, `${sketch.text(node)} !== -1`, 'comparison', 0.5)
}

/** Things in the order of what is largest first, where a key says by what they are sorted. */
export const turnKey: Generator = (node, sketch: Sketch) => {
  const key = node.type === 'lambda' && node.parent?.type === 'keyword_argument' ? findField(node.parent, 'name') : undefined
  const body = key === undefined || sketch.text(key) !== 'key' ? undefined : findField(node, 'body')
  if (body === undefined) return
  for (const part of body.type === 'tuple' ? namedChildren(body) : [body]) {
    if (/^unary/.test(part.type)) continue
    sketch.replace(part, `-${wrapped(part, sketch)}`, 'order', 0.26, `the largest ${quote(sketch.text(part))} first`)
  }
}
