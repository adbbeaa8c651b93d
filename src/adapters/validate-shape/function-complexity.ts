import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { Node, Parser } from 'web-tree-sitter'

const require = createRequire(import.meta.url)
const mostParseMs = 2000

/** McCabe's number of one function: 1 and one more for each place where its way divides. */
export interface FunctionComplexity {
  /** With the names around it, so that it is found again in another version. */
  readonly name: string
  readonly line: number
  readonly complexity: number
}

const byEnding: Readonly<Record<string, string>> = { ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'tsx', js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript', py: 'python', go: 'go', rs: 'rust', java: 'java', cs: 'c-sharp', c: 'cpp', h: 'cpp', cc: 'cpp', cpp: 'cpp', hpp: 'cpp', rb: 'ruby', php: 'php', sh: 'bash', bash: 'bash' }

const functions = new Set(['function_declaration', 'function_expression', 'arrow_function', 'method_definition', 'generator_function_declaration', 'generator_function', 'function_definition', 'method_declaration', 'constructor_declaration', 'func_literal', 'function_item', 'closure_expression', 'lambda', 'lambda_expression', 'local_function_statement', 'method', 'singleton_method', 'anonymous_function', 'arrow_function_expression'])
const branches = new Set(['if_statement', 'if_expression', 'elif_clause', 'else_if_clause', 'elsif', 'if', 'unless', 'for_statement', 'for_in_statement', 'for_range_loop', 'enhanced_for_statement', 'foreach_statement', 'for_expression', 'for', 'while_statement', 'while_expression', 'while', 'until', 'do_statement', 'loop_expression', 'switch_case', 'case_statement', 'switch_label', 'switch_section', 'expression_case', 'type_case', 'communication_case', 'match_arm', 'when', 'case_item', 'case_clause', 'catch_clause', 'except_clause', 'rescue', 'ternary_expression', 'conditional_expression', 'conditional', 'if_modifier', 'unless_modifier', 'while_modifier', 'list_comprehension', 'switch_expression_arm'])

let starting: Promise<typeof import('web-tree-sitter')> | undefined
const parsers = new Map<string, Promise<Parser | undefined>>()

async function open(language: string): Promise<Parser | undefined> {
  starting ??= import('web-tree-sitter').then(async (module) => {
    await module.Parser.init()
    return module
  })
  const { Parser: Made, Language } = await starting
  const parser = new Made()
  parser.setLanguage(await Language.load(await readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${language}.wasm`))))
  return parser
}

export function isMeasured(path: string): boolean {
  return byEnding[path.slice(path.lastIndexOf('.') + 1)] !== undefined
}

/** The functions of a file, outermost first. Empty where the language is not known or the text does not parse in time. */
export async function measureFunctions(path: string, text: string): Promise<readonly FunctionComplexity[]> {
  const language = byEnding[path.slice(path.lastIndexOf('.') + 1)]
  if (language === undefined) return []
  let opening = parsers.get(language)
  if (opening === undefined) {
    opening = open(language)
    parsers.set(language, opening)
  }
  const parser = await opening
  const until = performance.now() + mostParseMs
  const tree = parser?.parse(text, null, { progressCallback: () => performance.now() > until })
  if (!parser || !tree) {
    parser?.reset()
    return []
  }
  try {
    const found: FunctionComplexity[] = []
    visit(tree.rootNode, [], found)
    return found
  } finally {
    tree.delete()
  }
}

function visit(node: Node, names: readonly string[], found: FunctionComplexity[]): void {
  const isFunction = functions.has(node.type) && node.childForFieldName('body') !== null
  const own = nameOf(node)
  const inner = own === undefined ? (isFunction ? [...names, '(anonymous)'] : names) : [...names, own]
  if (isFunction) found.push({ name: inner.join('.'), line: node.startPosition.row + 1, complexity: 1 + countBranches(node, true) })
  for (const child of node.namedChildren) if (child) visit(child, inner, found)
}

function nameOf(node: Node): string | undefined {
  if (!functions.has(node.type) && !/class|interface|impl|module|namespace|variable_declarator|pair|assignment|public_field_definition/.test(node.type)) return undefined
  return (node.childForFieldName('name') ?? node.childForFieldName('key') ?? node.childForFieldName('left') ?? node.childForFieldName('declarator') ?? node.childForFieldName('type'))?.text.split(/[\s(]/)[0]?.slice(0, 80)
}

/** Functions within count for themselves. */
function countBranches(node: Node, isTop = false): number {
  if (!isTop && functions.has(node.type) && node.childForFieldName('body') !== null) return 0
  let count = 0
  if (!isTop && branches.has(node.type) && node.isNamed) count += 1
  if (/^(binary_expression|boolean_operator|logical_expression|binary|list)$/.test(node.type) && node.children.some((child) => child !== null && /^(&&|\|\||\?\?|and|or)$/.test(child.type))) count += 1
  for (const child of node.children) if (child) count += countBranches(child)
  return count
}
