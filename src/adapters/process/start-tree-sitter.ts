import { createRequire } from 'node:module'

type TreeSitter = typeof import('web-tree-sitter')

let started: Promise<TreeSitter> | undefined

/**
 * The parser's library, started once in a process. Started twice at the same time it would have two memories, and whoever parses
 * with a pointer into the first would crash on the second.
 */
export function startTreeSitter(): Promise<TreeSitter> {
  started ??= import('web-tree-sitter').then(async (module) => {
    const wasm = createRequire(import.meta.url).resolve('web-tree-sitter/web-tree-sitter.wasm')
    await module.Parser.init({ locateFile: () => wasm })
    return module
  })
  return started
}
