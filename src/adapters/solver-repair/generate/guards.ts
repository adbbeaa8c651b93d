import { findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { parametersOf, scopeAt } from '../syntax/scope.ts'
import { firstOfBody, indentOf } from './statements.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** What a function gives back elsewhere, then what the tests expect, then what is usual. */
function guardValues(fn: SyntaxNode, sketch: Sketch): [string, number][] {
  const values = new Map<string, number>()
  walk(fn, (node) => {
    if (node.type === 'return_statement') {
      const value = namedChildren(node)[0]
      if (value === undefined) values.set('', 0.7)
      else if (value.end - value.start <= 24 && !values.has(sketch.text(value))) values.set(sketch.text(value), isPlain(value) ? 1 : 0.5)
    }
    return node === fn || !isFunction(node)
  })
  for (const expected of sketch.words.expected) if (expected.length <= 24 && !values.has(expected) && /^[[\]{}'"\w.-]*$/.test(expected)) values.set(expected, /^['"]?.{0,2}$|^[[\]{}]+$/.test(expected) ? 0.8 : 0.3)
  const usual = sketch.python ? ['None', '0', '1', "''", '[]', '{}', 'False', 'True', '0.0'] : ['undefined', 'null', '0', '1', "''", '[]', '{}', 'false', 'true']
  for (const value of usual) if (!values.has(value)) values.set(value, 0.45)
  return [...values].slice(0, 14)
}

function isPlain(node: SyntaxNode): boolean {
  return /^(number|integer|float|string|true|false|null|none|undefined|array|list|object|dictionary|identifier)$/.test(node.type)
}

/** Cases that are passed by at the start of a function: nothing given, empty, zero. */
export const addGuard: Generator = (node, sketch) => {
  if (!isFunction(node)) return
  const first = firstOfBody(node, sketch)
  const expression = expressionOf(node)
  if (first === undefined && expression === undefined) return
  const params = parametersOf(sketch.file, node).filter((name) => name !== 'self' && name !== 'cls')
  const messages = sketch.words.messages
  const nothing = /of (undefined|null)|NoneType|not iterable/.test(messages)
  const empty = /ZeroDivision|division by zero|NaN|Infinity|IndexError|empty|out of range|StatisticsError|Reduce of empty/.test(messages)
  const recursion = /RecursionError|Maximum call stack/.test(messages)
  const raises = /not raised|DID NOT RAISE|Missing expected (exception|rejection)/.test(messages)
  const insert = (condition: string, action: string, prior: number, describes: string): void => {
    const line = sketch.python ? `if ${condition}: ${action}` : `if (${condition}) ${action}`
    if (first !== undefined) sketch.propose(first, [{ start: first.start, end: first.start, text: `${line}\n${indentOf(first, sketch)}` }], 'guard', prior, describes)
  }
  for (const param of params.slice(0, 5)) {
    for (const [condition, say, weight] of guardConditions(param, sketch, { nothing, empty, recursion })) {
      const own: [string, number][] = /[<=]=? ?[01]$/.test(condition) ? [[param, recursion ? 0.9 : 0.4]] : []
      for (const [value, share] of [...guardValues(node, sketch).slice(0, expression === undefined ? 14 : 8).filter(([value]) => own.length === 0 || value !== param), ...own]) {
        const describes = `give back ${quote(value === '' ? 'nothing' : value)} at once where ${say}`
        if (expression === undefined) insert(condition, `return ${value}`.trim(), 0.17 * weight * share, describes)
        else if (value !== '') sketch.replace(expression, sketch.python ? `${value} if ${condition} else ${sketch.text(expression)}` : `${condition} ? ${value} : ${sketch.text(expression)}`, 'guard', 0.17 * weight * share, describes)
      }
      if (raises) for (const thrown of throwStatements(sketch)) insert(condition, thrown, 0.3 * weight, `refuse where ${say}`)
    }
  }
}

/** What a function without a block gives back, where it has a name: one that is only passed on seldom lacks a guard. */
function expressionOf(fn: SyntaxNode): SyntaxNode | undefined {
  const named = /^(variable_declarator|assignment|assignment_expression|pair|public_field_definition|field_definition)$/.test(fn.parent?.type ?? '')
  const body = named && /^(arrow_function|lambda)$/.test(fn.type) ? findField(fn, 'body') : undefined
  return body === undefined || body.type === 'statement_block' ? undefined : body
}

function guardConditions(param: string, sketch: Sketch, seen: { nothing: boolean; empty: boolean; recursion: boolean }): [string, string, number][] {
  const nothing = seen.nothing ? 2 : 0.8
  const empty = seen.empty ? 2 : 0.9
  const zero = seen.recursion || seen.empty ? 1.8 : 0.6
  return sketch.python
    ? [[`not ${param}`, `${quote(param)} is empty or nothing`, Math.max(nothing, empty)], [`${param} is None`, `${quote(param)} is nothing`, nothing * 0.8],
      [`${param} == 0`, `${quote(param)} is 0`, zero * 0.7], [`${param} <= 0`, `${quote(param)} is not above 0`, zero * 0.6], [`${param} < 0`, `${quote(param)} is below 0`, 0.6], [`${param} <= 1`, `${quote(param)} is at most 1`, zero * 0.5], [`${param} == 1`, `${quote(param)} is 1`, zero * 0.45]]
    : [[`${param} == null`, `${quote(param)} is nothing`, nothing], [`${param}.length === 0`, `${quote(param)} is empty`, empty], [`!${param}`, `${quote(param)} is empty or nothing`, Math.max(nothing, empty) * 0.7],
      [`${param} === 0`, `${quote(param)} is 0`, zero * 0.7], [`${param} <= 0`, `${quote(param)} is not above 0`, zero * 0.6], [`${param} < 0`, `${quote(param)} is below 0`, 0.6], [`${param} <= 1`, `${quote(param)} is at most 1`, zero * 0.5], [`${param} === 1`, `${quote(param)} is 1`, zero * 0.45]]
}

/** A value that was looked up and may not be there: passed by right after it was put into a variable. */
export const guardLocal: Generator = (node, sketch) => {
  const declared = sketch.python ? (node.type === 'expression_statement' ? namedChildren(node)[0] : undefined) : /^(lexical|variable)_declaration$/.test(node.type) ? namedChildren(node)[0] : undefined
  const name = declared === undefined ? undefined : (findField(declared, 'name') ?? (declared.type === 'assignment' ? findField(declared, 'left') : undefined))
  const value = declared === undefined ? undefined : (findField(declared, 'value') ?? findField(declared, 'right'))
  const fn = findFunction(node)
  if (name?.type !== 'identifier' || value === undefined || fn === undefined || !/call|await|subscript|member|attribute/.test(value.type) || !/^(statement_block|block)$/.test(node.parent?.type ?? '')) return
  const nothing = /of (undefined|null)|NoneType|is undefined/.test(sketch.words.messages)
  const variable = sketch.text(name)
  const empty = /NaN|Infinity|ZeroDivision|division by zero|IndexError|out of range|empty|Maximum call stack|RecursionError/.test(sketch.words.messages)
  const conditions = sketch.python
    ? [[`${variable} is None`, 'nothing', nothing ? 0.34 : 0.1], [`not ${variable}`, 'empty', empty ? 0.24 : 0.06]] as const
    : [[`${variable} == null`, 'nothing', nothing ? 0.34 : 0.1], [`${variable}.length === 0`, 'empty', empty ? 0.24 : 0.06]] as const
  for (const [condition, say, prior] of conditions) for (const [given, share] of guardValues(fn, sketch)) {
    const action = `return ${given}`.trim()
    const line = sketch.python ? `if ${condition}: ${action}` : `if (${condition}) ${action}`
    sketch.propose(node, [{ start: node.end, end: node.end, text: `\n${indentOf(node, sketch)}${line}` }], 'guard', prior * share, `give back ${quote(given === '' ? 'nothing' : given)} at once where ${quote(variable)} is ${say}`)
  }
}

/** How this file refuses elsewhere, and the plainest way. */
function throwStatements(sketch: Sketch): string[] {
  const found = new Set<string>()
  walk(sketch.file.root, (node) => {
    if (/^(throw|raise)_statement$/.test(node.type) && node.end - node.start < 120 && !/\n/.test(sketch.text(node))) found.add(sketch.text(node))
  })
  const asked = /(\w+(?:Error|Exception)) not raised|DID NOT RAISE <class '(?:\w+\.)*(\w+)'>/.exec(sketch.words.messages)
  const kind = asked?.[1] ?? asked?.[2]
  const usual = sketch.python ? `raise ${kind ?? 'ValueError'}('invalid argument')` : "throw new RangeError('invalid argument')"
  return [...[...found].slice(0, 4), usual]
}

/** Turns of a loop that should be passed over. */
export const addSkip: Generator = (node, sketch) => {
  if (!/^(for_statement|for_in_statement|while_statement)$/.test(node.type)) return
  const body = findField(node, 'body')
  const first = body === undefined || !/^(statement_block|block)$/.test(body.type) ? undefined : namedChildren(body)[0]
  const left = findField(node, 'left')
  if (first === undefined || left === undefined || left.type !== 'identifier') return
  const name = sketch.text(left)
  const indent = indentOf(first, sketch)
  const conditions = sketch.python ? [`not ${name}`, `${name} is None`] : [`!${name}`, `${name} == null`]
  for (const condition of conditions) {
    const line = sketch.python ? `if ${condition}: continue` : `if (${condition}) continue`
    sketch.propose(first, [{ start: first.start, end: first.start, text: `${line}\n${indent}` }], 'guard', 0.14, `pass over ${quote(name)} where ${quote(condition)}`)
  }
}

/** Python: a default that all calls share, `[[…]] * n` that repeats one list, and a `self` that is not passed on. */
export const mendPython: Generator = (node, sketch) => {
  if (!sketch.python) return
  if (/^(default_parameter|typed_default_parameter)$/.test(node.type)) sharedDefault(node, sketch)
  if (node.type === 'binary_operator') {
    const [left, right] = [findField(node, 'left'), findField(node, 'right')]
    const inner = left?.type === 'list' ? namedChildren(left) : []
    if (right !== undefined && inner.length === 1 && inner[0] !== undefined && sketch.text(node.children[1] ?? node) === '*') {
      sketch.replace(node, `[${sketch.text(inner[0])} for _ in range(${sketch.text(right)})]`, 'copy', 0.5, 'make a list of its own for each row')
    }
  }
  if (node.type === 'lambda') lateBinding(node, sketch)
}

function sharedDefault(node: SyntaxNode, sketch: Sketch): void {
  const [name, value] = [findField(node, 'name'), findField(node, 'value')]
  const fn = node.parent?.parent
  const body = fn === undefined ? undefined : findField(fn, 'body')
  const first = body === undefined ? undefined : namedChildren(body)[0]
  if (name === undefined || value === undefined || first === undefined || !/^(list|dictionary|call|set)$/.test(value.type)) return
  const indent = indentOf(first, sketch)
  const line = `if ${sketch.text(name)} is None:\n${indent}    ${sketch.text(name)} = ${sketch.text(value)}\n${indent}`
  sketch.propose(node, [{ start: value.start, end: value.end, text: 'None' }, { start: first.start, end: first.start, text: line }], 'shared default', 0.7, `make a new ${quote(sketch.text(value))} for each call`)
}

/** A lambda made in a loop that sees the loop's last value. */
function lateBinding(node: SyntaxNode, sketch: Sketch): void {
  const scope = scopeAt(sketch.file, node.parent ?? node)
  const body = findField(node, 'body')
  const parameters = findField(node, 'parameters')
  if (body === undefined) return
  for (const name of scope.locals) {
    if (!new RegExp(`\\b${name}\\b`).test(sketch.text(body))) continue
    const at = parameters?.end ?? node.start + 'lambda'.length
    const text = parameters === undefined ? ` ${name}=${name}` : `, ${name}=${name}`
    sketch.propose(node, [{ start: at, end: at, text }], 'binding', 0.3, `keep the value that ${quote(name)} has now`)
  }
}
