import type { TextEdit } from '../candidate.ts'
import { applyEdits } from '../candidate.ts'
import type { Project } from '../project.ts'
import { findField, parseSource, walk } from '../syntax/node.ts'
import type { Grammar } from '../syntax/parser.ts'

const isLoop = /^(?:while|do|for|for_in)_statement$/
const guard = 'globalThis.writLoop?.();'

/**
 * A text of JavaScript or TypeScript whose loops ask the lane at each turn whether the test has had its time: one that does not end
 * becomes an error after a moment, instead of a worker that has to be killed and started anew. Undefined where there is no loop.
 */
export function guardLoops(project: Project, { path, grammar, text }: { readonly path: string; readonly grammar: Grammar; readonly text: string }): string | undefined {
  if (grammar === 'python') return undefined
  const edits: TextEdit[] = []
  const put = (at: number, added: string): void => void edits.push({ start: at, end: at, text: added })
  const file = parseSource(project.parser, path, grammar, text)
  if (file === undefined) return undefined
  walk(file.root, (node) => {
    const body = isLoop.test(node.type) ? findField(node, 'body') : undefined
    if (body === undefined) return undefined
    if (body.type === 'statement_block') put(body.start + 1, guard)
    else {
      put(body.start, `{${guard}`)
      put(body.end, '}')
    }
    return undefined
  })
  return edits.length === 0 ? undefined : applyEdits(text, edits.toSorted((a, b) => a.start - b.start))
}
