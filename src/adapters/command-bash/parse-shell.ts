import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { Node, Parser } from 'web-tree-sitter'
import type { ParseShell, ShellNode } from '../../domain/command/shell-node.ts'

const require = createRequire(import.meta.url)
const mostParseMs = 500

let opening: Promise<Parser> | undefined

/** Loaded once, with the first command. */
async function open(): Promise<Parser> {
  const { Language, Parser } = await import('web-tree-sitter')
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(await readFile(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm'))))
  return parser
}

/** A parser of bash that gives plain data; undefined for a text that takes too long. */
export async function openShellParser(): Promise<ParseShell> {
  const parser = await (opening ??= open())
  return (text) => {
    const until = performance.now() + mostParseMs
    const tree = parser.parse(text, null, { progressCallback: () => performance.now() > until })
    if (tree === null) {
      parser.reset()
      return undefined
    }
    try {
      return toPlain(tree.rootNode, text, '')
    } finally {
      tree.delete()
    }
  }
}

function toPlain(node: Node, whole: string, field: string): ShellNode {
  const children: ShellNode[] = []
  for (let n = 0; n < node.childCount; n += 1) {
    const child = node.child(n)
    if (child) children.push(toPlain(child, whole, node.fieldNameForChild(n) ?? ''))
  }
  return { type: node.type, named: node.isNamed, field, text: node.text, start: node.startIndex, children }
}
