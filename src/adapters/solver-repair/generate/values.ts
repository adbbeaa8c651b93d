import { findAncestor, findField, findFunction, findStatement, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { editDistance, similarity } from '../syntax/vocabulary.ts'
import { isValue, quote, swapsOf, wrapped } from './sketch.ts'
import type { Generator, Sketch, Swaps } from './sketch.ts'

const isNumber = (node: SyntaxNode): boolean => /^(number|integer|float)$/.test(node.type)

/** By file: a table of many literals would have all of it gone through for each of them. */
const numbersOf = new WeakMap<SourceFile, readonly string[]>()
const stringsOf = new WeakMap<SourceFile, ReadonlyMap<string, ReadonlySet<string>>>()

/** Numbers as written elsewhere in the same file. */
function fileNumbers(sketch: Sketch): readonly string[] {
  const known = numbersOf.get(sketch.file)
  if (known !== undefined) return known
  const found = new Set<string>()
  walk(sketch.file.root, (node) => void (isNumber(node) && found.add(sketch.text(node))))
  const numbers = [...found]
  numbersOf.set(sketch.file, numbers)
  return numbers
}

/** A number next to this one, a power of ten away, or one that the tests or the file hold. */
export const changeNumber: Generator = (node, sketch) => {
  if (!isNumber(node) || /type/.test(node.parent?.type ?? '')) return
  const text = sketch.text(node)
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value)) return
  const negative = node.parent?.type.startsWith('unary') === true
  const tried = new Set([text])
  const idle = idleValue(node, sketch)
  const offer = (other: string, prior: number): void => {
    if (tried.has(other) || other === idle) return
    tried.add(other)
    sketch.replace(node, other, 'constant', prior)
  }
  if (Number.isInteger(value)) {
    offer(String(value + 1), value === 0 ? 0.42 : 0.38)
    offer(String(value - 1), value === 0 ? 0.25 : value === 1 ? 0.42 : 0.36)
    if (value === 1 && !negative) offer('-1', 0.16)
    // 80 next to 90: one more of its last digit that is not 0.
    const unit = 10 ** (/0*$/.exec(String(value))?.[0].length ?? 0)
    if (value > 9 && unit > 1) for (const other of [value + unit, value - unit]) offer(String(other), 0.36)
  }
  for (const expected of [...sketch.words.expected, ...sketch.words.actual]) if (/^-?\d+(\.\d+)?$/.test(expected)) offer(expected, value === 0 ? 0.1 : 0.2)
  for (const other of [value * 10, value / 10, value * 100, value / 100, value * 1000, value / 1000]) {
    if (value !== 0 && String(other).length < 12) offer(String(other), 0.14)
  }
  for (const other of sketch.words.testNumbers.slice(0, 40)) offer(other, 0.1 + 0.15 * (similarity(text, other) > 0.6 ? 1 : 0))
  for (const other of sketch.words.testNumbers.slice(0, 40)) {
    const near = Number(other)
    if (near > 9 && near / value < 2 && near / value > 0.5) for (const next of [near + 1, near - 1]) offer(String(next), 0.1)
  }
  for (const other of sketch.words.alternatives.get(text) ?? []) if (Number.isFinite(Number(other))) offer(other, 0.34)
  for (const other of fileNumbers(sketch).slice(0, 20)) offer(other, 0.15)
  if (value !== 0 && Number.isInteger(value)) for (const other of [2 * value, 60, 3600, 24, 7, 12, 365]) offer(String(other), 0.06)
}

/** The number that would make the operation around it do nothing: taking the operation away says it better. */
function idleValue(node: SyntaxNode, sketch: Sketch): string | undefined {
  const operator = node.field === 'right' ? node.parent?.children.find((child) => child.field === 'operator') : undefined
  const sign = operator === undefined ? '' : sketch.text(operator)
  return /^[-+]$/.test(sign) ? '0' : /^(\*|\/|\/\/|\*\*)$/.test(sign) ? '1' : undefined
}

/** A fixed value where something in scope was meant; most of all a parameter that is not used at all. */
export const nameLiteral: Generator = (node, sketch) => {
  if (!/^(number|integer|float|string|true|false|null|none|undefined|array|list|object|dictionary)$/.test(node.type) || !isValue(node)) return
  if (findAncestor(node, (at) => /import|subscript|pair$/.test(at.type) && at.end - at.start < 60) !== undefined) return
  const scope = scopeAt(sketch.file, node)
  const fn = findFunction(node)
  const body = fn === undefined ? undefined : findField(fn, 'body')
  for (const name of [...scope.params, ...scope.locals]) {
    if (name === 'self' || name === 'cls') continue
    const used = body !== undefined && new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(sketch.text(body))
    sketch.replace(node, name, 'name', used ? 0.08 : scope.params.includes(name) ? 0.5 : 0.12)
  }
}

/** One more or one less where a number is counted, indexed or compared. */
export const offByOne: Generator = (node, sketch) => {
  const parent = node.parent
  if (parent === undefined || isNumber(node) || !node.named || !isValue(node)) return
  if (!/^(identifier|member_expression|attribute|call_expression|call|binary_expression|binary_operator|subscript_expression)$/.test(node.type)) return
  const prior = countingPrior(node, parent, sketch)
  if (prior === 0) return
  if (/binary/.test(node.type) && !/[+-]/.test(sketch.text(node))) return
  if (/^(true|false|None|null|undefined|self|this)$/.test(sketch.text(node))) return
  const whole = wrapped(node, sketch)
  const binds = bindsTighter(node, parent, sketch)
  for (const made of [`${whole} + 1`, `${whole} - 1`]) sketch.replace(node, binds ? `(${made})` : made, 'off-by-one', prior)
}

/** Would the number that is added belong to the operator around instead? */
function bindsTighter(node: SyntaxNode, parent: SyntaxNode, sketch: Sketch): boolean {
  const operator = /^binary/.test(parent.type) ? parent.children.find((child) => child.field === 'operator') : undefined
  const sign = operator === undefined ? '' : sketch.text(operator)
  return /^([*/%]|\*\*|\/\/|<<|>>>?|&|\||\^)$/.test(sign) || (sign === '-' && node.field === 'right')
}

function countingPrior(node: SyntaxNode, parent: SyntaxNode, sketch: Sketch): number {
  if (parent.type === 'slice') return 0.34
  if (node.field === 'index' || (node.field === 'subscript' && parent.type === 'subscript')) return 0.3
  if (parent.type === 'argument_list' || parent.type === 'arguments') {
    const callee = parent.parent === undefined ? undefined : findField(parent.parent, 'function')
    const name = callee === undefined ? '' : sketch.text(callee)
    return /(^|\.)(range|slice|substring|substr|splice|at|islice|padStart|padEnd|repeat|randint|Array)$/.test(name) ? 0.34 : 0.05
  }
  if (/^(binary_expression|comparison_operator)$/.test(parent.type)) {
    const operator = parent.children.find((child) => child.field === 'operator' || child.field === 'operators')
    const sign = operator === undefined ? '' : sketch.text(operator)
    return /^[<>]=?$/.test(sign) ? 0.16 : /^[=!]/.test(sign) ? 0.1 : /^\*$/.test(sign) ? 0.18 : /^[*/%]/.test(sign) ? 0.12 : /^[-+]/.test(sign) ? 0.07 : 0
  }
  if (/^(variable_declarator|assignment|return_statement|arrow_function|assignment_expression|tuple|array|list|expression_list|pair)$/.test(parent.type)) return 0.09
  return 0
}

/** Open ends and signs of slices: `[:n]` for `[n:]`. */
export const changeSlice: Generator = (node, sketch) => {
  if (node.type !== 'slice') return
  const text = sketch.text(node)
  const [from, to, ...step] = text.split(':')
  if (from === undefined || to === undefined || step.length > 0) return
  sketch.replace(node, `${to}:${from}`, 'slice', from === '' || to === '' ? 0.34 : 0.08)
  if (from !== '' && to !== '') {
    sketch.replace(node, `${from}:`, 'slice', 0.14)
    sketch.replace(node, `:${to}`, 'slice', 0.14)
  }
  if (from === '') sketch.replace(node, `1:${to}`, 'slice', 0.2)
  if (to === '') sketch.replace(node, `${from}:-1`, 'slice', 0.15)
  if (from.trim().startsWith('-') && to === '') sketch.replace(node, `:${from}`, 'slice', 0.15)
}

/** The other truth value, nothing instead of something. */
export const changeLiteral: Generator = (node, sketch) => {
  if (!isValue(node) && !/default|required_parameter|pair|assignment_pattern|keyword/.test(node.parent?.type ?? '')) return
  const text = sketch.text(node)
  const initial = /variable_declarator|^assignment|field_definition|parameter|assignment_pattern/.test(node.parent?.type ?? '')
  const weight = initial ? 1 : node.parent?.type === 'return_statement' ? 0.8 : 0.6
  const others = node.children.length > 2 ? [] : swapsOf(sketch.python ? pythonValues : scriptValues, text.replaceAll(/\s/g, ''))
  for (const [other, prior] of others) sketch.replace(node, other, initial ? 'initial value' : 'constant', prior * weight)
}

const scriptValues: Swaps = {
  true: [['false', 0.5]],
  false: [['true', 0.5]],
  null: [['undefined', 0.3], ['0', 0.12], ["''", 0.12], ['[]', 0.12], ['{}', 0.1], ['false', 0.12]],
  undefined: [['null', 0.3], ['0', 0.15], ["''", 0.12], ['[]', 0.12], ['false', 0.12]],
  '0': [['-Infinity', 0.22], ['Infinity', 0.18], ["''", 0.1], ['[]', 0.08], ['null', 0.08], ['undefined', 0.06]],
  '1': [["''", 0.04]],
  Infinity: [['-Infinity', 0.45], ['0', 0.25]],
  "''": [['0', 0.12], ['[]', 0.1], ['null', 0.12], ["' '", 0.2], ['undefined', 0.1]],
  '[]': [['{}', 0.25], ['null', 0.08], ["''", 0.08]],
  '{}': [['[]', 0.2], ['Object.create(null)', 0.14], ['null', 0.08]],
}
const pythonValues: Swaps = {
  True: [['False', 0.5]],
  False: [['True', 0.5]],
  None: [['0', 0.16], ["''", 0.12], ['[]', 0.16], ['{}', 0.14], ['False', 0.12], ['1', 0.06]],
  '0': [['None', 0.14], ["float('-inf')", 0.2], ["float('inf')", 0.16], ['0.0', 0.06], ["''", 0.06]],
  '0.0': [['1.0', 0.2], ['None', 0.1]],
  "''": [['None', 0.14], ["' '", 0.2], ['0', 0.08]],
  '""': [['None', 0.14], ['" "', 0.2], ['0', 0.08]],
  '[]': [['{}', 0.2], ['None', 0.12], ['set()', 0.14]],
  '{}': [['[]', 0.2], ['None', 0.12], ['set()', 0.14]],
}

/** Text that nearly is what the tests say. */
export const changeString: Generator = (node, sketch) => {
  if (!/^(string_fragment|string_content)$/.test(node.type)) {
    addText(node, sketch)
    return
  }
  if (node.parent?.field === 'source') return
  const text = sketch.text(node)
  const tried = new Set([text])
  const offer = (other: string, prior: number): void => {
    if (tried.has(other) || /["'`\n\\]|\$\{/.test(other)) return
    tried.add(other)
    sketch.replace(node, other, 'text', prior, `say ${quote(other)} instead of ${quote(text)}`)
  }
  for (const [from, to] of differences(sketch.words)) {
    if (from !== '' && text.includes(from)) offer(text.replace(from, to), 0.55)
    if (from !== '' && text.includes(from)) offer(text.replaceAll(from, to), 0.4)
    if (from === '' && to !== '') for (const other of [to + text, text + to]) offer(other, 0.3)
  }
  for (const known of sketch.words.testStrings) {
    const alike = similarity(text, known)
    if (alike > 0.6 && editDistance(text, known) <= Math.max(2, text.length / 3)) offer(known, 0.2 + 0.35 * alike)
  }
  for (const [from, to] of [[', ', ','], [',', ', '], [' ', ''], ['-', '_'], ['_', '-'], ['-', ' '], [' ', '-'], ['/', '-'], ['-', '/'], ['.', ','], ['\\n', ' ']] as const) {
    if (text.length < 4 && text.includes(from)) offer(text.replaceAll(from, to), 0.22)
  }
  if (text.length > 1) {
    offer(text.toLowerCase(), 0.14)
    offer(text.toUpperCase(), 0.1)
  }
  for (const other of sketch.words.alternatives.get(sketch.text(node.parent ?? node)) ?? []) offer(other.slice(1, -1), 0.36)
  for (const other of siblingStrings(node, sketch)) offer(other, 0.18)
  if (text.length <= 12) for (const known of sketch.words.testStrings) if (known.length <= 20) offer(known, 0.07)
}

/** Missing text at the ends of a template, or in an empty string. */
function addText(node: SyntaxNode, sketch: Sketch): void {
  const empty = node.type === 'string' && node.children.every((child) => !child.named || /string_(start|end)/.test(child.type))
  if (!empty && node.type !== 'template_string') return
  for (const [from, to] of differences(sketch.words)) {
    if (from !== '' || to === '' || /["'`\n\\]/.test(to)) continue
    const close = sketch.text(node).slice(-1)
    sketch.propose(node, [{ start: node.end - 1, end: node.end, text: to + close }], 'text', 0.25, `add the text ${quote(to)}`)
  }
  if (!empty) return
  const mark = sketch.text(node).slice(-1)
  for (const other of [' ', ',', ', ', '-', '\\n', '0']) sketch.replace(node, `${mark}${other}${mark}`, 'text', 0.12)
  const statement = findStatement(node)
  if (statement !== undefined) walk(statement, (at) => void (at !== node && at.type === 'string' && at.children.length > 2 && sketch.replace(node, sketch.text(at), 'text', 0.3)))
}

/** Some of the strings that are used in the same way in the file: compared with, or keys beside it. */
function siblingStrings(node: SyntaxNode, sketch: Sketch): Iterable<string> {
  let known = stringsOf.get(sketch.file)
  if (known === undefined) {
    const found = new Map<string, Set<string>>()
    walk(sketch.file.root, (at) => {
      if (!/^(string_fragment|string_content)$/.test(at.type)) return
      const alike = found.get(useOf(at)) ?? new Set<string>()
      if (alike.size < mostSiblings) found.set(useOf(at), alike.add(sketch.text(at)))
    })
    known = found
    stringsOf.set(sketch.file, known)
  }
  return known.get(useOf(node)) ?? []
}

const mostSiblings = 12

function useOf(node: SyntaxNode): string {
  return `${node.type} in ${node.parent?.parent?.type}`
}

/** Where actual and expected text part: [what the program said, what was expected]. */
export function differences(words: Sketch['words']): [string, string][] {
  const found: [string, string][] = []
  for (const [index, actual] of words.actual.entries()) {
    const expected = words.expected[index]
    if (expected === undefined || expected === actual) continue
    const a = actual.replace(/^(['"`])(.*)\1$/s, '$2')
    const b = expected.replace(/^(['"`])(.*)\1$/s, '$2')
    let head = 0
    while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++
    let tail = 0
    while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
    const span: [string, string] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)]
    if (span[0].length + span[1].length < 60) found.push(span)
    const word = (text: string, from: number, to: number): string => {
      let [left, right] = [from, to]
      while (left > 0 && /\w/.test(text[left - 1] ?? '')) left--
      while (right < text.length && /\w/.test(text[right] ?? '')) right++
      return text.slice(left, right)
    }
    found.push([word(a, head, a.length - tail), word(b, head, b.length - tail)])
  }
  return found.filter(([from, to]) => from.length < 80 && to.length < 80 && from !== to)
}
