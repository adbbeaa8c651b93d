import { findField, isFunction, namedChildren, textOf, walk } from './node.ts'
import type { SourceFile, SyntaxNode } from './node.ts'
import { fileNames } from './scope.ts'

/** What a file can be asked for. */
export interface Exports {
  readonly names: readonly string[]
  /** The name of the one thing that the whole module is, or its default, where that thing has one. */
  readonly whole: string | undefined
}

/** Python gives all that stands at the top of a file; JavaScript what is exported, by `export` or by `exports` and `module.exports`. */
export function exportsOf(file: SourceFile): Exports {
  if (file.grammar === 'python') return { names: fileNames(file), whole: undefined }
  const names = new Set<string>()
  let whole: string | undefined
  for (const statement of file.root.children) {
    if (statement.type === 'export_statement') {
      const isDefault = statement.children.some(({ type }) => type === 'default')
      const found = exportedBy(file, statement)
      if (isDefault) whole = found[0] ?? nameOf(file, findField(statement, 'value'))
      else for (const name of found) names.add(name)
    }
    const assignment = statement.type === 'expression_statement' ? namedChildren(statement)[0] : undefined
    if (assignment === undefined) continue
    const given = assignedExports(file, assignment)
    for (const name of given.names) names.add(name)
    whole = given.whole ?? whole
  }
  return { names: [...names], whole }
}

/** Names of an `export` statement, those of `export default` included. */
function exportedBy(file: SourceFile, statement: SyntaxNode): string[] {
  const found = new Set<string>()
  walk(statement, (node) => {
    if (isFunction(node) || /^(class|interface|enum)_body$|^statement_block$/.test(node.type)) {
      const name = findField(node, 'name')
      if (name !== undefined && node.parent === statement) found.add(textOf(file, name))
      return false
    }
    const name = findField(node, 'alias') ?? (/_declaration$|^variable_declarator$|^export_specifier$/.test(node.type) ? findField(node, 'name') : undefined)
    if (name !== undefined) found.add(textOf(file, name))
    return undefined
  })
  return [...found]
}

/** `exports.x = …`, `module.exports = { x, y: … }`, `module.exports = Thing`, and chains of these. */
function assignedExports(file: SourceFile, assignment: SyntaxNode): Exports {
  const names: string[] = []
  let whole: string | undefined
  for (let at: SyntaxNode | undefined = assignment; at?.type === 'assignment_expression'; at = findField(at, 'right')) {
    const [left, right] = [findField(at, 'left'), findField(at, 'right')]
    const target = left === undefined ? '' : textOf(file, left)
    const name = /^(?:module\.)?exports\.([\w$]+)$/.exec(target)?.[1]
    if (name !== undefined) names.push(name)
    if (target !== 'module.exports' || right === undefined) continue
    if (right.type === 'object') names.push(...namedChildren(right).flatMap((child) => nameOf(file, child) ?? []))
    else whole = nameOf(file, right)
  }
  return { names, whole }
}

function nameOf(file: SourceFile, node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined
  const name = /identifier/.test(node.type) ? node : (findField(node, 'key') ?? findField(node, 'name'))
  return name === undefined || !/identifier/.test(name.type) ? undefined : textOf(file, name)
}
