import { findAncestor, findField, findStatement, isFunction, namedChildren, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import type { Clues } from './clues.ts'
import { findLoopRows } from './loops.ts'
import type { FileSuspicion } from './spectrum.ts'

/** How suspect each place of the project is. */
export interface Heat {
  of(file: SourceFile, node: SyntaxNode): number
}

/** Suspicion below which a place is left alone. */
const coldest = 0.02

/** How much more suspect a place is for each thing that speaks against it. */
const weight = { frame: 0.5, outerFrame: 0.25, name: 0.2, word: 0.3, recent: 0.4, type: 0.6, lint: 0.3, loop: 1, outerLoop: 0.3 }

/**
 * Joins the spectrum with what the messages say, what came in lately, and what types and lint have against a line. Code outside all functions ran before the tests: it is as suspect as the
 * code that uses what it names.
 */
export function findHeat(files: readonly SourceFile[], suspicions: ReadonlyMap<string, FileSuspicion>, clues: Clues): Heat {
  const { evidence } = clues
  const framed = new Map(evidence.frames.map((frame) => [`${frame.path}:${frame.line}`, frame.depth]))
  const plain = (file: SourceFile, node: SyntaxNode): number => lookUp(suspicions.get(file.path), node)
  const used = findUses(files, suspicions, plain)
  const says = evidence.failing.map((test) => `${test.name} ${test.message ?? ''}`).join('\n')
  const boosts = new WeakMap<SyntaxNode, number>()
  const nameBoost = (file: SourceFile, node: SyntaxNode): number => {
    const fn = isFunction(node) ? node : findAncestor(node, isFunction)
    if (fn === undefined) return 1
    const known = boosts.get(fn)
    if (known !== undefined) return known
    const name = findField(fn, 'name')
    const text = name === undefined ? '' : file.text.slice(name.start, name.end)
    const boost = text.length > 2 && mentions(says, text) ? 1 + weight.name : 1
    boosts.set(fn, boost)
    return boost
  }
  const marks = readMarks(files, clues, (path) => suspicions.has(path))
  return {
    of(file, node) {
      const inFunction = isFunction(node) || findAncestor(node, isFunction) !== undefined
      const base = inFunction ? plain(file, node) : 0.8 * Math.max(0, ...declaredNames(file, node).map((name) => used.get(name) ?? 0))
      if (base < coldest) return 0
      const depth = framed.get(`${file.path}:${node.row + 1}`)
      const frame = depth === undefined ? 0 : depth === 0 ? weight.frame : weight.outerFrame
      return base * nameBoost(file, node) * (1 + frame) * (1 + (marks.get(file.path)?.get(node.row) ?? 0))
    },
  }
}

/** By path and row from 0: what speaks against a line beside the spectrum and stack traces. */
function readMarks(files: readonly SourceFile[], clues: Clues, isRun: (path: string) => boolean): Map<string, Map<number, number>> {
  const marks = new Map<string, Map<number, number>>()
  const add = (path: string, row: number, more: number): void => {
    const rows = marks.get(path) ?? new Map<number, number>()
    rows.set(row, (rows.get(row) ?? 0) + more)
    marks.set(path, rows)
  }
  const rowsOf = new Map(files.map((file) => [file.path, file.text.split('\n').length]))
  for (const finding of clues.findings) add(finding.path, finding.line - 1, finding.kind === 'type' ? weight.type : weight.lint)
  const total = clues.recent.filter(({ path }) => rowsOf.has(path)).reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const all = [...rowsOf.values()].reduce((sum, rows) => sum + rows, 0)
  // Where nearly everything is new, newness says nothing.
  const telling = weight.recent * Math.max(0, 1 - total / Math.max(1, all))
  for (const { path, from, to, age } of clues.recent) {
    for (let row = from - 1; row < Math.min(to, rowsOf.get(path) ?? 0); row++) add(path, row, telling / Math.sqrt(age))
  }
  for (const stack of clues.endless ?? []) for (const [depth, frame] of stack.entries()) for (const row of findLoopRows(files, frame)) add(frame.path, row, depth === 0 ? weight.loop : weight.outerLoop / depth)
  for (const [path, row, share] of findSpoken(files.filter((file) => isRun(file.path)), clues.evidence.spoken)) add(path, row, weight.word * share)
  return marks
}

/** Rows on which spoken names and values stand, and how telling that is: 1 where a word stands on one row only, less the more there are. */
function findSpoken(files: readonly SourceFile[], spoken: ReadonlySet<string>): [path: string, row: number, share: number][] {
  if (spoken.size === 0) return []
  const places = new Map<string, { path: string; rows: Set<number> }[]>()
  for (const file of files) {
    walk(file.root, (node) => {
      if (node.children.length > 0 && !/^string$/.test(node.type)) return undefined
      const text = file.text.slice(node.start, node.end)
      const word = /^['"`]/.test(text) ? text.slice(1, -1) : text
      if (!spoken.has(word)) return undefined
      const known = places.get(word) ?? []
      const here = known.find((one) => one.path === file.path)
      if (here) here.rows.add(node.row)
      else places.set(word, [...known, { path: file.path, rows: new Set([node.row]) }])
      return undefined
    })
  }
  const best = new Map<string, [string, number, number]>()
  for (const found of places.values()) {
    const share = 1 / Math.sqrt(found.reduce((sum, { rows }) => sum + rows.size, 0))
    for (const { path, rows } of found) for (const row of rows) if (share > (best.get(`${path}:${row}`)?.[2] ?? 0)) best.set(`${path}:${row}`, [path, row, share])
  }
  return [...best.values()]
}

function mentions(text: string, name: string): boolean {
  const words = name.split(/_|(?=[A-Z])/).map((word) => word.toLowerCase()).filter((word) => word.length > 2)
  const lower = text.toLowerCase()
  return lower.includes(name.toLowerCase()) || (words.length > 0 && words.every((word) => lower.includes(word)))
}

function lookUp(suspicion: FileSuspicion | undefined, node: SyntaxNode): number {
  if (suspicion === undefined) return 0
  if (suspicion.by === 'span') return suspicion.values[node.start] ?? 0
  // The header of a function ran when it was defined: it is as suspect as the body's first line that ran.
  const header = isFunction(node) ? node : findAncestor(node, (at) => at.type === 'parameters' || at.type === 'lambda_parameters')?.parent
  const body = header === undefined ? undefined : findField(header, 'body')
  if (body !== undefined) return Math.max(...body.children.map((child) => suspicion.values[child.row] ?? 0), suspicion.values[body.row] ?? 0)
  const statement = findStatement(node)
  return Math.max(suspicion.values[node.row] ?? 0, statement === undefined ? 0 : (suspicion.values[statement.row] ?? 0))
}

/** The hottest place at which each name is used. */
function findUses(files: readonly SourceFile[], suspicions: ReadonlyMap<string, FileSuspicion>, heat: (file: SourceFile, node: SyntaxNode) => number): Map<string, number> {
  const uses = new Map<string, number>()
  for (const file of files) {
    if (!suspicions.has(file.path)) continue
    walk(file.root, (node) => {
      if (!/identifier/.test(node.type)) return
      const here = heat(file, node)
      const name = file.text.slice(node.start, node.end)
      if (here > (uses.get(name) ?? 0)) uses.set(name, here)
    })
  }
  // A table that another one is made of is as suspect as that one; two steps reach what programs do.
  for (let step = 0; step < 2; step++) for (const file of files) for (const top of suspicions.has(file.path) ? file.root.children : []) warm(file, top, uses)
  return uses
}

/** What a statement outside all functions names is used by whoever uses what it declares. */
function warm(file: SourceFile, top: SyntaxNode, uses: Map<string, number>): void {
  if (/import|function|class/.test(top.type)) return
  const here = 0.8 * Math.max(0, ...declaredNames(file, top).map((name) => uses.get(name) ?? 0))
  if (here < coldest) return
  walk(top, (node) => {
    const name = /identifier/.test(node.type) ? file.text.slice(node.start, node.end) : ''
    if (name !== '' && here > (uses.get(name) ?? 0)) uses.set(name, here)
  })
}

const topNames = new WeakMap<SyntaxNode, readonly string[]>()

/** Names that the outermost statement around a node declares, class members included. */
function declaredNames(file: SourceFile, node: SyntaxNode): readonly string[] {
  let top: SyntaxNode = node
  while (top.parent !== undefined && top.parent.parent !== undefined && top.parent.type !== 'class_body' && !(top.parent.type === 'block' && top.parent.parent.type === 'class_definition')) top = top.parent
  const known = topNames.get(top)
  if (known !== undefined) return known
  const names: string[] = []
  walk(top, (at) => {
    if (isFunction(at)) return false
    const name = findField(at, 'name') ?? (at.type === 'assignment' ? findField(at, 'left') : undefined)
    if (name !== undefined && namedChildren(name).length === 0) names.push(file.text.slice(name.start, name.end))
    return undefined
  })
  topNames.set(top, names)
  return names
}
