import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Node, Parser } from 'web-tree-sitter'
import { startTreeSitter } from '../process/start-tree-sitter.ts'

export interface SyntaxFault {
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface Grammars {
  /** Undefined when there is no such grammar here, or when parsing took too long. The tree is gone when this returns. */
  read<T>(language: string, text: string, use: (root: Node) => T): Promise<T | undefined>
  /** The first faults in a text of that language, top to bottom; `too-long` where parsing took longer than it may. Undefined when there is no such grammar here. */
  findFaults(language: string, text: string, limit: number): Promise<readonly SyntaxFault[] | 'too-long' | undefined>
}

const require = createRequire(import.meta.url)
/** Parsing a file that never ends would stop everything: far more than any file a person writes needs. */
const maxParseMs = 2000

function snippet(text: string): string {
  const line = text.trimStart().split('\n')[0] ?? ''
  return line.length > 40 ? `${line.slice(0, 40)}…` : line
}

function toFault(node: Node): SyntaxFault {
  const line = node.startPosition.row + 1
  if (node.isMissing) return { line, message: `missing ${node.type}` }
  const said = snippet(node.text)
  return { line, message: said === '' ? 'this cannot be parsed' : `cannot parse near "${said}"` }
}

function collect(root: Node, limit: number): readonly SyntaxFault[] {
  const faults: SyntaxFault[] = []
  const visit = (node: Node): void => {
    if (faults.length >= limit || !(node.hasError || node.isMissing || node.isError)) return
    if (node.isMissing || node.isError) {
      // A fault inside a fault says more exactly where it is; the outer one often begins many lines too early.
      const inner = node.children.find((child) => child !== null && (child.isMissing || child.isError || child.hasError))
      if (inner !== undefined && inner !== null && node.isError) visit(inner)
      else {
        const fault = toFault(node)
        if (!faults.some((one) => one.line === fault.line)) faults.push(fault)
      }
      return
    }
    for (const child of node.children) if (child !== null) visit(child)
  }
  visit(root)
  return faults
}

/**
 * Grammars of the tree-sitter kind, each read once and only when a file asks for it.
 * @param wasmDir where `tree-sitter-<language>.wasm` lie; the installed package's folder when left out
 */
export function createGrammars(wasmDir: string | undefined): Grammars {
  const parsers = new Map<string, Promise<Parser | undefined>>()
  const folder = (): string => wasmDir ?? dirname(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm'))

  async function load(language: string): Promise<Parser | undefined> {
    const [module, bytes] = await Promise.all([startTreeSitter(), findBytes(join(folder(), `tree-sitter-${language}.wasm`))])
    if (bytes === undefined) return undefined
    const parser = new module.Parser()
    parser.setLanguage(await module.Language.load(bytes))
    return parser
  }

  async function findParser(language: string): Promise<Parser | undefined> {
    let loading = parsers.get(language)
    if (loading === undefined) {
      loading = load(language)
      parsers.set(language, loading)
    }
    return loading
  }

  function parse<T>(parser: Parser, text: string, use: (root: Node) => T): T | undefined {
    const until = performance.now() + maxParseMs
    const tree = parser.parse(text, null, { progressCallback: () => performance.now() > until })
    if (tree === null) {
      parser.reset()
      return undefined
    }
    try {
      return use(tree.rootNode)
    } finally {
      tree.delete()
    }
  }

  return {
    async read(language, text, use) {
      const parser = await findParser(language)
      return parser && parse(parser, text, use)
    },
    async findFaults(language, text, limit) {
      const parser = await findParser(language)
      return parser && (parse(parser, text, (root) => (root.hasError ? collect(root, limit) : [])) ?? 'too-long')
    },
  }
}

async function findBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}
