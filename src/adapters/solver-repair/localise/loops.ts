import type { StackFrame } from '../lane/lane.ts'
import { isFunction, walk } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'

const isLoop = /^(?:while|do|for|for_in)_statement$/

/** Rows, from 0, of the innermost loop around the line of a frame; of its innermost function where there is no loop. */
export function findLoopRows(files: readonly SourceFile[], { path, line }: StackFrame): number[] {
  const file = files.find((one) => one.path === path)
  if (file === undefined) return []
  let [first, last] = [0, -1]
  walk(file.root, (node) => {
    const end = node.row + file.text.slice(node.start, node.end).trimEnd().split('\n').length - 1
    if (line - 1 < node.row || line - 1 > end) return false
    if (isFunction(node) || isLoop.test(node.type)) [first, last] = [node.row, end]
    return undefined
  })
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
