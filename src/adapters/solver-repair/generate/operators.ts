import { findField, namedChildren } from '../syntax/node.ts'
import { quote, swapsOf, wrapped } from './sketch.ts'
import type { Generator, Swaps } from './sketch.ts'

const comparison: Swaps = {
  '<': [['<=', 0.62], ['>', 0.34], ['>=', 0.32]],
  '<=': [['<', 0.62], ['>=', 0.34], ['>', 0.32]],
  '>': [['>=', 0.62], ['<', 0.34], ['<=', 0.32]],
  '>=': [['>', 0.62], ['<=', 0.34], ['<', 0.32]],
  '==': [['!=', 0.4], ['>=', 0.16], ['<=', 0.16]],
  '!=': [['==', 0.4], ['>', 0.14], ['<', 0.14]],
  '===': [['!==', 0.42], ['>=', 0.16], ['<=', 0.16], ['==', 0.12]],
  '!==': [['===', 0.42], ['>', 0.14], ['<', 0.14], ['!=', 0.12]],
}
const script: Swaps = {
  ...comparison,
  '==': [['===', 0.3], ...(comparison['=='] ?? [])],
  '!=': [['!==', 0.3], ...(comparison['!='] ?? [])],
  '+': [['-', 0.45], ['*', 0.16]],
  '-': [['+', 0.45], ['/', 0.1]],
  '*': [['/', 0.4], ['+', 0.2], ['**', 0.12]],
  '/': [['*', 0.4], ['%', 0.2], ['-', 0.1]],
  '%': [['/', 0.25], ['*', 0.1]],
  '**': [['*', 0.35]],
  '&&': [['||', 0.5]],
  '||': [['&&', 0.45], ['??', 0.42]],
  '??': [['||', 0.4]],
  '&': [['|', 0.4], ['&&', 0.3], ['^', 0.15]],
  '|': [['&', 0.4], ['||', 0.3], ['^', 0.15]],
  '^': [['|', 0.25], ['&', 0.2], ['**', 0.2]],
  '<<': [['>>', 0.5]],
  '>>': [['<<', 0.4], ['>>>', 0.35]],
  '>>>': [['>>', 0.5], ['<<', 0.3]],
  in: [],
}
const python: Swaps = {
  ...comparison,
  is: [['==', 0.35], ['is not', 0.4]],
  'is not': [['!=', 0.3], ['is', 0.4]],
  in: [['not in', 0.42], ['==', 0.12]],
  'not in': [['in', 0.42]],
  '==': [...(comparison['=='] ?? []), ['in', 0.14]],
  '+': [['-', 0.45], ['*', 0.16]],
  '-': [['+', 0.45]],
  '*': [['/', 0.36], ['+', 0.2], ['**', 0.16], ['//', 0.16]],
  '/': [['//', 0.5], ['*', 0.36], ['%', 0.2]],
  '//': [['/', 0.5], ['%', 0.25], ['*', 0.15]],
  '%': [['//', 0.35], ['/', 0.15]],
  '**': [['*', 0.35]],
  and: [['or', 0.5]],
  or: [['and', 0.45]],
  '&': [['|', 0.45], ['^', 0.2], ['-', 0.2]],
  '|': [['&', 0.45], ['^', 0.2]],
  '^': [['|', 0.25], ['**', 0.25], ['&', 0.2]],
  '<<': [['>>', 0.5]],
  '>>': [['<<', 0.5]],
}
const assigning: Swaps = {
  '+=': [['-=', 0.45], ['=', 0.36], ['*=', 0.2]],
  '-=': [['+=', 0.48], ['=', 0.3]],
  '*=': [['+=', 0.3], ['/=', 0.35], ['=', 0.25]],
  '/=': [['*=', 0.35], ['=', 0.2]],
  '//=': [['/=', 0.35], ['%=', 0.2]],
  '%=': [['/=', 0.2], ['=', 0.2]],
  '||=': [['??=', 0.4], ['=', 0.3], ['&&=', 0.3]],
  '??=': [['||=', 0.35], ['=', 0.3]],
  '&&=': [['||=', 0.3], ['=', 0.2]],
  '|=': [['&=', 0.4], ['=', 0.25]],
  '&=': [['|=', 0.4], ['=', 0.25]],
}

function kindOf(operator: string): string {
  if (/^(&&|\|\||\?\?|and|or)$/.test(operator)) return 'logic'
  return /^[<>=!]|^is|in$/.test(operator) && operator !== '<<' && operator !== '>>' ? 'comparison' : 'arithmetic'
}

/** Another operator in the place of this one. */
export const swapOperator: Generator = (node, sketch) => {
  if (node.named && node.type !== 'comparison_operator') return
  const parent = node.parent
  if (parent === undefined || (node.field !== 'operator' && node.field !== 'operators')) return
  const operator = sketch.text(node).replaceAll(/\s+/g, ' ')
  if (/^(augmented_assignment|augmented_assignment_expression)$/.test(parent.type)) {
    for (const [other, prior] of swapsOf(assigning, operator)) sketch.replace(node, other, 'assignment', prior)
    return
  }
  if (parent.type === 'update_expression') {
    sketch.replace(node, operator === '++' ? '--' : '++', 'update', 0.45)
    return
  }
  if (!/binary|boolean_operator|comparison_operator/.test(parent.type)) return
  const swaps = swapsOf(sketch.python ? python : script, operator)
  for (const [other, prior] of swaps) {
    const kind = kindOf(operator)
    const verb = kind === 'comparison' ? 'compare with' : 'use'
    sketch.replace(node, other, kind, prior, `${verb} ${quote(other)} instead of ${quote(operator)}`)
  }
}

/** `=` where the old value was to be kept and changed. */
export const accumulate: Generator = (node, sketch) => {
  if (node.type !== '=' || node.parent?.parent?.type !== 'expression_statement' || !/^(assignment|assignment_expression)$/.test(node.parent.type)) return
  // What starts a count or a list anew is hardly meant to add nothing to it.
  const right = findField(node.parent, 'right')
  const idle = right !== undefined && /^(0|0\.0|''|""|\[\]|\{\}|null|None|undefined|true|false|True|False)$/.test(sketch.text(right))
  sketch.replace(node, '+=', 'assignment', idle ? 0.05 : 0.34)
  if (!idle) sketch.replace(node, '-=', 'assignment', 0.12)
  if (!sketch.python) sketch.replace(node, '??=', 'assignment', 0.1)
}

/** One side only of an operation, or its sides the other way round. */
export const dropOperand: Generator = (node, sketch) => {
  if (!/^(binary_expression|binary_operator|boolean_operator)$/.test(node.type)) return
  const left = findField(node, 'left')
  const right = findField(node, 'right')
  const operator = node.children.find((child) => child.field === 'operator')
  if (left === undefined || right === undefined || operator === undefined) return
  const sign = sketch.text(operator)
  const logic = kindOf(sign) === 'logic'
  if (kindOf(sign) === 'comparison') return
  const constant = (side: typeof left): boolean => /^(number|integer|float)$/.test(side.type)
  const dropRight = logic ? 0.3 : constant(right) ? 0.42 : 0.13
  const dropLeft = logic ? 0.28 : constant(left) ? 0.36 : 0.12
  sketch.replace(node, sketch.text(left), logic ? 'clause' : 'operand', dropRight, `leave out ${quote(`${sign} ${sketch.text(right)}`)}`)
  sketch.replace(node, sketch.text(right), logic ? 'clause' : 'operand', dropLeft, `leave out ${quote(`${sign === '-' ? `${sketch.text(left)} -` : `${sketch.text(left)} ${sign}`}`)}`)
  if (/^(-|\/|\/\/|%|\*\*|<<|>>|\?\?|\+)$/.test(sign)) {
    const turned = `${wrapped(right, sketch)} ${sign} ${wrapped(left, sketch)}`
    sketch.replace(node, turned, 'order', sign === '+' ? 0.12 : 0.36, `turn the two sides of ${quote(sign)} round`)
  }
}

/** `a + b * c` read as `(a + b) * c`, and the reverse. */
export const regroup: Generator = (node, sketch) => {
  if (node.type !== 'binary_expression' && node.type !== 'binary_operator') return
  const left = findField(node, 'left')
  const right = findField(node, 'right')
  const operator = node.children.find((child) => child.field === 'operator')
  if (left === undefined || right === undefined || operator === undefined) return
  const sign = sketch.text(operator)
  const inner = (side: typeof left): readonly string[] | undefined => {
    if (side.type !== node.type) return undefined
    const [a, b] = [findField(side, 'left'), findField(side, 'right')]
    const op = side.children.find((child) => child.field === 'operator')
    return a === undefined || b === undefined || op === undefined ? undefined : [sketch.text(a), sketch.text(op), sketch.text(b)]
  }
  const onRight = inner(right)
  if (onRight !== undefined) sketch.replace(node, `(${sketch.text(left)} ${sign} ${onRight[0]}) ${onRight[1]} ${onRight[2]}`, 'grouping', 0.3)
  const onLeft = inner(left)
  if (onLeft !== undefined) sketch.replace(node, `${onLeft[0]} ${onLeft[1]} (${onLeft[2]} ${sign} ${sketch.text(right)})`, 'grouping', 0.26)
  for (const [side, other] of [[left, right], [right, left]] as const) {
    const only = side.type === 'parenthesized_expression' ? namedChildren(side)[0] : undefined
    if (only === undefined || !/binary/.test(only.type)) continue
    const parts = side === left ? `${sketch.text(only)} ${sign} ${sketch.text(other)}` : `${sketch.text(other)} ${sign} ${sketch.text(only)}`
    sketch.replace(node, parts, 'grouping', 0.22)
  }
}

/** `i++` where `++i` was meant, and signs in front. */
export const changeUnary: Generator = (node, sketch) => {
  if (node.type === 'update_expression' && node.parent?.type !== 'expression_statement' && node.field !== 'increment') {
    const operator = node.children.find((child) => child.field === 'operator')
    const argument = findField(node, 'argument')
    if (operator === undefined || argument === undefined) return
    const prefix = operator.start === node.start
    const turned = prefix ? sketch.text(argument) + sketch.text(operator) : sketch.text(operator) + sketch.text(argument)
    sketch.replace(node, turned, 'update', 0.4)
  }
  if (node.type === 'unary_expression' || node.type === 'unary_operator' || node.type === 'not_operator') {
    const argument = findField(node, 'argument')
    const sign = node.children[0]
    if (argument === undefined || sign === undefined || !/^(!|not|-|\+|~)$/.test(sketch.text(sign))) return
    const negates = /^(!|not)$/.test(sketch.text(sign))
    sketch.replace(node, sketch.text(argument), negates ? 'negation' : 'sign', negates ? 0.45 : 0.3, `leave out ${quote(sketch.text(sign))}`)
  }
}
