import { findAncestor, findField, findFunction, namedChildren } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { argumentsOf, isAsyncFunction, similarity } from '../syntax/vocabulary.ts'
import { exchange } from './conditions.ts'
import { isValue, quote, swapsOf, wrapped } from './sketch.ts'
import type { Generator, Sketch, Swaps } from './sketch.ts'

export const isCall = (node: SyntaxNode): boolean => node.type === 'call_expression' || node.type === 'call' || node.type === 'new_expression'

export function calleeOf(call: SyntaxNode): SyntaxNode | undefined {
  return findField(call, 'function') ?? findField(call, 'constructor')
}

/** The last word of what is called. */
export function calledName(call: SyntaxNode, sketch: Sketch): string {
  const callee = calleeOf(call)
  return callee === undefined ? '' : (/[\w$]+$/.exec(sketch.text(callee))?.[0] ?? '')
}

/** Arguments the other way round, one too many, or one that is missing. */
export const changeArguments: Generator = (node, sketch) => {
  if (!isCall(node)) return
  const args = argumentsOf(node)
  const list = findField(node, 'arguments')
  if (list === undefined || (list.type !== 'arguments' && list.type !== 'argument_list')) return
  const name = calledName(node, sketch)
  const known = sketch.words.functions.get(name)
  for (let i = 0; i + 1 < args.length; i++) {
    const [a, b] = [args[i], args[i + 1]]
    if (a === undefined || b === undefined || a.type === 'keyword_argument' || b.type === 'keyword_argument') continue
    const better = known !== undefined && similarity(sketch.text(a), known.params[i + 1] ?? '') + similarity(sketch.text(b), known.params[i] ?? '')
      > similarity(sketch.text(a), known.params[i] ?? '') + similarity(sketch.text(b), known.params[i + 1] ?? '')
    exchange(node, a, b, sketch, better ? 0.6 : 0.34, `pass ${quote(sketch.text(b))} before ${quote(sketch.text(a))}`)
  }
  for (const [i, arg] of args.entries()) {
    const [from, to] = i > 0 ? [args[i - 1]?.end ?? arg.start, arg.end] : [arg.start, args[1]?.start ?? arg.end]
    sketch.propose(node, [{ start: from, end: to, text: '' }], 'argument', 0.1, `do not pass ${quote(sketch.text(arg))}`)
  }
  addArgument(node, list, args, name, sketch)
}

function addArgument(call: SyntaxNode, list: SyntaxNode, args: readonly SyntaxNode[], name: string, sketch: Sketch): void {
  const offer = (text: string, prior: number): void => {
    const joined = args.length > 0 ? `, ${text}` : text
    const at = args.at(-1)?.end ?? list.start + 1
    sketch.propose(call, [{ start: at, end: at, text: joined }], 'argument', prior, `also pass ${quote(text)} to ${quote(name)}`)
  }
  const known = sketch.words.functions.get(name)
  const scope = scopeAt(sketch.file, call)
  const missing = known?.params[args.length]
  if (missing !== undefined) {
    for (const other of [...scope.params, ...scope.locals]) {
      const prior = 0.12 + 0.35 * similarity(other, missing)
      offer(other, prior)
      if (sketch.python) offer(`${missing}=${other}`, prior * 0.8)
      if (other === missing) for (const more of [`${other} + 1`, `${other} - 1`]) offer(more, 0.3)
    }
    for (const value of sketch.python ? ['True', 'False', '0', '1'] : ['true', 'false', '0', '1']) offer(value, 0.08)
  }
  for (const [value, prior] of swapsOf(sketch.python ? pythonDefaults : scriptDefaults, name)) offer(value, prior)
}

/** Arguments that calls of the standard library are often found without. */
const scriptDefaults: Swaps = {
  sort: [['(a, b) => a - b', 0.45], ['(a, b) => b - a', 0.25], ['(a, b) => a.localeCompare(b)', 0.15]],
  toSorted: [['(a, b) => a - b', 0.45], ['(a, b) => b - a', 0.25]],
  reduce: [['0', 0.4], ['1', 0.15], ["''", 0.2], ['[]', 0.2], ['{}', 0.2]],
  parseInt: [['10', 0.25]],
  join: [["''", 0.3], ["', '", 0.25], ["' '", 0.25], ["'\\n'", 0.15]],
  fill: [['0', 0.25], ['null', 0.1]],
  flat: [['Infinity', 0.3]],
  toFixed: [['2', 0.3], ['1', 0.1]],
  stringify: [['null, 2', 0.2]],
  split: [["''", 0.25], ["','", 0.15], ["' '", 0.15]],
  padStart: [["'0'", 0.4]],
  padEnd: [["'0'", 0.15]],
  slice: [['1', 0.2], ['-1', 0.12]],
}
const pythonDefaults: Swaps = {
  sorted: [['reverse=True', 0.35], ['key=len', 0.15], ['key=str.lower', 0.2], ['key=lambda item: item[1]', 0.2]],
  sort: [['reverse=True', 0.35], ['key=len', 0.12], ['key=str.lower', 0.2]],
  round: [['2', 0.3], ['1', 0.12]],
  get: [['0', 0.35], ['[]', 0.2], ["''", 0.2], ['False', 0.1], ['{}', 0.12]],
  pop: [['0', 0.3], ['None', 0.2]],
  sum: [['0', 0.02]],
  next: [['None', 0.3]],
  max: [['default=0', 0.3], ['default=None', 0.3], ['key=len', 0.15]],
  min: [['default=0', 0.3], ['default=None', 0.3], ['key=len', 0.15]],
  split: [["','", 0.2], ["', '", 0.1], ["' '", 0.1]],
  dumps: [['sort_keys=True', 0.3]],
  strip: [["'/'", 0.1]],
  zip: [['strict=True', 0.15]],
  enumerate: [['1', 0.35], ['start=1', 0.3]],
  getattr: [['None', 0.3]],
}

/** Waits for what a call gives, or no longer. */
export const changeAwait: Generator = (node, sketch) => {
  if (node.type.startsWith('await')) {
    const value = namedChildren(node)[0]
    if (value !== undefined) sketch.replace(node, sketch.text(value), 'await', 0.12, 'do not wait for it')
    return
  }
  if (!isCall(node) || node.parent?.type.startsWith('await') === true) return
  const fn = findFunction(node)
  const name = calledName(node, sketch)
  const asyncCallee = sketch.words.functions.get(name)?.isAsync === true
  const promises = /^(all|allSettled|race|any|fetch|json|text|resolve|sleep|wait|delay|read\w*|write\w*|load\w*|save\w*|fetch\w*)$/.test(name)
  const smells = /Promise|coroutine|never awaited/.test(sketch.words.messages)
  const dropped = node.parent?.type === 'expression_statement' && /^(Promise|asyncio)\./.test(sketch.text(node)) && fn !== undefined && isAsyncFunction(fn)
  // An async function that waits for nothing, or a `try` around a call whose failure comes later, has most likely lost its `await`.
  const idle = fn !== undefined && isAsyncFunction(fn) && !/\bawait\b/.test(sketch.text(fn))
  const tried = fn !== undefined && isAsyncFunction(fn) && /^(variable_declarator|return_statement|assignment|assignment_expression|expression_statement)$/.test(node.parent?.type ?? '') && findAncestor(node, (at) => at === fn || at.type === 'try_statement')?.type === 'try_statement'
  const prior = asyncCallee ? 0.62 : dropped ? 0.55 : promises && smells ? 0.45 : smells ? 0.3 : idle ? 0.35 : tried ? 0.3 : fn !== undefined && isAsyncFunction(fn) ? 0.12 : 0
  if (fn === undefined || prior === 0) return
  const member = node.parent !== undefined && node.field === 'object'
  const awaited = member ? `(await ${sketch.text(node)})` : `await ${sketch.text(node)}`
  const edit = { start: node.start, end: node.end, text: awaited }
  if (isAsyncFunction(fn)) sketch.propose(node, [edit], 'await', prior, `wait for ${quote(sketch.text(node))}`)
  else if (asyncCallee || smells) sketch.propose(node, [{ start: fn.start, end: fn.start, text: 'async ' }, edit], 'await', prior * 0.5, `wait for ${quote(sketch.text(node))}`)
}

const stringShaping = ['trim', 'toLowerCase', 'toUpperCase', 'strip', 'lower', 'upper', 'flat', 'sort', 'reverse', 'toString']

/** A call taken away around a value, or one that is missing. */
export const wrapValue: Generator = (node, sketch) => {
  if (isCall(node)) unwrap(node, sketch)
  if (sketch.python && /^(generator_expression|list_comprehension)$/.test(node.type)) {
    const text = sketch.text(node)
    for (const call of ['sorted', 'set', 'list']) sketch.replace(node, node.field === 'arguments' ? `(${call}${text})` : `${call}(${text})`, 'conversion', call === 'sorted' ? 0.14 : 0.06)
  }
  if (!isValue(node) || node.field === 'function') return
  const parentType = node.parent?.type ?? ''
  if (/^(binary_expression|binary_operator)$/.test(node.type) && /\//.test(sketch.text(node))) {
    const calls = sketch.python ? ['int', 'round'] : ['Math.floor', 'Math.round', 'Math.ceil', 'Math.trunc']
    calls.forEach((call, i) => sketch.replace(node, `${call}(${sketch.text(node)})`, 'rounding', 0.34 - 0.05 * i))
  }
  if (!/^(identifier|member_expression|attribute|call_expression|call|subscript|subscript_expression)$/.test(node.type)) return
  const place = /^(arguments|argument_list|binary_expression|comparison_operator|binary_operator|return_statement|subscript|subscript_expression|pair|variable_declarator|assignment|arrow_function|template_substitution|list_comprehension|parenthesized_expression)$/
  if (!place.test(parentType)) return
  const lonely = wrapped(node, sketch)
  const calls = sketch.python
    ? [['str(_)', 0.07], ['int(_)', 0.09], ['abs(_)', 0.08], ['_.strip()', 0.12], ['_.lower()', 0.12], ['list(_)', 0.08], ['sorted(_)', 0.08], ['len(_)', 0.05], ['float(_)', 0.05], ['set(_)', 0.05]] as const
    : [['Number(_)', 0.1], ['String(_)', 0.08], ['Math.abs(_)', 0.07], ['_.trim()', 0.12], ['_.toLowerCase()', 0.12], ['Math.round(_)', 0.06], ['Math.max(0, _)', 0.07], ['encodeURIComponent(_)', 0.04], ['Object.keys(_)', 0.03], ['Math.floor(_)', 0.06]] as const
  for (const [shape, prior] of calls) {
    const text = shape.replace('_', () => (shape.startsWith('_') ? lonely : sketch.text(node)))
    if (!sketch.text(node).includes(shape.replaceAll(/_|[()]/g, ''))) sketch.replace(node, text, 'conversion', prior)
  }
}

function unwrap(node: SyntaxNode, sketch: Sketch): void {
  const args = argumentsOf(node)
  const callee = calleeOf(node)
  const object = callee === undefined ? undefined : findField(callee, 'object')
  const name = calledName(node, sketch)
  if (args.length === 1 && args[0] !== undefined && node.type !== 'new_expression') {
    sketch.replace(node, wrapped(args[0], sketch), 'unwrap', 0.12, `use ${quote(sketch.text(args[0]))} itself, without ${quote(name)}`)
  }
  if (object !== undefined && object.type !== 'this') {
    sketch.replace(node, sketch.text(object), 'unwrap', stringShaping.includes(name) ? 0.28 : 0.12, `leave out ${quote(`.${name}(…)`)}`)
  }
}

/** Something else where there is nothing. */
export const addDefault: Generator = (node, sketch) => {
  if (!isValue(node) || node.field === 'function') return
  const parentType = node.parent?.type ?? ''
  if (/await|spread_element$/.test(parentType) && !sketch.python) defaultOf(node, sketch, [['[]', 0.2]])
  if (sketch.python) {
    if (node.type === 'subscript') softSubscript(node, sketch)
    if (/^(identifier|attribute|call)$/.test(node.type) && /^(for_statement|for_in_clause|argument_list|return_statement|assignment|binary_operator)$/.test(parentType)) {
      defaultOf(node, sketch, [['[]', 0.09], ["''", 0.07], ['0', 0.07], ['{}', 0.05]])
    }
    return
  }
  if (node.type === 'non_null_expression') {
    const inner = namedChildren(node)[0]
    for (const [value, prior] of [['[]', 0.2], ["''", 0.14], ['0', 0.14], ['{}', 0.08]] as const) {
      if (inner !== undefined) sketch.replace(node, `(${wrapped(inner, sketch)} ?? ${value})`, 'default', prior, `take ${quote(value)} where ${quote(sketch.text(inner))} is nothing`)
    }
  }
  if (node.type === 'member_expression' || node.type === 'call_expression' || node.type === 'subscript_expression' || node.type === 'identifier') {
    const nothing = /undefined|null|NaN/.test(sketch.words.messages)
    const weight = (nothing ? 1.6 : 0.8) * (node.type === 'identifier' ? 0.8 : 1)
    if (/binary_expression|arguments|variable_declarator|return_statement|spread|for_in|pair|assignment|template|arrow/.test(parentType)) {
      defaultOf(node, sketch, [['0', 0.15 * weight], ["''", 0.1 * weight], ['[]', 0.13 * weight], ['{}', 0.08 * weight], ['null', 0.05 * weight]])
    }
    if (node.field === 'object') defaultOf(node, sketch, receiverDefaults(node, sketch, weight))
  }
  const callee = node.field === 'object' && node.parent?.type === 'member_expression' ? node.parent : undefined
  if (callee !== undefined && !/\?\./.test(sketch.text(callee)) && !callee.children.some((child) => child.type === 'optional_chain')) {
    const read = findField(callee, 'property')
    const nothing = read !== undefined && sketch.words.messages.includes(`(reading '${sketch.text(read)}')`)
    const dot = callee.children.find((child) => child.type === '.')
    if (dot !== undefined) sketch.replace(dot, '?.', 'guard', nothing ? 0.4 : 0.1, `go on only where ${quote(sketch.text(node))} is there`)
  }
}

const ofText = /^(trim\w*|split|toLowerCase|toUpperCase|startsWith|endsWith|replace\w*|match\w*|padStart|padEnd|charAt|charCodeAt|substring|localeCompare|normalize)$/
const ofList = /^(map|filter|reduce|forEach|join|push|some|every|find\w*|flat\w*|sort|reverse|at|entries)$/

/** What can stand in for a receiver that is nothing, by what is asked of it; likeliest where the tests say that this very read failed. */
function receiverDefaults(node: SyntaxNode, sketch: Sketch, weight: number): [string, number][] {
  const property = node.parent === undefined ? undefined : findField(node.parent, 'property')
  const name = property === undefined ? '' : sketch.text(property)
  const failed = sketch.words.messages.includes(`(reading '${name}')`)
  const base = failed ? 0.42 : 0.08 * weight
  const few = base * 0.35
  return [["''", ofText.test(name) ? base : few], ['[]', ofList.test(name) || name === 'length' ? base : few], ['{}', ofText.test(name) || ofList.test(name) ? few * 0.5 : base]]
}

function defaultOf(node: SyntaxNode, sketch: Sketch, values: readonly (readonly [string, number])[]): void {
  for (const [value, prior] of values) {
    const text = `(${wrapped(node, sketch)} ${sketch.python ? 'or' : '??'} ${value})`
    sketch.replace(node, text, 'default', prior, `take ${quote(value)} where ${quote(sketch.text(node))} is nothing`)
  }
}

/** `d[key]` → `d.get(key, …)`. */
function softSubscript(node: SyntaxNode, sketch: Sketch): void {
  const value = findField(node, 'value')
  const key = findField(node, 'subscript')
  if (value === undefined || key === undefined || key.type === 'slice') return
  const prior = /KeyError/.test(sketch.words.messages) ? 0.42 : 0.08
  for (const other of ['0', 'None', '[]', "''"]) {
    const text = other === 'None' ? `${sketch.text(value)}.get(${sketch.text(key)})` : `${sketch.text(value)}.get(${sketch.text(key)}, ${other})`
    sketch.replace(node, text, 'default', prior)
  }
}
