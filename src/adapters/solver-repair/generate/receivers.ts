import { findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { fileNames, scopeAt } from '../syntax/scope.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

const known = new WeakMap<SourceFile, Map<string, Set<string>>>()

/** By member, what it is read from in the file: `now` from `clock` and `Date`. */
function receiversOf(sketch: Sketch): ReadonlyMap<string, ReadonlySet<string>> {
  const before = known.get(sketch.file)
  if (before !== undefined) return before
  const table = new Map<string, Set<string>>()
  walk(sketch.file.root, (node) => {
    if (!/^(member_expression|attribute)$/.test(node.type)) return
    const object = findField(node, 'object')
    const member = findField(node, 'property') ?? findField(node, 'attribute')
    if (object === undefined || member === undefined || !/^(self\.|this\.)?[\w$]+$/.test(sketch.text(object))) return
    const set = table.get(sketch.text(member)) ?? new Set()
    set.add(sketch.text(object))
    table.set(sketch.text(member), set)
  })
  known.set(sketch.file, table)
  return table
}

/** The same member of another thing from which the file reads it elsewhere, where that can be named here. */
export const changeReceiver: Generator = (node, sketch) => {
  const parent = node.parent
  if (node.field !== 'object' || parent === undefined || !/^(identifier|this|attribute|member_expression)$/.test(node.type)) return
  const member = findField(parent, 'property') ?? findField(parent, 'attribute')
  if (member === undefined) return
  const scope = scopeAt(sketch.file, node)
  const names = new Set([...scope.params, ...scope.locals, ...scope.outer, ...fileNames(sketch.file), 'this', 'self'])
  for (const other of receiversOf(sketch).get(sketch.text(member)) ?? []) {
    if (other !== sketch.text(node) && names.has(other.split('.')[0] ?? '')) sketch.replace(node, other, 'receiver', 0.3)
  }
}

/** The name of a function's rest parameter, from the functions around a place. */
function restNames(node: SyntaxNode, sketch: Sketch): string[] {
  const names: string[] = []
  for (let fn = findFunction(node); fn !== undefined; fn = findFunction(fn)) {
    const list = findField(fn, 'parameters')
    if (list !== undefined) walk(list, (at) => {
      const name = /^(rest_pattern|list_splat_pattern)$/.test(at.type) ? namedChildren(at)[0] : undefined
      if (name !== undefined) names.push(sketch.text(name))
      return !isFunction(at)
    })
  }
  return names
}

/** All of the arguments passed on, where the list or its first one is. */
export const spreadRest: Generator = (node, sketch) => {
  if (!/^(arguments|argument_list)$/.test(node.parent?.type ?? '') || !/^(identifier|subscript|subscript_expression)$/.test(node.type)) return
  const name = /^[\w$]+/.exec(sketch.text(node))?.[0] ?? ''
  if (!restNames(node, sketch).includes(name) || !/^[\w$]+(\[0\])?$/.test(sketch.text(node))) return
  sketch.replace(node, `${sketch.python ? '*' : '...'}${name}`, 'argument', 0.36, `pass on all of ${quote(name)}`)
}

/** `Math.max(...list)` of an empty list is `-Infinity`. */
export const addLeast: Generator = (node, sketch) => {
  if (node.type !== 'call_expression' || !/^Math\.(max|min)\(/.test(sketch.text(node))) return
  const [only, ...others] = argumentsOf(node)
  if (only?.type !== 'spread_element' || others.length > 0) return
  for (const [value, prior] of [['0', 0.36], ['1', 0.16]] as const) sketch.propose(node, [{ start: only.start, end: only.start, text: `${value}, ` }], 'argument', prior, `take at least ${quote(value)} where there is nothing`)
}
