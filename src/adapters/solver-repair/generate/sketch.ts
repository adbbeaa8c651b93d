import type { Candidate, Extent, TextEdit } from '../candidate.ts'
import { findFunction, isFunction } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'

/** What a generator works with: one file, the project's words, and a place to put its proposals. */
export interface Sketch {
  readonly file: SourceFile
  readonly words: Vocabulary
  readonly python: boolean
  text(node: SyntaxNode): string
  /** Replaces a node's text. */
  replace(node: SyntaxNode, text: string, kind: string, prior: number, describes?: string): void
  /** Any edits, for the place of `at`. */
  propose(at: SyntaxNode, edits: readonly TextEdit[], kind: string, prior: number, describes: string): void
}

/** Proposes what it can for one node; called for every node of the places under suspicion. */
export type Generator = (node: SyntaxNode, sketch: Sketch) => void

export function openSketch(file: SourceFile, words: Vocabulary, suspicionOf: (node: SyntaxNode) => number, emit: (candidate: Candidate) => void): Sketch {
  const text = (node: SyntaxNode): string => file.text.slice(node.start, node.end)
  const sketch: Sketch = {
    file,
    words,
    python: file.grammar === 'python',
    text,
    replace(node, replacement, kind, prior, describes) {
      const sentence = describes ?? `use ${quote(replacement)} instead of ${quote(text(node))}`
      sketch.propose(node, [{ start: node.start, end: node.end, text: replacement }], kind, prior, sentence)
    },
    propose(at, edits, kind, prior, describes) {
      const suspicion = suspicionOf(at)
      const fn = isFunction(at) ? at : findFunction(at)
      emit({ path: file.path, edits: edits.toSorted((a, b) => a.start - b.start), kind, prior, describes, suspicion, line: at.row + 1, within: fn === undefined ? undefined : extentOf(file, fn) })
    },
  }
  return sketch
}

const extents = new WeakMap<SyntaxNode, Extent>()

export function extentOf(file: SourceFile, node: SyntaxNode): Extent {
  const known = extents.get(node)
  if (known !== undefined) return known
  const lines = file.text.slice(node.start, node.end).split('\n').length
  const extent = { start: node.start, end: node.end, firstRow: node.row, lastRow: node.row + lines - 1 }
  extents.set(node, extent)
  return extent
}

/** A short piece of code for a sentence. */
export function quote(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim()
  return `\`${line.length > 60 ? `${line.slice(0, 57)}…` : line}\``
}

/** Does the text need parentheses before something is put in front of or behind it? */
export function isCompound(node: SyntaxNode): boolean {
  return /binary|boolean_operator|comparison|ternary|conditional|assignment|arrow|lambda|await|unary|not_operator|as_expression|yield|sequence/.test(node.type)
}

export function wrapped(node: SyntaxNode, sketch: Sketch): string {
  return isCompound(node) ? `(${sketch.text(node)})` : sketch.text(node)
}

/** Nodes that stand for a value where they are (not a name being declared, a key, a type, or a target of assignment). */
export function isValue(node: SyntaxNode): boolean {
  const parent = node.parent
  if (parent === undefined) return false
  if (node.field === 'left' && /assignment|for_|pattern/.test(parent.type)) return false
  if (node.field === 'name' || node.field === 'key' || node.field === 'property' || node.field === 'attribute' || node.field === 'parameter') return false
  return !/pattern|parameter|import|export_specifier|type|global|class_heritage|labeled|except|decorator|delete/.test(parent.type)
}

/** Other texts for a text, each with its prior. */
export type Swaps = Readonly<Record<string, readonly (readonly [string, number])[]>>

export function swapsOf(table: Swaps, text: string): readonly (readonly [string, number])[] {
  return Object.hasOwn(table, text) ? (table[text] ?? []) : []
}
