import type { TreeCursor } from 'web-tree-sitter'
import type { Grammar, SyntaxParser } from './parser.ts'

/** A plain copy of a syntax tree's node: offsets in UTF-16 units, rows from 0. */
export interface SyntaxNode {
  readonly type: string
  readonly named: boolean
  /** Name of the field that it fills in its parent. */
  readonly field: string | undefined
  readonly start: number
  readonly end: number
  readonly row: number
  readonly parent: SyntaxNode | undefined
  readonly children: readonly SyntaxNode[]
}

/** A source file with its tree. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly grammar: Grammar
  readonly root: SyntaxNode
}

/** Undefined where the text does not parse: nothing can be said of where such a file could be mended. */
export function parseSource(parser: SyntaxParser, path: string, grammar: Grammar, text: string): SourceFile | undefined {
  const tree = parser.parse(grammar, text)
  try {
    if (tree.rootNode.hasError) return undefined
    const cursor = tree.walk()
    const root = toPlain(cursor, undefined)
    cursor.delete()
    return { path, text, grammar, root }
  } finally {
    tree.delete()
  }
}

/** Does the text parse? */
export function isParsable(parser: SyntaxParser, grammar: Grammar, text: string): boolean {
  const tree = parser.parse(grammar, text)
  const fine = !tree.rootNode.hasError
  tree.delete()
  return fine
}

function toPlain(cursor: TreeCursor, parent: SyntaxNode | undefined): SyntaxNode {
  const children: SyntaxNode[] = []
  const node: SyntaxNode = {
    type: cursor.nodeType,
    named: cursor.nodeIsNamed,
    field: cursor.currentFieldName ?? undefined,
    start: cursor.startIndex,
    end: cursor.endIndex,
    row: cursor.startPosition.row,
    parent,
    children,
  }
  if (cursor.gotoFirstChild()) {
    do {
      children.push(toPlain(cursor, node))
    } while (cursor.gotoNextSibling())
    cursor.gotoParent()
  }
  return node
}

export function findField(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field)
}

export function namedChildren(node: SyntaxNode): readonly SyntaxNode[] {
  return node.children.filter((child) => child.named && child.type !== 'comment')
}

/** In source order, the node itself first. `enter` answers false to pass over a subtree. */
export function walk(node: SyntaxNode, enter: (node: SyntaxNode) => boolean | void): void {
  if (enter(node) === false) return
  for (const child of node.children) walk(child, enter)
}

export function findAncestor(node: SyntaxNode, fits: (ancestor: SyntaxNode) => boolean): SyntaxNode | undefined {
  let at = node.parent
  while (at !== undefined && !fits(at)) at = at.parent
  return at
}

export function textOf(file: SourceFile, node: SyntaxNode): string {
  return file.text.slice(node.start, node.end)
}

const functionTypes = new Set([
  'function_declaration', 'function_expression', 'arrow_function', 'method_definition',
  'generator_function', 'generator_function_declaration', 'function_definition', 'lambda',
])

export function isFunction(node: SyntaxNode): boolean {
  return functionTypes.has(node.type)
}

export function findFunction(node: SyntaxNode): SyntaxNode | undefined {
  return findAncestor(node, isFunction)
}

const statementType = /_statement$|_declaration$|^(public_)?field_definition$|^(function|class|decorated)_definition$/

export function isStatement(node: SyntaxNode): boolean {
  return statementType.test(node.type) && node.type !== 'export_statement'
}

/** The innermost statement around a node, itself included. */
export function findStatement(node: SyntaxNode): SyntaxNode | undefined {
  return isStatement(node) ? node : findAncestor(node, isStatement)
}
