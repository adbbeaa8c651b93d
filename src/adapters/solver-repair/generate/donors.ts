import { findField, findFunction, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'
import { indentOf } from './statements.ts'

/** A short statement of the file, as it stands there. */
interface Donor {
  readonly text: string
  readonly indent: string
  /** Names that have to be readable where it is put. */
  readonly names: readonly string[]
  /** `this.x`, `self.x` and the like that it touches, and that the function around it does. */
  readonly members: readonly string[]
  readonly company: readonly string[]
  readonly fn: SyntaxNode | undefined
  readonly file: SourceFile
}

const mostDonors = 14
const mostChars = 120
const jumps = /^(return|throw|raise|break|continue)_statement$/
const gathered = new WeakMap<SourceFile, readonly Donor[]>()

/** Those of the file itself first, then of others of the same language. */
function donorsOf(sketch: Sketch): readonly Donor[] {
  const others = sketch.words.files.filter((file) => file !== sketch.file && (file.grammar === 'python') === sketch.python)
  return [sketch.file, ...others].flatMap((file) => donorsIn({ ...sketch, file, text: (node) => file.text.slice(node.start, node.end) }))
}

function donorsIn(sketch: Sketch): readonly Donor[] {
  const known = gathered.get(sketch.file)
  if (known !== undefined) return known
  const found = new Map<string, Donor>()
  walk(sketch.file.root, (node) => {
    if (!isDonor(node, sketch)) return
    const { names, members } = wordsOf(node, sketch)
    const text = sketch.text(node)
    if (!found.has(text)) found.set(text, { text, indent: indentOf(node, sketch), names, members, file: sketch.file, ...companyOf(node, sketch) })
  })
  const donors = [...found.values()]
  gathered.set(sketch.file, donors)
  return donors
}

/** A call, an assignment, a loop of one line, or a condition with which something is passed by. */
function isDonor(node: SyntaxNode, sketch: Sketch): boolean {
  if (node.end - node.start > mostChars || findFunction(node) === undefined) return false
  if (node.type === 'expression_statement') return /^(call|call_expression|assignment|assignment_expression|augmented_assignment|augmented_assignment_expression|update_expression|await|await_expression)$/.test(namedChildren(node)[0]?.type ?? '')
  if (/^for_(in_)?statement$/.test(node.type)) return !/\n/.test(sketch.text(node))
  if (node.type !== 'if_statement' || node.children.some((child) => /^(else_clause|elif_clause)$/.test(child.type))) return false
  return /\b(return|throw|raise|break|continue)\b/.test(sketch.text(node))
}

function companyOf(node: SyntaxNode, sketch: Sketch): Pick<Donor, 'company' | 'fn'> {
  const fn = findFunction(node)
  return { fn, company: fn === undefined ? [] : wordsOf(fn, sketch).members }
}

function wordsOf(node: SyntaxNode, sketch: Sketch): { names: string[]; members: string[] } {
  const [names, members, bound] = [new Set<string>(), new Set<string>(), new Set<string>()]
  walk(node, (at) => {
    if (at.type === 'member_expression' || at.type === 'attribute') members.add(sketch.text(at))
    if (at.type !== 'identifier' || at.field === 'attribute' || (at.field === 'name' && at.parent?.type === 'keyword_argument')) return
    const binds = at.field === 'left' && /^(assignment|for_statement|for_in_statement)$/.test(at.parent?.type ?? '')
    if (binds || at.parent?.type === 'for_in_clause' || /parameter|^lambda/.test(at.parent?.type ?? '')) bound.add(sketch.text(at))
    names.add(sketch.text(at))
  })
  return { names: [...names].filter((name) => !bound.has(name)), members: [...members] }
}

/** What is missing here often stands in a function nearby: a statement of the same file, put where its names can be read. */
export const donateStatement: Generator = (node, sketch) => {
  if (!/^(statement_block|block)$/.test(node.type)) return
  const fn = node.parent !== undefined && isFunction(node.parent) ? node.parent : findFunction(node)
  if (fn === undefined) return
  const statements = namedChildren(node)
  const first = statements[0]
  if (first === undefined || /^(function|class)_/.test(node.parent?.type ?? '') === false && statements.length > 12) return
  const scope = scopeAt(sketch.file, first)
  const readable = new Set([...scope.params, ...scope.locals, ...scope.outer])
  const own = wordsOf(fn, sketch)
  const shared = (members: readonly string[]): number => members.filter((member) => own.members.includes(member)).length
  // A statement of a function that works on the same things may well be missing here, whatever it is about itself.
  const nearness = (donor: Donor): number => shared(donor.members) + 0.3 * donor.names.filter((name) => own.names.includes(name)).length + (donor.members.length > 0 && shared(donor.company) >= 2 ? 1 : 0)
  const here = new Set(donorsIn(sketch).map(({ text }) => text))
  const fitting = donorsOf(sketch)
    .filter((donor) => donor.names.every((name) => readable.has(name) || name in globalThis || (sketch.python && /^(self|cls|len|str|int|list|dict|set|sorted|min|max|range|sum|any|all|isinstance|print|[A-Z]\w*Error)$/.test(name))))
    // What stands in another file has to be about the same things to be worth a try here.
    .filter((donor) => donor.file === sketch.file || (nearness(donor) >= 1 && !here.has(donor.text)))
    .toSorted((a, b) => nearness(b) - nearness(a)).slice(0, mostDonors)
  for (const donor of fitting) insertDonor(donor, { statements, sketch, prior: donor.fn === fn ? 0.1 : (nearness(donor) >= 1 ? 0.24 : 0.13) * (donor.file === sketch.file ? 1 : 0.6) })
}

function insertDonor(donor: Donor, place: { statements: readonly SyntaxNode[]; sketch: Sketch; prior: number }): void {
  const { statements, sketch, prior } = place
  const describes = `also do ${quote(donor.text)}, as elsewhere in the ${donor.file === sketch.file ? 'file' : 'project'}`
  for (const [i, statement] of statements.entries()) {
    const before = statements[i - 1]
    if (sketch.text(statement) === donor.text || (before !== undefined && sketch.text(before) === donor.text)) continue
    const indent = indentOf(statement, sketch)
    const text = donor.text.replaceAll(`\n${donor.indent}`, `\n${indent}`)
    if (!isDocstring(statement, sketch)) sketch.propose(statement, [{ start: statement.start, end: statement.start, text: `${text}\n${indent}` }], 'donor', prior, describes)
    if (i === statements.length - 1 && !jumps.test(statement.type)) sketch.propose(statement, [{ start: statement.end, end: statement.end, text: `\n${indent}${text}` }], 'donor', prior, describes)
  }
}

function isDocstring(statement: SyntaxNode, sketch: Sketch): boolean {
  return sketch.python && statement.type === 'expression_statement' && namedChildren(statement)[0]?.type === 'string' && findField(statement, 'left') === undefined
}
