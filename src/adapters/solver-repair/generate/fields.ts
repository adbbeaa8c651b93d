import { findField, findFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { truthOf } from './conditions.ts'
import { quote, wrapped } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

interface Fields {
  /** Data of the object itself, as read or written in the file: `self.x`, `this.#y`. */
  readonly own: readonly string[]
  /** Names of members that hold a truth value. */
  readonly truths: ReadonlySet<string>
}

const known = new WeakMap<SourceFile, Fields>()

function fieldsOf(sketch: Sketch): Fields {
  const before = known.get(sketch.file)
  if (before !== undefined) return before
  const own = new Set<string>()
  const truths = new Set<string>()
  walk(sketch.file.root, (node) => {
    if (/^(member_expression|attribute)$/.test(node.type) && node.field !== 'function' && /^(self|this)\.[\w#$]+$/.test(sketch.text(node))) own.add(sketch.text(node))
    const name = findField(node, 'name') ?? findField(node, 'key') ?? findField(node, 'left')
    const value = findField(node, 'value') ?? findField(node, 'right')
    const type = findField(node, 'type')
    const isTruth = (value !== undefined && /^(true|false)$/i.test(value.type)) || (type !== undefined && /^:?\s*(boolean|bool)$/.test(sketch.text(type)))
    if (name !== undefined && isTruth) truths.add(/[\w#$]+$/.exec(sketch.text(name))?.[0] ?? '')
  })
  const fields = { own: [...own].slice(0, 24), truths }
  known.set(sketch.file, fields)
  return fields
}

/** Another value of the object given back, most of all one that the function works with. */
export const returnField: Generator = (node, sketch) => {
  if (node.type !== 'return_statement') return
  const value = namedChildren(node)[0]
  const fn = findFunction(node)
  if (value === undefined || fn === undefined || !/^(identifier|attribute|member_expression|this|none|undefined|null|true|false)$/.test(value.type)) return
  const body = sketch.text(fn)
  for (const field of fieldsOf(sketch).own) {
    if (field !== sketch.text(value)) sketch.replace(value, field, 'return', body.includes(field) ? 0.24 : 0.08)
  }
}

/** A clause about a member that holds a truth value, or about a parameter, that is missing from a condition or from an answer of yes or no. */
export const addTruthClause: Generator = (node, sketch) => {
  const part = truthOf(node, sketch)
  if (part === undefined) return
  const text = sketch.text(part)
  const { own, truths } = fieldsOf(sketch)
  const [and, or, not] = sketch.python ? ['and', 'or', 'not '] : ['&&', '||', '!']
  const offer = (clause: string, prior: number): void => {
    if (text.includes(clause)) return
    for (const [joined, weight] of [[`${and} ${not}${clause}`, 1], [`${and} ${clause}`, 0.9], [`${or} ${clause}`, 0.8], [`${or} ${not}${clause}`, 0.6]] as const) {
      sketch.propose(part, [{ start: part.start, end: part.end, text: `${joined.startsWith(and) ? joinable(part, sketch) : text} ${joined}` }], 'clause', prior * weight, `also ask ${quote(joined)}`)
    }
  }
  for (const field of own) if (truths.has(field.split('.')[1] ?? '')) offer(field, 0.3)
  const receivers = new Set<string>()
  const beside = new Set<string>()
  walk(part, (at) => {
    const object = /^(member_expression|attribute)$/.test(at.type) ? findField(at, 'object') : undefined
    if (object?.type !== 'identifier') return
    receivers.add(sketch.text(object))
    // What stands beside this member in one shape, in the tests' data say, may be a truth value too.
    const member = /[\w$]+$/.exec(sketch.text(at))?.[0] ?? ''
    for (const other of [...(sketch.words.siblings.get(member) ?? [])].slice(0, 6)) if (!truths.has(other)) beside.add(`${sketch.text(object)}.${other}`)
  })
  for (const clause of beside) offer(clause, 0.12)
  for (const receiver of receivers) for (const truth of truths) if (!/^(self|this)$/.test(receiver) && truth !== '') offer(`${receiver}.${truth}`, 0.24)
  const scope = scopeAt(sketch.file, node)
  for (const name of [...scope.locals, ...scope.params, ...scope.outer]) if (truths.has(name)) offer(name, 0.3)
  if (node.type !== 'return_statement' && node.type !== 'arrow_function') return
  for (const name of scope.params.slice(0, 5)) if (!/^(self|cls)$/.test(name)) offer(name, 0.07)
}

/** `and` binds tighter than `or`. */
function joinable(part: SyntaxNode, sketch: Sketch): string {
  return /\|\||\?\?|\bor\b/.test(sketch.text(part)) ? wrapped(part, sketch) : sketch.text(part)
}
