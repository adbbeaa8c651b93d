import { findAncestor, findField, findFunction, namedChildren } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { calledName } from './calls.ts'
import { isValue, quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'
import { firstOfBody, indentOf } from './statements.ts'

/** A method that is read and not called, and a value that is called. */
export const changeCalled: Generator = (node, sketch) => {
  const messages = sketch.words.messages
  if (/^(member_expression|attribute)$/.test(node.type) && node.field !== 'function' && isValue(node) && node.field !== 'object') {
    const name = /[\w$]+$/.exec(sketch.text(node))?.[0] ?? ''
    const known = sketch.words.functions.get(name)
    if (known === undefined || known.params.length > 0) return
    const blamed = /'method'|bound method|function|\[object|NaN/.test(messages)
    const passed = /^(arguments|argument_list|pair|keyword_argument|list|array)$/.test(node.parent?.type ?? '')
    sketch.replace(node, `${sketch.text(node)}()`, 'call', (blamed ? 0.5 : 0.26) * (passed ? 0.4 : 1), `call ${quote(sketch.text(node))}`)
  }
  const callee = /^(call|call_expression)$/.test(node.type) ? findField(node, 'function') : undefined
  if (callee === undefined || argumentsOf(node).length > 0) return
  const blamed = messages.includes(`${sketch.text(callee)} is not a function`) || /object is not callable/.test(messages)
  if (/^(member_expression|attribute|identifier)$/.test(callee.type)) sketch.replace(node, sketch.text(callee), 'call', blamed ? 0.6 : 0.06, `read ${quote(sketch.text(callee))}, and do not call it`)
}

/** `new` that is missing. */
export const addNew: Generator = (node, sketch) => {
  const callee = node.type === 'call_expression' ? findField(node, 'function') : undefined
  if (callee === undefined || !/^([\w$]+\.)*[A-Z][\w$]*$/.test(sketch.text(callee)) || /^(String|Number|Boolean|Symbol|BigInt|Object|Error|\w+Error)$/.test(sketch.text(callee))) return
  const blamed = /without 'new'|constructor/.test(sketch.words.messages)
  sketch.propose(node, [{ start: node.start, end: node.start, text: 'new ' }], 'call', blamed ? 0.7 : 0.24, `make a new ${quote(sketch.text(callee))}`)
}

/** What a class is made of by the one above it: a constructor that does not call it, and a method that calls itself where the other was meant. */
export const callSuper: Generator = (node, sketch) => {
  if (sketch.python && node.type === 'function_definition') {
    addInit(node, sketch)
    bindMethod(node, sketch)
  }
  const callee = /^(call|call_expression)$/.test(node.type) ? findField(node, 'function') : undefined
  const object = callee === undefined ? undefined : findField(callee, 'object')
  const fn = findFunction(node)
  const name = fn === undefined ? undefined : findField(fn, 'name')
  if (object === undefined || name === undefined || !/^(this|self)$/.test(sketch.text(object)) || sketch.text(name) !== calledName(node, sketch)) return
  const recursion = /RecursionError|Maximum call stack/.test(sketch.words.messages)
  if (parentsOf(node, sketch) !== '') sketch.replace(object, sketch.python ? 'super()' : 'super', 'receiver', recursion ? 0.6 : 0.2)
}

/** A method without `self`: it takes none, or it lacks it. */
function bindMethod(fn: SyntaxNode, sketch: Sketch): void {
  const list = findField(fn, 'parameters')
  const inClass = fn.parent?.type === 'block' && fn.parent.parent?.type === 'class_definition'
  const [first] = list === undefined ? [] : namedChildren(list)
  if (list === undefined || !inClass || (first !== undefined && /^(self|cls|\*)/.test(sketch.text(first)))) return
  const blamed = /positional arguments? but|missing \d+ required positional/.test(sketch.words.messages) ? 1 : 0.5
  const usesSelf = /\bself\b/.test(sketch.text(findField(fn, 'body') ?? fn))
  sketch.propose(fn, [{ start: fn.start, end: fn.start, text: `@staticmethod\n${indentOf(fn, sketch)}` }], 'binding', (usesSelf ? 0.1 : 0.5) * blamed, 'take no object (`@staticmethod`)')
  sketch.propose(fn, [{ start: list.start + 1, end: list.start + 1, text: first === undefined ? 'self' : 'self, ' }], 'binding', (usesSelf ? 0.7 : 0.36) * blamed, 'take the object that it is called on (`self`)')
}

function addInit(fn: SyntaxNode, sketch: Sketch): void {
  const name = findField(fn, 'name')
  const first = firstOfBody(fn, sketch)
  if (name === undefined || first === undefined || sketch.text(name) !== '__init__' || parentsOf(fn, sketch) === '' || /super\(/.test(sketch.text(fn))) return
  const blamed = /has no attribute/.test(sketch.words.messages)
  const params = namedChildren(findField(fn, 'parameters') ?? fn).filter(({ type }) => type === 'identifier').map((param) => sketch.text(param)).slice(1)
  for (const given of new Set(['', params.join(', '), params[0] ?? ''])) {
    sketch.propose(first, [{ start: first.start, end: first.start, text: `super().__init__(${given})\n${indentOf(first, sketch)}` }], 'call', (blamed ? 0.5 : 0.2) * (given === '' ? 1 : 0.6), 'set up what the class above holds')
  }
}

/** What the class around a place is derived from; empty where it is from nothing. */
function parentsOf(node: SyntaxNode, sketch: Sketch): string {
  const around = findAncestor(node, ({ type }) => /^class/.test(type) && type !== 'class_body')
  const above = around?.children.find(({ type, field }) => type === 'class_heritage' || field === 'superclasses')
  return above === undefined ? '' : sketch.text(above).replaceAll(/^\(|\)$/g, '')
}
