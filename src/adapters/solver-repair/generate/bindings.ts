import { findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'
import { firstOfBody, indentOf } from './statements.ts'

/** A variable that is bound in another way than it is used: set again, shared by the turns of a loop, keys for values. */
export const changeBinding: Generator = (node, sketch) => {
  if (sketch.python) {
    if (node.type === 'function_definition') shareVariable(node, sketch)
    return
  }
  const kind = node.children.find(({ type }) => /^(const|let|var)$/.test(type))
  if (kind !== undefined && /^(lexical_declaration|variable_declaration|for_in_statement)$/.test(node.type)) {
    const blamed = /Assignment to constant/.test(sketch.words.messages)
    if (sketch.text(kind) === 'const' && blamed) sketch.replace(kind, 'let', 'binding', 0.5)
    if (sketch.text(kind) === 'var') sketch.replace(kind, 'let', 'binding', 0.3)
  }
  if (node.type === 'for_in_statement') {
    const word = node.children.find(({ type }) => type === 'in' || type === 'of')
    if (word !== undefined) sketch.replace(word, word.type === 'in' ? 'of' : 'in', 'loop', word.type === 'in' ? 0.42 : 0.16, word.type === 'in' ? 'go through values, not keys' : 'go through keys, not values')
  }
  if (/^function(_expression)?$/.test(node.type) && node.named) keepThis(node, sketch)
}

/** `function () { … this … }` that is only passed on has a `this` of its own. */
function keepThis(node: SyntaxNode, sketch: Sketch): void {
  const [parameters, body] = [findField(node, 'parameters'), findField(node, 'body')]
  if (parameters === undefined || body === undefined || node.children.some(({ type }) => type === '*') || !/\bthis\b/.test(sketch.text(body)) || /\barguments\b/.test(sketch.text(body))) return
  const head = node.children.some(({ type }) => type === 'async') ? 'async ' : ''
  const edits = [{ start: node.start, end: parameters.start, text: head }, { start: parameters.end, end: parameters.end, text: ' =>' }]
  sketch.propose(node, edits, 'binding', node.parent?.type === 'arguments' ? 0.4 : 0.16, 'keep the `this` of the code around')
}

/** A name of the code around that a function sets: Python takes it for one of its own. */
function shareVariable(fn: SyntaxNode, sketch: Sketch): void {
  const name = /(?:local variable|free variable) '(\w+)'/.exec(sketch.words.messages)?.[1]
  const first = firstOfBody(fn, sketch)
  if (name === undefined || first === undefined) return
  let sets = false
  walk(fn, (at) => {
    const left = /^(augmented_)?assignment$/.test(at.type) ? findField(at, 'left') : undefined
    if (left !== undefined && sketch.text(left) === name) sets = true
    return at === fn || !isFunction(at)
  })
  const around = findFunction(fn)
  const held = around === undefined ? undefined : new RegExp(`(^|\\n)\\s*${name} = `).exec(sketch.text(around))
  const word = held === null || held === undefined ? 'global' : 'nonlocal'
  if (sets) sketch.propose(first, [{ start: first.start, end: first.start, text: `${word} ${name}\n${indentOf(first, sketch)}` }], 'binding', 0.6, `set ${quote(name)} of the code around`)
}

/** Errors of another kind, raised and caught. */
export const changeError: Generator = (node, sketch) => {
  const raised = sketch.python ? (node.type === 'raise_statement' ? namedChildren(node)[0] : undefined) : node.type === 'throw_statement' ? namedChildren(node)[0] : undefined
  const kind = raised === undefined ? undefined : (findField(raised, 'function') ?? findField(raised, 'constructor') ?? (raised.type === 'identifier' ? raised : undefined))
  const said = [...sketch.words.messages.matchAll(/\b([A-Z]\w*(?:Error|Exception|Exit|Interrupt|StopIteration))\b/g)].map((match) => match[1] ?? '')
  const usual = sketch.python ? ['ValueError', 'TypeError', 'KeyError', 'IndexError', 'RuntimeError'] : ['RangeError', 'TypeError', 'Error']
  if (kind !== undefined && /^[A-Z]\w*$/.test(sketch.text(kind))) {
    for (const other of new Set([...said, ...usual])) if (other !== sketch.text(kind)) sketch.replace(kind, other, 'error', said.includes(other) ? 0.45 : 0.14)
    return
  }
  const caught = node.type === 'except_clause' ? (findField(node, 'value') ?? namedChildren(node)[0]) : undefined
  const type = caught?.type === 'as_pattern' ? namedChildren(caught)[0] : caught
  if (type === undefined || !/^(identifier|tuple|attribute)$/.test(type.type)) return
  const now = sketch.text(type)
  for (const other of new Set([...said, ...usual])) {
    if (new RegExp(`\\b${other}\\b`).test(now)) continue
    const prior = said.includes(other) ? 0.5 : 0.1
    sketch.replace(type, type.type === 'tuple' ? `${now.replace(/,?\s*\)$/, '')}, ${other})` : `(${now}, ${other})`, 'error', prior, `also catch ${quote(other)}`)
    if (type.type !== 'tuple') sketch.replace(type, other, 'error', 0.9 * prior)
  }
}
