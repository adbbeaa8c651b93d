import { findField, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import type { Sketch } from './sketch.ts'

/** One name that is brought in. */
export interface Imported {
  readonly node: SyntaxNode
  readonly name: string
  /** What the file calls it. */
  readonly local: string
  readonly typeOnly: boolean
  /** The node's text for another name that the file goes on calling the same. */
  write(other: string): string
}

/** A place that brings names in: a statement, or a variable of a CommonJS module that is made of a `require`. */
export interface ImportSite {
  readonly how: 'python' | 'import' | 'require'
  /** The module's name: a string, or what Python writes with dots. */
  readonly module: SyntaxNode
  readonly names: readonly Imported[]
  /** What stands for the module: the clause of an `import`, the name or pattern of a variable. Undefined where its shape is not to be changed. */
  readonly clause: SyntaxNode | undefined
}

/** Statements that bring names in: they stand at the top of a file. */
export function isImporting(node: SyntaxNode, sketch: Pick<Sketch, 'text'>): boolean {
  return /^(import_statement|import_from_statement)$/.test(node.type) || requiresOf(node, sketch).length > 0
}

/** `const a = require('b')`, and `const a = require('b').c`. */
function requiresOf(node: SyntaxNode, sketch: Pick<Sketch, 'text'>): { readonly declared: SyntaxNode; readonly module: SyntaxNode; readonly member: SyntaxNode | undefined }[] {
  if (!/^(lexical|variable)_declaration$/.test(node.type)) return []
  return namedChildren(node).flatMap((declarator) => {
    const [declared, value] = [findField(declarator, 'name'), findField(declarator, 'value')]
    const member = value?.type === 'member_expression' ? findField(value, 'property') : undefined
    const call = member === undefined ? value : value === undefined ? undefined : findField(value, 'object')
    const callee = call?.type === 'call_expression' ? findField(call, 'function') : undefined
    const module = call === undefined || callee === undefined || sketch.text(callee) !== 'require' ? undefined : argumentsOf(call)[0]
    return declared === undefined || module?.type !== 'string' ? [] : [{ declared, module, member }]
  })
}

export function importSitesOf(node: SyntaxNode, sketch: Sketch): ImportSite[] {
  if (node.type === 'import_from_statement') {
    const module = findField(node, 'module_name')
    return module === undefined ? [] : [{ how: 'python', module, names: pythonNames(node, sketch), clause: undefined }]
  }
  if (node.type === 'import_statement') {
    const module = findField(node, sketch.python ? 'module_name' : 'source')
    if (module === undefined) return []
    return [{ how: 'import', module, names: specifiers(node, sketch), clause: namedChildren(node).find(({ type }) => type === 'import_clause') }]
  }
  return requiresOf(node, sketch).map(({ declared, module, member }): ImportSite => {
    if (member === undefined) return { how: 'require', module, names: patternNames(declared, sketch), clause: declared }
    const name = sketch.text(member)
    return { how: 'require', module, names: [{ node: member, name, local: sketch.text(declared), typeOnly: false, write: (other) => other }], clause: undefined }
  })
}

/** `from m import name as local`. */
function pythonNames(node: SyntaxNode, sketch: Sketch): Imported[] {
  return namedChildren(node).filter(({ field }) => field === 'name').flatMap((child) => {
    const name = child.type === 'aliased_import' ? findField(child, 'name') : child
    const alias = child.type === 'aliased_import' ? findField(child, 'alias') : undefined
    return name === undefined ? [] : [toImported(child, sketch.text(name), sketch.text(alias ?? name), ' as ')]
  })
}

function specifiers(node: SyntaxNode, sketch: Sketch): Imported[] {
  const found: Imported[] = []
  const whole = /^import\s+type\b/.test(sketch.text(node))
  walk(node, (at) => {
    const name = at.type === 'import_specifier' ? findField(at, 'name') : undefined
    if (name !== undefined) found.push({ ...toImported(at, sketch.text(name), sketch.text(findField(at, 'alias') ?? name), ' as '), typeOnly: whole || /^type\s/.test(sketch.text(at)) })
  })
  return found
}

/** `{ name, name: local }` of a variable; defaults are left as they are. */
function patternNames(pattern: SyntaxNode, sketch: Sketch): Imported[] {
  if (pattern.type !== 'object_pattern') return []
  return namedChildren(pattern).flatMap((child) => {
    const short = child.type === 'object_assignment_pattern' ? findField(child, 'left') : child
    if (short?.type === 'shorthand_property_identifier_pattern') return [toImported(short, sketch.text(short), sketch.text(short), ': ')]
    const [key, value] = [findField(child, 'key'), findField(child, 'value')]
    return key === undefined || value?.type !== 'identifier' ? [] : [toImported(child, sketch.text(key), sketch.text(value), ': ')]
  })
}

function toImported(node: SyntaxNode, name: string, local: string, as: string): Imported {
  return { node, name, local, typeOnly: false, write: (other) => (other === local ? other : `${other}${as}${local}`) }
}
