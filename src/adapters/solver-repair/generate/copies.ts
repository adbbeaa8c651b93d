import { findField, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { fileNames, parametersOf } from '../syntax/scope.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { calledName, calleeOf, isCall } from './calls.ts'
import { firstStatement } from './imports.ts'
import { isValue, quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'
import { firstOfBody, indentOf } from './statements.ts'

/** A copy in the place of the thing itself, so that a caller's data is not changed. */
export const copyValue: Generator = (node, sketch) => {
  if (isCall(node)) copyReceiver(node, sketch)
  copyIterated(node, sketch)
  if (!isValue(node) || !/^(identifier|member_expression|attribute|subscript|subscript_expression)$/.test(node.type)) return
  const parentType = node.parent?.type ?? ''
  if (!/^(return_statement|variable_declarator|assignment|assignment_expression|arguments|argument_list|pair|array|list|conditional_expression|ternary_expression|arrow_function)$/.test(parentType) || node.field === 'function') return
  const prior = parentType.startsWith('arg') ? 0.1 : 0.18
  const text = sketch.text(node)
  const copies = sketch.python ? [`list(${text})`, `dict(${text})`, `${text}.copy()`] : [`[...${text}]`, `{ ...${text} }`, `structuredClone(${text})`]
  copies.forEach((copy, i) => sketch.replace(node, copy, 'copy', prior * (1 - 0.15 * i), `work on a copy of ${quote(text)}`))
}

/** A loop over what its own body may change, and `x ?? []` that hands out the thing itself. */
function copyIterated(node: SyntaxNode, sketch: Sketch): void {
  const iterated = node.field === 'right' && /^(for_in_statement|for_statement)$/.test(node.parent?.type ?? '') && /^(identifier|member_expression|attribute|subscript|subscript_expression|call_expression)$/.test(node.type)
  const text = sketch.text(node)
  if (iterated) sketch.replace(node, sketch.python ? `list(${text})` : `[...${text}]`, 'copy', 0.24, `go through a copy of ${quote(text)}`)
  if (!sketch.python && node.type === 'binary_expression' && /(\?\?|\|\|)\s*\[\]$/.test(text)) sketch.replace(node, `[...(${text})]`, 'copy', 0.2, `work on a copy of ${quote(text)}`)
}

function copyReceiver(node: SyntaxNode, sketch: Sketch): void {
  const callee = calleeOf(node)
  const object = callee === undefined ? undefined : findField(callee, 'object')
  const name = calledName(node, sketch)
  const args = argumentsOf(node)
  if (!sketch.python && object !== undefined && /^(sort|reverse|splice|push|fill)$/.test(name)) {
    sketch.replace(object, `[...${sketch.text(object)}]`, 'copy', 0.46, `work on a copy of ${quote(sketch.text(object))}`)
  }
  if (!sketch.python && callee !== undefined && sketch.text(callee) === 'Object.assign' && args[0] !== undefined) {
    sketch.propose(node, [{ start: args[0].start, end: args[0].start, text: '{}, ' }], 'copy', 0.5, 'assign to a new object')
  }
  if (sketch.python && name === 'sort' && object !== undefined) {
    const rest = args.length === 0 ? '' : `, ${args.map((arg) => sketch.text(arg)).join(', ')}`
    const made = `sorted(${sketch.text(object)}${rest})`
    if (node.parent?.type === 'expression_statement') sketch.replace(node, `${sketch.text(object)} = ${made}`, 'copy', 0.42)
    else sketch.replace(node, made, 'copy', 0.55)
  }
  if (sketch.python && name === 'reverse' && object !== undefined) sketch.replace(node, `${sketch.text(object)}[::-1]`, 'copy', 0.4)
}


/** A copy all the way down, where only the outermost thing is copied. */
export const deepenCopy: Generator = (node, sketch) => {
  const copied = copiedBy(node, sketch)
  if (copied === undefined || !/^(identifier|member_expression|attribute|subscript|subscript_expression|this|call_expression|call)$/.test(copied.type)) return
  const text = sketch.text(copied)
  if (sketch.python) copyWith('deepcopy', { node, text }, sketch, 0.24)
  else {
    sketch.replace(node, `structuredClone(${text})`, 'copy', 0.24, `copy ${quote(text)} with all that is in it`)
    if (node.type !== 'object') sketch.replace(node, `${text}.map((item) => ({ ...item }))`, 'copy', 0.12, `copy each thing in ${quote(text)} too`)
  }
}

/** What is copied by `{ ...x }`, `[...x]`, `x.slice()`, `Object.assign({}, x)`, `Array.from(x)`, `list(x)`, `dict(x)`, `x.copy()`, `x[:]`. */
function copiedBy(node: SyntaxNode, sketch: Sketch): SyntaxNode | undefined {
  const parts = namedChildren(node)
  if (/^(object|array)$/.test(node.type)) return parts.length === 1 && parts[0]?.type === 'spread_element' ? namedChildren(parts[0])[0] : undefined
  if (node.type === 'subscript') {
    const slice = findField(node, 'subscript')
    return slice?.type === 'slice' && sketch.text(slice) === ':' ? findField(node, 'value') : undefined
  }
  const callee = isCall(node) ? calleeOf(node) : undefined
  if (callee === undefined) return undefined
  const [args, called] = [argumentsOf(node), sketch.text(callee)]
  if (sketch.python && /^(list|dict)$/.test(called)) return args.length === 1 && args[0]?.type !== 'call' ? args[0] : undefined
  if (!sketch.python && called === 'Array.from') return args.length === 1 ? args[0] : undefined
  if (called === 'Object.assign') return args.length === 2 && args[0] !== undefined && sketch.text(args[0]) === '{}' ? args[1] : undefined
  const whole = args.length === 0 || (args.length === 1 && args[0] !== undefined && sketch.text(args[0]) === '0')
  return new RegExp(sketch.python ? '\\.copy$' : '\\.slice$').test(called) && whole && called !== 'copy.copy' ? findField(callee, 'object') : undefined
}

/** `copy.copy` or `copy.deepcopy` in the way the file brings them in, or with the import that it needs. */
function copyWith(how: 'copy' | 'deepcopy', what: { node: SyntaxNode; text: string; before?: string; after?: string }, sketch: Sketch, prior: number): void {
  const known = fileNames(sketch.file)
  const direct = how === 'deepcopy' && known.includes(how)
  const imported = /^(import copy|import .*\bcopy\b.*)$/m.test(sketch.file.text)
  const text = `${what.before ?? ''}${direct ? how : `copy.${how}`}(${what.text})${what.after ?? ''}`
  const place = what.before === undefined ? { start: what.node.start, end: what.node.end, text } : { start: what.node.start, end: what.node.start, text }
  const at = firstStatement(sketch)
  // A file that has something else by that name is left alone.
  if (!direct && !imported && (known.includes('copy') || place.start < at)) return
  const describes = how === 'deepcopy' ? `copy ${quote(what.text)} with all that is in it` : `work on a copy of ${quote(what.text)}`
  sketch.propose(what.node, direct || imported ? [place] : [{ start: at, end: at, text: 'import copy\n' }, place], 'copy', prior, describes)
}

/** How a function writes to one of its parameters. */
type Written = 'list' | 'dict' | 'set' | 'item' | 'field' | 'deep'

const writers = {
  script: { list: 'push pop shift unshift splice sort reverse fill copyWithin', dict: '', set: 'add delete clear set' },
  python: { list: 'append extend insert sort reverse', dict: 'update setdefault popitem', set: 'add discard' },
}
/** Methods of Python that lists, dictionaries and sets all have. */
const sharedWriters = /^(pop|remove|clear)$/

/** A function that works on copies of the parameters that it writes to: the caller's stay as they are. */
export const copyParameter: Generator = (node, sketch) => {
  if (!isFunction(node)) return
  const first = firstOfBody(node, sketch)
  const body = findField(node, 'body')
  if (first === undefined || body === undefined) return
  const params = new Set(parametersOf(sketch.file, node).filter((name) => name !== 'self' && name !== 'cls'))
  const indent = indentOf(first, sketch)
  for (const [param, ways] of writtenNames(body, params, sketch)) {
    const shapes = new Map<string, number>()
    const add = (shape: string, prior: number): void => void shapes.set(shape, Math.max(prior, shapes.get(shape) ?? 0))
    for (const way of ways) for (const [shape, prior] of copyShapes(way, sketch.python)) add(shape, prior)
    for (const [shape, prior] of shapes) {
      if (/^copy\./.test(shape)) copyWith(shape === 'copy.copy(_)' ? 'copy' : 'deepcopy', { node: first, text: param, before: `${param} = `, after: `\n${indent}` }, sketch, prior)
      else sketch.propose(first, [{ start: first.start, end: first.start, text: `${param} = ${shape.replace('_', () => param)}\n${indent}` }], 'copy', prior, `work on a copy of ${quote(param)}`)
    }
  }
}

function copyShapes(way: Written, python: boolean): readonly (readonly [string, number])[] {
  if (python) {
    switch (way) {
      case 'list': return [['list(_)', 0.34], ['copy.deepcopy(_)', 0.12]]
      case 'dict': return [['dict(_)', 0.34], ['copy.deepcopy(_)', 0.12]]
      case 'set': return [['set(_)', 0.34]]
      case 'item': return [['dict(_)', 0.3], ['list(_)', 0.28], ['copy.deepcopy(_)', 0.12]]
      case 'field': return [['copy.copy(_)', 0.28], ['copy.deepcopy(_)', 0.12]]
      case 'deep': return [['copy.deepcopy(_)', 0.28]]
    }
  }
  switch (way) {
    case 'list': return [['[..._]', 0.34], ['structuredClone(_)', 0.12]]
    case 'set': return [['new Set(_)', 0.26], ['new Map(_)', 0.26]]
    case 'item': return [['{ ..._ }', 0.3], ['[..._]', 0.28], ['structuredClone(_)', 0.12]]
    case 'field': return [['{ ..._ }', 0.34], ['structuredClone(_)', 0.12]]
    default: return [['structuredClone(_)', 0.28]]
  }
}

/** The parameters that a body writes to, and how; also by way of a loop's variable that goes through one. */
function writtenNames(body: SyntaxNode, params: ReadonlySet<string>, sketch: Sketch): ReadonlyMap<string, ReadonlySet<Written>> {
  const found = new Map<string, Set<Written>>()
  const items = new Map<string, string>()
  const add = (name: string, way: Written): void => {
    const of = items.get(name)
    if (of === undefined && !params.has(name)) return
    found.set(of ?? name, (found.get(of ?? name) ?? new Set<Written>()).add(of === undefined ? way : 'deep'))
  }
  walk(body, (at) => {
    if (isFunction(at)) return false
    const [left, right] = [findField(at, 'left'), findField(at, 'right')]
    if (/^for_(in_)?statement$/.test(at.type) && left?.type === 'identifier' && right?.type === 'identifier' && params.has(sketch.text(right))) items.set(sketch.text(left), sketch.text(right))
    const target = /^(augmented_)?assignment(_expression)?$/.test(at.type) ? left : at.type === 'update_expression' ? findField(at, 'argument') : at.type === 'delete_statement' || (at.type === 'unary_expression' && sketch.text(at).startsWith('delete ')) ? namedChildren(at)[0] : undefined
    if (target !== undefined && /^(member_expression|attribute|subscript|subscript_expression)$/.test(target.type)) {
      const holder = findField(target, 'object') ?? findField(target, 'value')
      const way = /^(member_expression|attribute)$/.test(target.type) ? 'field' : 'item'
      if (holder !== undefined) add(/^[\w$]+/.exec(sketch.text(holder))?.[0] ?? '', holder.type === 'identifier' ? way : 'deep')
    }
    const callee = isCall(at) ? calleeOf(at) : undefined
    const object = callee === undefined ? undefined : findField(callee, 'object')
    if (object !== undefined) for (const way of waysOf(calledName(at, sketch), sketch.python)) add(/^[\w$]+/.exec(sketch.text(object))?.[0] ?? '', object.type === 'identifier' ? way : 'deep')
    return undefined
  })
  return found
}

function waysOf(method: string, python: boolean): Written[] {
  const table = python ? writers.python : writers.script
  const ways = (['list', 'dict', 'set'] as const).filter((way) => table[way].split(' ').includes(method))
  return python && sharedWriters.test(method) ? ['item'] : ways
}
