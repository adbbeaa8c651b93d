import { exportsOf } from './exports.ts'
import { findField, isFunction, namedChildren, textOf, walk } from './node.ts'
import type { SourceFile, SyntaxNode } from './node.ts'
import { parametersOf } from './scope.ts'

export interface KnownFunction {
  readonly name: string
  readonly params: readonly string[]
  readonly isAsync: boolean
  readonly path: string
}

/** Words seen in a project, and in the tests that fail: where replacement names and values are drawn from. */
export interface Vocabulary {
  /** Property and attribute names with how often each was seen. */
  readonly properties: ReadonlyMap<string, number>
  readonly functions: ReadonlyMap<string, KnownFunction>
  /** Names that were seen as members of one shape together with this one: fields of an interface, keys of an object, attributes of a class. */
  readonly siblings: ReadonlyMap<string, ReadonlySet<string>>
  /** By path, what each source file can be asked for by an import. */
  readonly modules: ReadonlyMap<string, readonly string[]>
  /** By path, the name of the thing that is a source file's default, or all of what it gives. */
  readonly wholes: ReadonlyMap<string, string>
  /** By literal as written, the others of a type that is one of several literals. */
  readonly alternatives: ReadonlyMap<string, ReadonlySet<string>>
  /** Module names as the project's Python imports write them. */
  readonly imports: readonly string[]
  /** By function, the keys of the object that is its only parameter and that it takes apart. */
  readonly shapes: ReadonlyMap<string, readonly string[]>
  /** The project's sources, a bounded number: similar code is taken from them. */
  readonly files: readonly SourceFile[]
  /** Numbers and strings that tests or their messages hold, as written. */
  readonly testNumbers: readonly string[]
  readonly testStrings: readonly string[]
  /** Expected and actual values read from assertion messages, as source text of the tests' language. */
  readonly expected: readonly string[]
  readonly actual: readonly string[]
  /** Everything the failing tests said. */
  readonly messages: string
}

function functionName(file: SourceFile, fn: SyntaxNode): string | undefined {
  const name = findField(fn, 'name') ?? (fn.parent?.type === 'variable_declarator' ? findField(fn.parent, 'name') : undefined)
    ?? (fn.parent?.type === 'pair' ? findField(fn.parent, 'key') : undefined)
  return name === undefined ? undefined : textOf(file, name)
}

export function isAsyncFunction(fn: SyntaxNode): boolean {
  return fn.children.some((child) => child.type === 'async')
}

const propertyTypes = new Set(['property_identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern', 'private_property_identifier'])

/** Files that similar code is taken from. */
const mostFiles = 40

/** What imports can bring in, and from where. */
export function gatherModules(files: readonly SourceFile[], tests: readonly SourceFile[] = []): Pick<Vocabulary, 'modules' | 'wholes' | 'imports' | 'shapes' | 'files'> {
  const imports = new Set<string>()
  const shapes = new Map<string, string[]>()
  for (const file of [...files, ...tests]) {
    walk(file.root, (node) => {
      if (node.type === 'import_from_statement') imports.add(textOf(file, findField(node, 'module_name') ?? node))
      const list = isFunction(node) ? findField(node, 'parameters') : undefined
      const only = list === undefined ? [] : namedChildren(list)
      const pattern = only.length === 1 && only[0] !== undefined ? (findField(only[0], 'pattern') ?? findField(only[0], 'left') ?? only[0]) : undefined
      const name = pattern?.type === 'object_pattern' ? functionName(file, node) : undefined
      if (name !== undefined && pattern !== undefined) shapes.set(name, namedChildren(pattern).map((child) => textOf(file, findField(child, 'key') ?? findField(child, 'left') ?? child)))
      return undefined
    })
  }
  const named = [...imports].filter((one) => !one.startsWith('.'))
  const given = files.map((file) => [file.path, exportsOf(file)] as const)
  const wholes = new Map(given.flatMap(([path, { whole }]): [string, string][] => (whole === undefined ? [] : [[path, whole]])))
  return { modules: new Map(given.map(([path, { names }]) => [path, names])), wholes, imports: named, shapes, files: files.slice(0, mostFiles) }
}

export function gatherWords(files: readonly SourceFile[]): Pick<Vocabulary, 'properties' | 'functions' | 'siblings' | 'alternatives'> {
  const alternatives = new Map<string, Set<string>>()
  const siblings = new Map<string, Set<string>>()
  const properties = new Map<string, number>()
  const functions = new Map<string, KnownFunction>()
  const count = (word: string): void => void properties.set(word, (properties.get(word) ?? 0) + 1)
  for (const file of files) {
    walk(file.root, (node) => {
      const members = membersOf(file, node)
      for (const member of members) {
        const known = siblings.get(member) ?? new Set()
        for (const other of members.slice(0, 40)) if (other !== member) known.add(other)
        siblings.set(member, known)
      }
      const literals = literalsOf(file, node)
      for (const literal of literals) alternatives.set(literal, new Set([...(alternatives.get(literal) ?? []), ...literals.filter((other) => other !== literal)]))
      if (propertyTypes.has(node.type)) count(textOf(file, node))
      if (node.type === 'identifier' && node.field === 'attribute') count(textOf(file, node))
      if (isFunction(node)) {
        const name = functionName(file, node)
        if (name !== undefined) {
          const params = parametersOf(file, node).filter((param) => param !== 'self' && param !== 'cls')
          const returns = findField(node, 'return_type')
          const promised = returns !== undefined && /^:\s*(Promise|AsyncIterator)\b/.test(textOf(file, returns))
          functions.set(name.replace(/^#/, ''), { name, params, isAsync: promised || isAsyncFunction(node), path: file.path })
          if (node.parent?.parent?.type === 'class_definition') count(name)
        }
      }
      return undefined
    })
  }
  return { properties, functions, siblings, alternatives }
}

/** The names that one shape gives its members. */
function membersOf(file: SourceFile, node: SyntaxNode): string[] {
  if (/^(interface_body|enum_body|object_type|object|object_pattern|class_body)$/.test(node.type)) {
    return namedChildren(node).flatMap((child) => {
      const name = propertyTypes.has(child.type) ? child : (findField(child, 'name') ?? findField(child, 'key'))
      return name === undefined || !/identifier/.test(name.type) ? [] : [textOf(file, name)]
    })
  }
  if (node.type === 'dictionary') {
    return namedChildren(node).flatMap((pair) => {
      const key = findField(pair, 'key')
      return key?.type === 'string' ? [textOf(file, key).slice(1, -1)] : []
    })
  }
  if (node.type !== 'class_definition') return []
  const names = new Set<string>()
  walk(node, (at) => {
    const left = at.type === 'assignment' ? findField(at, 'left') : undefined
    if (left?.type === 'attribute') names.add(textOf(file, left.children.at(-1) ?? left))
    if (left?.type === 'identifier' && at.parent?.parent?.parent === node) names.add(textOf(file, left))
    return undefined
  })
  return [...names]
}

/** The literals of `'a' | 'b'` and of `Literal['a', 'b']`, bounded. */
function literalsOf(file: SourceFile, node: SyntaxNode): string[] {
  const isUnion = node.type === 'union_type' && node.parent?.type !== 'union_type'
  if (!isUnion && !(/^(subscript|generic_type)$/.test(node.type) && /^(typing\.)?Literal\b/.test(textOf(file, node)))) return []
  const found: string[] = []
  walk(node, (at) => {
    if (/^(string|number|integer)$/.test(at.type)) found.push(textOf(file, at))
    return !/^(object_type|function_type|type_arguments|string)$/.test(at.type)
  })
  return found.slice(0, 20)
}

/** Numbers and strings of test files, in order of first appearance, bounded. */
export function gatherLiterals(files: readonly SourceFile[]): { numbers: string[]; strings: string[] } {
  const numbers = new Set<string>()
  const strings = new Set<string>()
  for (const file of files) {
    walk(file.root, (node) => {
      if (node.type === 'import_statement') return false
      if (/^(number|integer|float)$/.test(node.type)) numbers.add(textOf(file, node))
      if (node.type === 'string_fragment' || node.type === 'string_content') strings.add(textOf(file, node))
      return undefined
    })
  }
  return { numbers: [...numbers].slice(0, 200), strings: [...strings].filter((text) => text.length <= 200).slice(0, 400) }
}

export function argumentsOf(call: SyntaxNode): readonly SyntaxNode[] {
  const list = findField(call, 'arguments')
  return list === undefined ? [] : namedChildren(list)
}

/** 1 for equal words, 0 for nothing alike: 1 − edit distance with transpositions ÷ longer length, and shared word parts. */
export function similarity(a: string, b: string): number {
  if (a === b) return 1
  const longer = Math.max(a.length, b.length)
  if (longer === 0) return 1
  const plain = 1 - editDistance(a.toLowerCase(), b.toLowerCase()) / longer
  const partsA = wordParts(a)
  const partsB = wordParts(b)
  const shared = partsA.filter((part) => partsB.includes(part)).length
  return Math.max(plain, shared === 0 ? 0 : 0.3 + (0.5 * shared) / Math.max(partsA.length, partsB.length))
}

function wordParts(word: string): string[] {
  return word.split(/_|(?=[A-Z])|\W/).map((part) => part.toLowerCase()).filter((part) => part.length > 1)
}

export function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 24) return Math.max(a.length, b.length)
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1), swap))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
