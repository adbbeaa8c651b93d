import type { SyntaxNode } from '../../engine/ports/syntax-trees.ts'

/** A relative import that certainly happens when the file is loaded: one that stands at its top level. */
export interface Import {
  /** As it is written: `./x`, or Python's `.x`. */
  readonly specifier: string
  /** From 1. */
  readonly line: number
}

export const javaScript: ReadonlySet<string> = new Set(['javascript', 'typescript', 'tsx'])

/** The relative imports of a file, by its syntax tree. Other languages have none that is certain. */
export function findImports(root: SyntaxNode, language: string): readonly Import[] {
  const read = javaScript.has(language) ? readJavaScript : language === 'python' ? readPython : undefined
  if (read === undefined) return []
  return root.namedChildren.flatMap((node) => {
    const specifier = node === null ? undefined : read(node)
    return node === null || specifier === undefined || !specifier.startsWith('.') ? [] : [{ specifier, line: node.startPosition.row + 1 }]
  })
}

function readJavaScript(node: SyntaxNode): string | undefined {
  if (node.type === 'import_statement' || node.type === 'export_statement') {
    const source = node.childForFieldName('source') ?? node.namedChildren.find((child) => child?.type === 'import_require_clause')?.childForFieldName('source')
    return source === null || source === undefined ? undefined : toText(source)
  }
  if (node.type !== 'lexical_declaration' && node.type !== 'variable_declaration') return undefined
  const value = node.namedChildren.find((child) => child?.type === 'variable_declarator')?.childForFieldName('value')
  if (value?.type !== 'call_expression' || value.childForFieldName('function')?.text !== 'require') return undefined
  const [argument, ...more] = value.childForFieldName('arguments')?.namedChildren ?? []
  return argument?.type === 'string' && more.length === 0 ? toText(argument) : undefined
}

function toText(string: SyntaxNode): string | undefined {
  const text = string.text.slice(1, -1)
  return text.includes('\\') ? undefined : text
}

function readPython(node: SyntaxNode): string | undefined {
  if (node.type !== 'import_from_statement') return undefined
  const module = node.childForFieldName('module_name')
  // `from . import x` may name what the package itself defines.
  return module?.type === 'relative_import' && !/^\.+$/.test(module.text) ? module.text.replaceAll(/\s/g, '') : undefined
}
