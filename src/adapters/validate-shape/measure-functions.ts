import type { SyntaxNode } from '../../engine/ports/syntax-trees.ts'
import { everythingElse, grammars, shortCircuits, type Grammar } from './decisions.ts'

export interface MeasuredFunction {
  /** With the names around it: `Parser.next`. Not unique: there are overloads and functions without a name. */
  readonly name: string
  /** From 1. */
  readonly line: number
  /** Ways through it: 1 and one more for each decision, without those of functions inside. */
  readonly complexity: number
}

/** Complexity of every function of a file, in the order in which they begin. */
export function measureFunctions(root: SyntaxNode, language: string, text: string): readonly MeasuredFunction[] {
  const grammar = grammars[language]
  if (grammar === undefined) return []
  const found: { name: string; line: number; complexity: number }[] = []
  // Not by recursion: a chain of a thousand operators is as deep as it is long.
  const open: { node: SyntaxNode; parent: SyntaxNode | undefined; inside: { complexity: number } | undefined; scope: string }[] = [{ node: root, parent: undefined, inside: undefined, scope: '' }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next
    let { inside, scope } = next
    if (grammar.functions.has(node.type)) {
      const name = `${scope}${nameOf(node, parent)}`
      const measured = { name, line: node.startPosition.row + 1, complexity: 1 }
      found.push(measured)
      inside = measured
      scope = `${name}.`
    } else {
      scope += scopeOf(node)
      if (inside !== undefined && isDecision(node, grammar, text)) inside.complexity++
    }
    // Keywords are nodes too, and some are called like what they begin.
    const children = node.namedChildren
    for (let n = children.length - 1; n >= 0; n--) {
      const child = children[n]
      if (child !== null && child !== undefined) open.push({ node: child, parent: node, inside, scope })
    }
  }
  return found
}

function isDecision(node: SyntaxNode, { decisions, cases, binaries }: Grammar, text: string): boolean {
  if (decisions.has(node.type)) return true
  if (cases.has(node.type)) return !everythingElse.test(text.slice(node.startIndex, node.startIndex + 40))
  return binaries.has(node.type) && node.children.some((child) => child !== null && shortCircuits.has(child.type))
}

/** Classes, modules and the like lend their names to what is in them. */
function scopeOf(node: SyntaxNode): string {
  if (!/^(class|struct|interface|module|impl|trait|namespace|enum|record|singleton_class)(_|$)/.test(node.type)) return ''
  const name = node.childForFieldName('name') ?? node.childForFieldName('type')
  return name === null ? '' : `${shorten(name.text)}.`
}

function nameOf(node: SyntaxNode, parent: SyntaxNode | undefined): string {
  const own = node.childForFieldName('name') ?? declaredName(node)
  if (own !== null) return shorten(own.text)
  const holder = parent && (parent.childForFieldName('name') ?? parent.childForFieldName('property') ?? parent.childForFieldName('key') ?? parent.childForFieldName('left'))
  return holder === null || holder === undefined || holder.startIndex >= node.startIndex ? '(a function without a name)' : shorten(holder.text)
}

/** C and C++ wrap the name of a function in its parameters, and those in pointers. */
function declaredName(node: SyntaxNode): SyntaxNode | null {
  let declarator = node.childForFieldName('declarator')
  for (let depth = 0; declarator !== null && depth < 8; depth++) {
    const inner = declarator.childForFieldName('declarator')
    if (inner === null) return /identifier|operator|destructor/.test(declarator.type) ? declarator : null
    declarator = inner
  }
  return null
}

function shorten(name: string): string {
  return name.replaceAll(/\s+/g, ' ').slice(0, 80)
}
