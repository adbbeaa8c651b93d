import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Json } from '../../protocol/ids.ts'
import { startTreeSitter } from '../process/start-tree-sitter.ts'

/** A language in which rules can be written, as ast-grep calls it. */
export interface PatternLanguage {
  readonly name: string
  /** Other names that rules may give it, in small letters. */
  readonly aliases: readonly string[]
  readonly endings: RegExp
  /**
   * `own`: ast-grep's own build has the grammar. Otherwise the grammar's file, as it is installed for syntax, with the letter that stands for `$` where
   * the language's names cannot have one; those of ast-grep's own table.
   */
  readonly grammar: 'own' | { readonly file: string; readonly expando?: string }
}

const micro = '\u00B5'

export const patternLanguages: readonly PatternLanguage[] = [
  { name: 'TypeScript', aliases: ['ts'], endings: /\.[cm]?ts$/, grammar: 'own' },
  { name: 'Tsx', aliases: [], endings: /\.tsx$/, grammar: 'own' },
  { name: 'JavaScript', aliases: ['js', 'jsx'], endings: /\.([cm]?js|jsx)$/, grammar: 'own' },
  { name: 'Css', aliases: [], endings: /\.css$/, grammar: 'own' },
  { name: 'Html', aliases: [], endings: /\.html?$/, grammar: 'own' },
  { name: 'Python', aliases: ['py'], endings: /\.pyi?$/, grammar: { file: 'python', expando: micro } },
  { name: 'Go', aliases: ['golang'], endings: /\.go$/, grammar: { file: 'go', expando: micro } },
  { name: 'Rust', aliases: ['rs'], endings: /\.rs$/, grammar: { file: 'rust', expando: micro } },
  { name: 'Java', aliases: [], endings: /\.java$/, grammar: { file: 'java' } },
  { name: 'CSharp', aliases: ['c#', 'cs'], endings: /\.cs$/, grammar: { file: 'c-sharp', expando: micro } },
  { name: 'Cpp', aliases: ['c++', 'c', 'cc', 'cxx'], endings: /\.(c|h|cc|cpp|cxx|hpp|hh)$/, grammar: { file: 'cpp', expando: micro } },
  { name: 'Ruby', aliases: ['rb'], endings: /\.rb$/, grammar: { file: 'ruby', expando: micro } },
  { name: 'Php', aliases: [], endings: /\.php$/, grammar: { file: 'php', expando: micro } },
  { name: 'Bash', aliases: ['sh', 'shell'], endings: /\.(sh|bash)$/, grammar: { file: 'bash' } },
]

export function findPatternLanguage(name: string): PatternLanguage | undefined {
  const asked = name.toLowerCase()
  return patternLanguages.find((each) => each.name.toLowerCase() === asked || each.aliases.includes(asked))
}

export interface PatternMatch {
  /** From 1. */
  readonly line: number
  readonly text: string
}

type Rule = Readonly<Record<string, Json>>

/**
 * What each of some rule objects matches in a text, at most `most` of each. One parse serves all of them.
 * @throws whatever the engine says of a rule that it cannot read
 */
export async function findInText(language: PatternLanguage, text: string, rules: readonly Rule[], most: number): Promise<readonly (readonly PatternMatch[])[]> {
  if (language.grammar === 'own') {
    const { parse } = await import('@ast-grep/napi')
    const root = parse(language.name, text).root()
    return rules.map((rule) => root.findAll({ rule }).slice(0, most).map((node) => ({ line: node.range().start.line + 1, text: node.text() })))
  }
  const { parse } = await openWasm(language.name, language.grammar)
  const tree = parse(language.name, text)
  try {
    const root = tree.root()
    return rules.map((rule) => root.findAll({ rule }).slice(0, most).map((node) => ({ line: node.range().start.line + 1, text: node.text() })))
  } finally {
    tree.free()
  }
}

type Engine = typeof import('@ast-grep/wasm')
type Glue = Engine & { __wbg_set_wasm(exports: object): void }
/** What is used here of the standard's WebAssembly, which no type library that is in use here has. */
interface WasmHost {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: { __wbindgen_start(): void } } }>
}

const require = createRequire(import.meta.url)
let starting: Promise<Engine> | undefined
const registered = new Map<string, Promise<void>>()

/** ast-grep as WebAssembly, which takes the grammars that syntax is checked with: no build of a language's own is needed. */
async function openWasm(name: string, { file, expando }: Exclude<PatternLanguage['grammar'], 'own'>): Promise<Engine> {
  const engine = await (starting ??= start())
  const path = join(dirname(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm')), `tree-sitter-${file}.wasm`)
  const registering = registered.get(name) ?? engine.registerDynamicLanguage({ [name]: { libraryPath: path, ...(expando === undefined ? {} : { expandoChar: expando }) } })
  registered.set(name, registering)
  await registering
  return engine
}

/** Its entry is made for bundlers, which import WebAssembly as a module; here the same three steps are taken by hand. */
async function start(): Promise<Engine> {
  const glue = (await import(pathToFileURL(require.resolve('@ast-grep/wasm/wasm_bg.js')).href)) as Glue
  const bytes = await readFile(require.resolve('@ast-grep/wasm/wasm_bg.wasm'))
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WasmHost }
  const { exports } = (await WebAssembly.instantiate(bytes, { './wasm_bg.js': glue })).instance
  glue.__wbg_set_wasm(exports)
  exports.__wbindgen_start()
  // It begins the same library, which must be there by then: begun twice at once it has two memories.
  await startTreeSitter()
  await glue.initializeTreeSitter()
  return glue
}
