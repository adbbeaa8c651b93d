import { findAncestor, findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'
import { indentOf } from './statements.ts'

const isLoop = (node: SyntaxNode): boolean => /^(for_statement|while_statement|do_statement)$/.test(node.type)
/** Names that tell by how much something goes on. */
const stepLike = /step|size|width|stride|chunk|gap|period|interval|every|batch|count|length|^[nk]$/i

/** By how much a count could go on: names around it, those first that are added to it elsewhere in the loop. */
function stepsFor(name: string, loop: SyntaxNode, sketch: Sketch): [string, number][] {
  const scope = scopeAt(sketch.file, loop)
  const body = sketch.text(loop)
  const names = [...scope.params, ...scope.locals].filter((other) => other !== name && !/^(self|cls)$/.test(other)).slice(0, 8)
  return names.map((other): [string, number] => {
    const added = new RegExp(`(?<![\\w$])${escape(name)} ?\\+ ?${escape(other)}(?![\\w$])`).test(body)
    return [other, added ? 0.55 : stepLike.test(other) ? 0.3 : 0.1]
  })
}

function escape(name: string): string {
  return name.replaceAll('$', '\\$')
}

/** A count that goes on by something else: `i += size` and `i += 2` for `i++`, another step for `i += 1`. */
export const changeStep: Generator = (node, sketch) => {
  const loop = findAncestor(node, isLoop)
  const whole = node.type === 'update_expression' && (node.field === 'increment' || node.parent?.type === 'expression_statement')
  if (loop === undefined || findFunction(loop) !== findFunction(node)) return
  if (whole) {
    const [argument, operator] = [findField(node, 'argument'), node.children.find((child) => child.field === 'operator')]
    if (argument?.type !== 'identifier' || operator === undefined) return
    const [name, sign] = [sketch.text(argument), sketch.text(operator) === '++' ? '+=' : '-=']
    for (const [step, prior] of stepsFor(name, loop, sketch)) sketch.replace(node, `${name} ${sign} ${step}`, 'step', prior)
    for (const [other, prior] of [[`${sign} 2`, 0.28], ['*= 2', 0.1]] as const) sketch.replace(node, `${name} ${other}`, 'step', prior)
    return
  }
  const [left, right] = [findField(node, 'left'), findField(node, 'right')]
  if (!/^augmented_assignment/.test(node.type) || left?.type !== 'identifier' || right === undefined) return
  for (const [step, prior] of stepsFor(sketch.text(left), loop, sketch)) if (step !== sketch.text(right)) sketch.replace(right, step, 'step', 0.8 * prior)
}

/** The start or the step of a `range`, where it has none. */
export const changeRange: Generator = (node, sketch) => {
  const callee = sketch.python && node.type === 'call' ? findField(node, 'function') : undefined
  if (callee === undefined || sketch.text(callee) !== 'range') return
  const args = argumentsOf(node)
  const [first, last] = [args[0], args.at(-1)]
  if (first === undefined || last === undefined || args.some(({ type }) => /splat/.test(type))) return
  const around = node.parent?.parent ?? node
  const turn = node.field === 'right' ? node.parent : undefined
  const variable = turn === undefined ? undefined : findField(turn, 'left')
  const place = /^for_statement$/.test(turn?.type ?? '') ? turn : around
  const steps = variable === undefined || place === undefined ? [] : stepsFor(sketch.text(variable), place, sketch)
  const used = args.map((arg) => sketch.text(arg))
  if (args.length === 1) {
    const text = sketch.text(first)
    const offer = (made: string, prior: number): void => sketch.replace(first, made, 'range', prior, `count ${quote(`range(${made})`)}`)
    offer(`1, ${text}`, 0.3)
    offer(`1, ${text} + 1`, 0.26)
    offer(`2, ${text}`, 0.08)
    offer(`${text}, 0, -1`, 0.1)
    offer(`${text} - 1, -1, -1`, 0.14)
    for (const [name, prior] of steps) if (!used.includes(name)) {
      offer(`${name}, ${text}`, 0.12)
      if (prior > 0.2) offer(`0, ${text}, ${name}`, prior)
    }
  }
  if (args.length !== 2) return
  const offer = (step: string, prior: number): void => sketch.propose(node, [{ start: last.end, end: last.end, text: `, ${step}` }], 'range', prior, `count in steps of ${quote(step)}`)
  // From the end, or from a name towards a fixed number: most likely downwards.
  const down = /len\(|- ?1$/.test(used[0] ?? '') || (/^-?\d+$/.test(used[1] ?? '') && !/^-?\d+$/.test(used[0] ?? ''))
  offer('-1', down ? 0.5 : 0.12)
  offer('2', 0.2)
  for (const [name, prior] of steps) if (!used.includes(name)) offer(name, prior)
}

/** A `while` that never changes what it asks for. */
export const addUpdate: Generator = (node, sketch) => {
  const body = node.type === 'while_statement' ? findField(node, 'body') : undefined
  const condition = body === undefined ? undefined : findField(node, 'condition')
  const last = body === undefined || !/^(statement_block|block)$/.test(body.type) ? undefined : namedChildren(body).at(-1)
  if (body === undefined || condition === undefined || last === undefined || /^(return|throw|raise|break|continue)_statement$/.test(last.type)) return
  const counts = namesIn(condition, sketch).filter((name) => !isSet(name, body, sketch))
  if (counts.length === 0 || /\.(pop|shift|popleft|next|splice|read\w*)\(/.test(sketch.text(node))) return
  const end = sketch.text(last).endsWith(';') ? ';' : ''
  const offer = (line: string, prior: number): void => sketch.propose(last, [{ start: last.end, end: last.end, text: `\n${indentOf(last, sketch)}${line}${end}` }], 'step', prior, `then do ${quote(line)}`)
  for (const name of counts.slice(0, 3)) {
    offer(sketch.python ? `${name} += 1` : `${name}++`, 0.36)
    offer(sketch.python ? `${name} -= 1` : `${name}--`, 0.24)
    for (const link of ['next', 'parent']) if (sketch.words.properties.has(link)) offer(`${name} = ${name}.${link}`, 0.36)
  }
}

/** Plain names that a condition asks about, no calls and no members. */
function namesIn(condition: SyntaxNode, sketch: Sketch): string[] {
  const names = new Set<string>()
  walk(condition, (at) => {
    if (at.type === 'identifier' && at.field !== 'function' && at.field !== 'attribute' && at.field !== 'object') names.add(sketch.text(at))
  })
  return [...names]
}

function isSet(name: string, body: SyntaxNode, sketch: Sketch): boolean {
  let found = false
  walk(body, (at) => {
    const target = /^(augmented_)?assignment(_expression)?$/.test(at.type) ? findField(at, 'left') : at.type === 'update_expression' ? findField(at, 'argument') : undefined
    if (target !== undefined && new RegExp(`(?<![\\w$])${escape(name)}(?![\\w$])`).test(sketch.text(target))) found = true
    return !isFunction(at)
  })
  return found
}
