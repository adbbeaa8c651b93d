import { findAncestor, findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

const isBlock = (node: SyntaxNode | undefined): boolean => node !== undefined && /^(statement_block|block|program|module|switch_case|switch_default|class_body)$/.test(node.type)
const isLoop = (node: SyntaxNode): boolean => /^(for_statement|for_in_statement|while_statement|do_statement)$/.test(node.type)

function isPlainStatement(node: SyntaxNode): boolean {
  return isBlock(node.parent) && /_statement$|_declaration$/.test(node.type) && !/import|export|function|class/.test(node.type)
}

/** White space before a node on its line. */
export function indentOf(node: SyntaxNode, sketch: Sketch): string {
  const lineStart = sketch.file.text.lastIndexOf('\n', node.start - 1) + 1
  return /^[ \t]*/.exec(sketch.file.text.slice(lineStart, node.start))?.[0] ?? ''
}

/** The first statement of a function's block, behind its docstring. */
export function firstOfBody(fn: SyntaxNode, sketch: Sketch): SyntaxNode | undefined {
  const body = findField(fn, 'body')
  if (body === undefined || !/^(statement_block|block)$/.test(body.type)) return undefined
  const statements = namedChildren(body).filter((child) => child.type !== 'import_statement')
  const docstring = sketch.python && statements[0]?.type === 'expression_statement' && namedChildren(statements[0])[0]?.type === 'string'
  return statements[docstring ? 1 : 0]
}

/** From the first column of the statement's line to the end of its last line, newline included. */
function wholeLines(node: SyntaxNode, sketch: Sketch): { start: number; end: number } {
  const text = sketch.file.text
  const lineStart = text.lastIndexOf('\n', node.start - 1) + 1
  const alone = /^\s*$/.test(text.slice(lineStart, node.start))
  const lineEnd = text.indexOf('\n', node.end)
  const clean = lineEnd === -1 ? /^[\s;]*$/.test(text.slice(node.end)) : /^[\s;]*$/.test(text.slice(node.end, lineEnd))
  return alone && clean ? { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1 } : { start: node.start, end: node.end }
}

/** A statement that should not be there, or not in that order. */
export const dropOrMove: Generator = (node, sketch) => {
  if (!isPlainStatement(node)) return
  const siblings = namedChildren(node.parent ?? node)
  const lines = wholeLines(node, sketch)
  const simple = node.type === 'expression_statement' || /^(break|continue|raise|throw)_statement$/.test(node.type)
  const onlyOne = sketch.python && siblings.length === 1
  const guard = node.type === 'if_statement' && node.end - node.start < 120
  sketch.propose(node, [onlyOne ? { start: node.start, end: node.end, text: 'pass' } : { ...lines, text: '' }], 'statement', simple ? 0.26 : guard ? 0.2 : 0.1, `leave out ${quote(sketch.text(node))}`)
  const next = siblings[siblings.indexOf(node) + 1]
  if (next !== undefined && isPlainStatement(next) && !/^(return|throw|raise)_statement$/.test(node.type)) {
    const [a, b] = [sketch.text(node), sketch.text(next)]
    const prior = /^(return|throw|raise)_statement$/.test(next.type) ? 0.05 : 0.22
    sketch.propose(node, [{ start: node.start, end: node.end, text: b }, { start: next.start, end: next.end, text: a }], 'order', prior, `do ${quote(b)} before ${quote(a)}`)
  }
  moveOutOrIn(node, siblings, sketch)
  moveFar(node, siblings, sketch)
}

/** Statements of a block that is taken in hand as a whole, and how far one is moved in it. */
const mostStatements = 14
const farthest = 5

/** A statement moved by more than one place, past something that works on the same names. */
function moveFar(node: SyntaxNode, siblings: readonly SyntaxNode[], sketch: Sketch): void {
  if (siblings.length > mostStatements || /^(return|throw|raise|break|continue)_statement$/.test(node.type) || /^switch_/.test(node.parent?.type ?? '')) return
  const from = siblings.indexOf(node)
  const lines = wholeLines(node, sketch)
  if (!sketch.file.text.slice(lines.start, lines.end).endsWith('\n')) return
  const [own, written] = [namesIn(node, sketch), writtenIn(node, sketch)]
  for (let to = Math.max(0, from - farthest); to <= Math.min(siblings.length - 1, from + farthest); to++) {
    const goal = siblings[to]
    if (goal === undefined || Math.abs(to - from) < 2 || !isPlainStatement(goal) || goal.row === node.row) continue
    const crossed = siblings.slice(Math.min(from + 1, to), Math.max(from, to + 1))
    const depends = crossed.some((other) => [...namesIn(other, sketch)].some((name) => written.has(name)) || [...writtenIn(other, sketch)].some((name) => own.has(name)))
    const jumps = to > from && crossed.some(({ type }) => /^(return|throw|raise|break|continue)_statement$/.test(type))
    if (!depends || jumps) continue
    const place = wholeLines(goal, sketch)
    const at = to < from ? place.start : place.end
    const moved = sketch.file.text.slice(lines.start, lines.end)
    if (sketch.file.text.slice(place.start, place.end).endsWith('\n')) sketch.propose(node, [{ ...lines, text: '' }, { start: at, end: at, text: moved }], 'order', 0.13, `do ${quote(sketch.text(node))} ${to < from ? 'before' : 'after'} ${quote(sketch.text(goal))}`)
  }
}

function namesIn(node: SyntaxNode, sketch: Sketch): ReadonlySet<string> {
  const names = new Set<string>()
  walk(node, (at) => void (/^(identifier|property_identifier)$/.test(at.type) && names.add(sketch.text(at))))
  return names
}

/** Names that a statement sets, directly or as a part of them, or that it calls a method of. */
function writtenIn(node: SyntaxNode, sketch: Sketch): ReadonlySet<string> {
  const names = new Set<string>()
  walk(node, (at) => {
    const target = /^(augmented_)?assignment(_expression)?$/.test(at.type) ? findField(at, 'left') : at.type === 'variable_declarator' ? findField(at, 'name') : at.type === 'update_expression' ? findField(at, 'argument') : undefined
    const callee = /^call(_expression)?$/.test(at.type) ? findField(at, 'function') : undefined
    const receiver = callee === undefined ? undefined : findField(callee, 'object')
    for (const written of [target, receiver]) if (written !== undefined) for (const name of namesIn(written, sketch)) names.add(name)
  })
  return names
}

/** The last statement of a loop's or branch's block moved behind it, or the one behind it moved into it. */
function moveOutOrIn(node: SyntaxNode, siblings: readonly SyntaxNode[], sketch: Sketch): void {
  const block = node.parent
  const holder = block?.parent
  if (block !== undefined && holder !== undefined && !isFunction(holder) && siblings.at(-1) === node && siblings.length > 1 && /^(statement_block|block)$/.test(block.type)) {
    const outer = indentOf(holder, sketch)
    const inner = indentOf(node, sketch)
    const text = sketch.text(node).replaceAll(`\n${inner}`, `\n${outer}`)
    const prior = node.type === 'return_statement' && isLoop(holder) ? 0.55 : 0.16
    const statement = holder.type === 'else_clause' || holder.type === 'elif_clause' ? (holder.parent ?? holder) : holder
    const previous = siblings.at(-2)?.end ?? node.start
    sketch.propose(node, [{ start: previous, end: node.end, text: '' }, { start: statement.end, end: statement.end, text: `\n${outer}${text}` }], 'nesting', prior, `do ${quote(sketch.text(node))} after the ${isLoop(holder) ? 'loop' : 'block'}`)
  }
  const next = siblings[siblings.indexOf(node) + 1]
  const body = findField(node, 'body') ?? findField(node, 'consequence')
  const last = body === undefined || !/^(statement_block|block)$/.test(body.type) ? undefined : namedChildren(body).at(-1)
  if (next === undefined || last === undefined || !isPlainStatement(next)) return
  const inner = indentOf(last, sketch)
  const text = sketch.text(next).replaceAll(`\n${indentOf(next, sketch)}`, `\n${inner}`)
  sketch.propose(next, [{ start: last.end, end: last.end, text: `\n${inner}${text}` }, { ...wholeLines(next, sketch), text: '' }], 'nesting', 0.16, `do ${quote(sketch.text(next))} inside the ${isLoop(node) ? 'loop' : 'block'}`)
}

/** `break` for `continue`, and where one is missing. */
export const changeJump: Generator = (node, sketch) => {
  const end = sketch.python ? '' : ';'
  const hasEnd = sketch.text(node).endsWith(';')
  if (node.type === 'break_statement') sketch.replace(node, `continue${hasEnd ? end : ''}`, 'jump', 0.42)
  if (node.type === 'continue_statement') {
    sketch.replace(node, `break${hasEnd ? end : ''}`, 'jump', 0.42)
    sketch.replace(node, `return${hasEnd ? end : ''}`, 'jump', 0.1)
  }
  if (node.type === 'switch_case') {
    const last = namedChildren(node).at(-1)
    const statements = namedChildren(node).slice(1)
    if (last === undefined || statements.length === 0 || /^(break|return|throw|continue)_/.test(last.type)) return
    sketch.propose(node, [{ start: last.end, end: last.end, text: `\n${indentOf(last, sketch)}break` }], 'jump', 0.6, 'end the case with `break`')
  }
  // `if (x) found = y` without braces.
  if (node.type === 'expression_statement' && node.field === 'consequence' && findAncestor(node, isLoop) !== undefined) {
    const text = sketch.text(node)
    for (const [jump, prior] of [['break', 0.2], ['continue', 0.08]] as const) sketch.replace(node, `{ ${text}${text.endsWith(';') ? '' : ';'} ${jump}${text.endsWith(';') ? ';' : ''} }`, 'jump', prior, `then ${jump}`)
  }
  if (node.type === 'expression_statement' && findAncestor(node, isLoop) !== undefined && isBlock(node.parent) && namedChildren(node.parent ?? node).at(-1) === node && !isLoop(node.parent?.parent ?? node)) {
    for (const jump of ['break', 'continue']) {
      sketch.propose(node, [{ start: node.end, end: node.end, text: `\n${indentOf(node, sketch)}${jump}` }], 'jump', 0.16, `then ${jump}`)
    }
  }
}

/** What is computed and not given back, and another value given back. */
export const changeReturn: Generator = (node, sketch) => {
  if (node.type === 'expression_statement' && findFunction(node) !== undefined) {
    const value = namedChildren(node)[0]
    if (value !== undefined && /^(call|call_expression|binary|boolean|comparison|ternary|conditional|await|identifier|member|attribute|object|array|list|dictionary|parenthesized|unary|subscript|template|string|number|integer|new|not_)/.test(value.type)) {
      const last = namedChildren(node.parent ?? node).at(-1) === node
      sketch.propose(node, [{ start: node.start, end: node.start, text: 'return ' }], 'return', hasReturn(node) ? (last ? 0.3 : 0.08) : 0.5, `give back ${quote(sketch.text(value))}`)
    }
  }
  if (node.type === 'return_statement') {
    const value = namedChildren(node)[0]
    if (value === undefined) return
    const scope = scopeAt(sketch.file, node)
    for (const name of [...scope.locals, ...scope.params]) {
      if (name !== sketch.text(value) && value.type !== 'identifier') sketch.replace(value, name, 'return', scope.locals.includes(name) ? 0.12 : 0.07)
    }
    const values = sketch.python ? ['True', 'False', 'None', '0', '[]', "''"] : ['true', 'false', 'null', 'undefined', '0', '[]', "''"]
    // What a test expects may stand in for another fixed value; in the place of a computed one it would only humour the test.
    const fixed = /^(string|number|integer|float|true|false|none|null|undefined)$|^unary/.test(value.type)
    const wanted = fixed ? sketch.words.expected.filter((text) => text.length < 30) : []
    for (const other of [...values, ...wanted]) sketch.replace(value, other, 'return', 0.06)
  }
  addReturn(node, sketch)
  if (node.type === 'arrow_function') bracedArrow(node, sketch)
}

function hasReturn(node: SyntaxNode): boolean {
  const fn = findFunction(node)
  let found = false
  if (fn !== undefined) walk(fn, (at) => {
    if (at.type === 'return_statement' && at.children.length > 1) found = true
    return at === fn || !isFunction(at)
  })
  return found
}

/** A function that ends without giving anything back. */
function addReturn(node: SyntaxNode, sketch: Sketch): void {
  if (!isFunction(node)) return
  const body = findField(node, 'body')
  const last = body === undefined || !/^(statement_block|block)$/.test(body.type) ? undefined : namedChildren(body).at(-1)
  if (last === undefined || /^(return|throw|raise)_statement$/.test(last.type)) return
  const scope = scopeAt(sketch.file, last)
  const missing = !hasReturn(last)
  for (const name of [...scope.locals, ...scope.params, sketch.python ? 'self' : 'this', ...(sketch.python ? ['True', 'False'] : ['true', 'false'])]) {
    if (name === 'cls' || (name === 'self' && !scope.params.includes('self'))) continue
    const prior = (missing ? 0.26 : 0.14) * (scope.locals.includes(name) ? 1 : 0.6)
    sketch.propose(last, [{ start: last.end, end: last.end, text: `\n${indentOf(last, sketch)}return ${name}` }], 'return', prior, `give back ${quote(name)} at the end`)
  }
}

/** `(x) => { x + 1 }` gives nothing back. */
function bracedArrow(node: SyntaxNode, sketch: Sketch): void {
  const body = findField(node, 'body')
  const only = body?.type === 'statement_block' ? namedChildren(body) : []
  if (only.length !== 1 || only[0]?.type !== 'expression_statement') return
  sketch.propose(only[0], [{ start: only[0].start, end: only[0].start, text: 'return ' }], 'return', 0.5, `give back ${quote(sketch.text(only[0]))}`)
}

/** `if` where `else if` was meant, an `else` too many. */
export const changeElse: Generator = (node, sketch) => {
  if (node.type !== 'if_statement') return
  const before = namedChildren(node.parent ?? node)
  const previous = before[before.indexOf(node) - 1]
  if (previous?.type !== 'if_statement' || node.parent?.type === 'else_clause') return
  if (sketch.python) sketch.propose(node, [{ start: node.start, end: node.start + 2, text: 'elif' }], 'branch', 0.3, 'only otherwise (`elif`)')
  else sketch.propose(node, [{ start: node.start, end: node.start, text: 'else ' }], 'branch', 0.3, 'only otherwise (`else if`)')
}

/** The rest of a block that is only for where the condition before it does not hold. */
export const addElse: Generator = (node, sketch) => {
  if (!isPlainStatement(node) || node.type === 'if_statement') return
  const siblings = namedChildren(node.parent ?? node)
  const at = siblings.indexOf(node)
  const before = siblings[at - 1]
  if (before?.type !== 'if_statement' || before.children.some((child) => /^(else_clause|elif_clause)$/.test(child.type))) return
  const indent = indentOf(node, sketch)
  const text = sketch.text(node)
  const last = at === siblings.length - 1
  const made = sketch.python ? `else:\n${indent}    ${text.replaceAll('\n', '\n    ')}` : `else ${text}`
  if (/declaration$/.test(node.type)) return
  sketch.propose(node, [{ start: node.start, end: node.end, text: made }], 'branch', last ? 0.24 : 0.14, `do ${quote(text)} only otherwise (\`else\`)`)
}

/** `elif` where `if` was meant, and parts of comprehensions. */
export const changeClause: Generator = (node, sketch) => {
  if (node.type === 'elif_clause' && node.parent !== undefined && !node.parent.children.some((child) => child.type === 'else_clause' || (child.type === 'elif_clause' && child.start > node.start))) {
    sketch.propose(node, [{ start: node.start, end: node.start + 4, text: 'if' }], 'branch', 0.25, 'in any case (`if`)')
  }
  if (node.type === 'if_clause') sketch.propose(node, [{ start: node.start, end: node.end, text: '' }], 'clause', 0.2, `leave out ${quote(sketch.text(node))}`)
}
