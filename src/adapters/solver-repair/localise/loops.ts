import type { StackFrame } from '../lane/lane.ts'
import { isFunction, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'

const isLoop = /^(?:while|do|for|for_in)_statement$/

/** Row, from 0, on which a node ends. */
export function endRowOf(file: SourceFile, node: SyntaxNode): number {
  return node.row + file.text.slice(node.start, node.end).trimEnd().split('\n').length - 1
}

/** The innermost loop around a line, from 1, in the innermost function around it. */
export function findLoop(file: SourceFile, line: number): SyntaxNode | undefined {
  const around = findAround(file, line)
  return around !== undefined && isLoop.test(around.type) ? around : undefined
}

/** Rows, from 0, of the innermost loop around the line of a frame; of its innermost function where there is no loop. */
export function findLoopRows(files: readonly SourceFile[], { path, line }: StackFrame): number[] {
  const file = files.find((one) => one.path === path)
  const around = file === undefined ? undefined : findAround(file, line)
  return file === undefined || around === undefined ? [] : Array.from({ length: endRowOf(file, around) - around.row + 1 }, (_, at) => around.row + at)
}

function findAround(file: SourceFile, line: number): SyntaxNode | undefined {
  let found: SyntaxNode | undefined
  walk(file.root, (node) => {
    if (line - 1 < node.row || line - 1 > endRowOf(file, node)) return false
    if (isFunction(node) || isLoop.test(node.type)) found = node
    return undefined
  })
  return found
}
