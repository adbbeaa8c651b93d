import type { TextEdit } from '../candidate.ts'
import { applyEdits } from '../candidate.ts'
import { findField, isFunction, namedChildren, textOf, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'

/** A function that can be called again from inside itself, by a name that is the same in every version of its file. */
export interface Probeable {
  /** `Class.method`, `outer.inner`; `#2` for the second of that name. */
  readonly name: string
  readonly node: SyntaxNode
}

/** All functions of a file that can be probed, in source order. */
export function listProbeable(file: SourceFile): Probeable[] {
  const found: Probeable[] = []
  const counts = new Map<string, number>()
  walk(file.root, (node) => {
    if (!isFunction(node) || probeOf(file, node, '') === undefined) return
    const plain = qualifiedName(file, node)
    const count = (counts.get(plain) ?? 0) + 1
    counts.set(plain, count)
    found.push({ name: count === 1 ? plain : `${plain} #${count}`, node })
  })
  return found
}

/** The innermost function around an offset that can be probed. */
export function findProbeable(file: SourceFile, offset: number): Probeable | undefined {
  return listProbeable(file).findLast(({ node }) => node.start <= offset && offset <= node.end)
}

/** The file's text with a probe at the beginning of each of the named functions; undefined where none of them is there. */
export function addProbes(file: SourceFile, names: ReadonlySet<string>): string | undefined {
  const edits = listProbeable(file).filter(({ name }) => names.has(name)).flatMap(({ name, node }) => probeOf(file, node, name) ?? [])
  return edits.length === 0 ? undefined : applyEdits(file.text, edits.toSorted((a, b) => a.start - b.start))
}

function nameOf(file: SourceFile, node: SyntaxNode): string | undefined {
  const name = findField(node, 'name') ?? (node.parent?.type === 'variable_declarator' ? findField(node.parent, 'name') : undefined)
  if (name !== undefined) return /^(property_|private_property_)?identifier$/.test(name.type) ? textOf(file, name) : undefined
  return calleeOf(file, node)?.replace(/^.*\./, '')
}

const dotted = /^[\w$]+(\.[\w$]+)+$/

/** How a function is called that has no name of its own: `exports.clamp` of `exports.clamp = …`, `api.clamp` of `const api = { clamp: … }`. */
function calleeOf(file: SourceFile, node: SyntaxNode): string | undefined {
  const { parent } = node
  if (parent?.type === 'assignment_expression') {
    const left = findField(parent, 'left')
    return left !== undefined && dotted.test(textOf(file, left)) ? textOf(file, left) : undefined
  }
  const holder = parent?.type === 'pair' ? parent.parent?.parent : undefined
  const key = parent?.type === 'pair' ? findField(parent, 'key') : undefined
  const owner = holder?.type === 'variable_declarator' ? findField(holder, 'name') : holder?.type === 'assignment_expression' ? findField(holder, 'left') : undefined
  if (key === undefined || owner === undefined) return undefined
  const callee = `${textOf(file, owner)}.${textOf(file, key)}`
  return dotted.test(callee) ? callee : undefined
}

function qualifiedName(file: SourceFile, node: SyntaxNode): string {
  const names: string[] = []
  for (let at: SyntaxNode | undefined = node; at !== undefined; at = at.parent) {
    if (isFunction(at)) names.unshift(nameOf(file, at) ?? '?')
    else if (/^(abstract_)?class(_declaration|_definition)?$/.test(at.type)) {
      const name = findField(at, 'name')
      names.unshift(name === undefined ? '?' : textOf(file, name))
    }
  }
  return names.join('.')
}

function probeOf(file: SourceFile, node: SyntaxNode, name: string): TextEdit[] | undefined {
  return file.grammar === 'python' ? probePython(file, node, name) : probeScript(file, node, name)
}

function probeScript(file: SourceFile, node: SyntaxNode, name: string): TextEdit[] | undefined {
  const own = nameOf(file, node)
  const body = findField(node, 'body')
  if (own === undefined || body === undefined) return undefined
  const parts = scriptParts(file, node, own)
  if (parts === undefined) return undefined
  const call = `globalThis[Symbol.for("writ.probe")]?.(${JSON.stringify(name)}, ${parts.join(', ')});`
  if (body.type === 'statement_block') return [{ start: body.start + 1, end: body.start + 1, text: ` ${call} ` }]
  return [{ start: body.start, end: body.start, text: `{ ${call} return (` }, { start: body.end, end: body.end, text: '); }' }]
}

/** How it is called again, on what, with what. Accessors and constructors are left out: they are not called. */
function scriptParts(file: SourceFile, node: SyntaxNode, own: string): string[] | undefined {
  if (node.type === 'method_definition') {
    const accessor = node.children.some((child) => !child.named && /^(get|set)$/.test(textOf(file, child)))
    return accessor || own === 'constructor' ? undefined : [`(t, a) => t.${own}(...a)`, 'this', 'arguments']
  }
  const callee = calleeOf(file, node) ?? own
  if (node.type !== 'arrow_function') return [`(t, a) => ${callee}.apply(t, a)`, 'this', 'arguments']
  const list = findField(node, 'parameters')
  const nodes = list === undefined ? [findField(node, 'parameter')].flatMap((one) => one ?? []) : namedChildren(list)
  const names = nodes.map((param) => {
    const pattern = findField(param, 'pattern') ?? param
    if (pattern.type === 'identifier') return textOf(file, pattern)
    const rest = pattern.type === 'rest_pattern' ? namedChildren(pattern)[0] : undefined
    return rest?.type === 'identifier' ? `...${textOf(file, rest)}` : undefined
  })
  return names.includes(undefined) ? undefined : [`(t, a) => ${callee}(...a)`, 'undefined', `[${names.join(', ')}]`]
}

function probePython(file: SourceFile, node: SyntaxNode, name: string): TextEdit[] | undefined {
  const own = nameOf(file, node)
  const first = namedChildren(findField(node, 'body') ?? node)[0]
  const parts = own === undefined || node.type !== 'function_definition' ? undefined : pythonParts(file, node, own)
  if (first === undefined || parts === undefined) return undefined
  const call = `getattr(__import__("builtins"), "writ_probe", lambda *_: None)(${JSON.stringify(name)}, ${parts.join(', ')})`
  const before = file.text.slice(file.text.lastIndexOf('\n', first.start - 1) + 1, first.start)
  return [{ start: first.start, end: first.start, text: before.trim() === '' ? `${call}\n${before}` : `${call}; ` }]
}

function pythonParts(file: SourceFile, node: SyntaxNode, own: string): string[] | undefined {
  const decorated = node.parent?.type === 'decorated_definition' ? node.parent : undefined
  const decorators = decorated?.children.filter((child) => child.type === 'decorator').map((child) => textOf(file, child)) ?? []
  if (decorators.some((text) => /property|\.(setter|getter|deleter)|contextmanager|fixture/.test(text)) || /^__(init|new|del|getattr|setattr)/.test(own)) return undefined
  const owner = (decorated ?? node).parent?.parent
  const className = owner?.type === 'class_definition' ? findField(owner, 'name') : undefined
  const positional: string[] = []
  const named: string[] = []
  let afterStar = false
  for (const param of namedChildren(findField(node, 'parameters') ?? node)) {
    if (param.type === 'positional_separator') continue
    if (param.type === 'keyword_separator') {
      afterStar = true
      continue
    }
    const inner = param.type === 'typed_parameter' ? namedChildren(param)[0] : (findField(param, 'name') ?? param)
    if (inner === undefined) return undefined
    if (inner.type === 'list_splat_pattern') {
      positional.push(textOf(file, inner))
      afterStar = true
    } else if (inner.type === 'dictionary_splat_pattern') named.push(textOf(file, inner))
    else if (inner.type !== 'identifier') return undefined
    else if (afterStar) named.push(`"${textOf(file, inner)}": ${textOf(file, inner)}`)
    else positional.push(textOf(file, inner))
  }
  const isStatic = decorators.some((text) => text.includes('staticmethod'))
  const self = className === undefined || isStatic ? undefined : positional.shift()
  if (className !== undefined && !isStatic && self === undefined) return undefined
  const called = self !== undefined ? `t.${own}` : className !== undefined ? `${textOf(file, className)}.${own}` : own
  return [`lambda t, a, k: ${called}(*a, **k)`, self ?? 'None', `(${positional.map((one) => `${one}, `).join('').trim()})`, `{${named.join(', ')}}`]
}
