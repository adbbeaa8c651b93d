import { createRequire } from 'node:module'
import path from 'node:path'
import type { Parser, Tree } from 'web-tree-sitter'
import { startTreeSitter } from '../../process/start-tree-sitter.ts'

export type Grammar = 'javascript' | 'typescript' | 'tsx' | 'python'

const grammarOf: Readonly<Record<string, Grammar>> = {
  '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.jsx': 'javascript',
  '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'tsx',
  '.py': 'python',
}

export function findGrammar(file: string): Grammar | undefined {
  return file.endsWith('.d.ts') ? undefined : grammarOf[path.posix.extname(file)]
}

/** Turns text into a syntax tree. Whoever asks for a tree deletes it: it lives outside the collector's reach. */
export interface SyntaxParser {
  parse(grammar: Grammar, text: string): Tree
}

/**
 * Loads only the grammars asked for. `wasmDir` holds `tree-sitter-<grammar>.wasm`; left out, the installed package's.
 */
export async function loadParser(grammars: Iterable<Grammar>, wasmDir?: string): Promise<SyntaxParser> {
  const { Language, Parser } = await startTreeSitter()
  const directory = wasmDir ?? path.dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'))
  const parsers = new Map<Grammar, Parser>()
  for (const grammar of new Set(grammars)) {
    const parser = new Parser()
    parser.setLanguage(await Language.load(path.join(directory, `tree-sitter-${grammar}.wasm`)))
    parsers.set(grammar, parser)
  }
  return {
    parse(grammar, text) {
      const tree = parsers.get(grammar)?.parse(text)
      if (tree === null || tree === undefined) throw new Error(`no parser was loaded for ${grammar}`)
      return tree
    },
  }
}
