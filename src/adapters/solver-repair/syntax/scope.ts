import { findField, isFunction, namedChildren, textOf, walk } from './node.ts'
import type { SourceFile, SyntaxNode } from './node.ts'

/** Names that can be read at a place, the nearest first. */
export interface Scope {
  readonly locals: readonly string[]
  readonly params: readonly string[]
  readonly outer: readonly string[]
}

/** The names that a pattern or parameter list binds. */
export function boundNames(file: SourceFile, node: SyntaxNode): string[] {
  const names: string[] = []
  walk(node, (at) => {
    if (at.type === 'identifier' || at.type === 'shorthand_property_identifier_pattern') names.push(textOf(file, at))
    if (at.field === 'value' || at.field === 'type' || at.type === 'type_annotation' || at.type === 'type') return false
    if (at.type === 'default_parameter' || at.type === 'typed_default_parameter') {
      const name = findField(at, 'name')
      if (name !== undefined) names.push(textOf(file, name))
      return false
    }
    if (at.type === 'assignment_pattern') {
      const left = findField(at, 'left')
      if (left !== undefined) names.push(...boundNames(file, left))
      return false
    }
    return undefined
  })
  return [...new Set(names)]
}

export function parametersOf(file: SourceFile, fn: SyntaxNode): string[] {
  const list = findField(fn, 'parameters') ?? findField(fn, 'parameter')
  if (list === undefined) return []
  return boundNames(file, list)
}

/** What a single node (not its children) declares. */
function declares(file: SourceFile, node: SyntaxNode): string[] {
  const name = findField(node, 'name')
  const left = findField(node, 'left')
  switch (node.type) {
    case 'variable_declarator':
    case 'named_expression':
      return name === undefined ? [] : boundNames(file, name)
    case 'function_declaration':
    case 'generator_function_declaration':
    case 'class_declaration':
    case 'function_definition':
    case 'class_definition':
      return name === undefined ? [] : [textOf(file, name)]
    case 'assignment':
    case 'for_statement':
    case 'for_in_statement':
    case 'for_in_clause':
      if (left === undefined || left.type === 'attribute' || left.type === 'subscript') return []
      return boundNames(file, left).filter((bound) => !bound.includes('.'))
    case 'import_specifier':
    case 'namespace_import':
    case 'import_clause':
    case 'aliased_import':
      return namedChildren(node).filter((child) => child.type === 'identifier').slice(-1).map((child) => textOf(file, child))
    case 'import_statement':
    case 'import_from_statement':
      return namedChildren(node).filter((child) => child.field === 'name').flatMap((child) => textOf(file, child).split(/ as |\./).slice(-1))
    case 'as_pattern_target':
      return [textOf(file, node)]
    default:
      return []
  }
}

function declaredIn(file: SourceFile, node: SyntaxNode): string[] {
  const names: string[] = []
  walk(node, (at) => {
    names.push(...declares(file, at))
    return at === node || !isFunction(at)
  })
  return names
}

const topLevel = new WeakMap<SourceFile, readonly string[]>()
const perFunction = new WeakMap<SyntaxNode, Scope>()

export function fileNames(file: SourceFile): readonly string[] {
  const known = topLevel.get(file)
  if (known !== undefined) return known
  const names = [...new Set(file.root.children.flatMap((child) => declaredIn(file, child)))]
  topLevel.set(file, names)
  return names
}

/** Blocks are not told apart: a name declared anywhere in the function counts. The test runs reject the rest. */
export function scopeAt(file: SourceFile, node: SyntaxNode): Scope {
  let fn: SyntaxNode | undefined = node
  while (fn !== undefined && !isFunction(fn)) fn = fn.parent
  if (fn === undefined) return { locals: [], params: [], outer: fileNames(file) }
  const known = perFunction.get(fn)
  if (known !== undefined) return known
  const above = fn.parent === undefined ? { locals: [], params: [], outer: fileNames(file) } : scopeAt(file, fn.parent)
  const params = parametersOf(file, fn)
  const body = findField(fn, 'body')
  const locals = body === undefined ? [] : [...new Set(declaredIn(file, body))].filter((name) => !params.includes(name))
  const scope: Scope = { locals, params, outer: [...new Set([...above.params, ...above.locals, ...above.outer])] }
  perFunction.set(fn, scope)
  return scope
}
