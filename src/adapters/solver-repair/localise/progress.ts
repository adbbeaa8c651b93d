import type { Candidate } from '../candidate.ts'
import type { StackFrame } from '../lane/lane.ts'
import { findField, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { endRowOf, findLoop } from './loops.ts'

/** How much likelier a change in a loop that does not end is for what it touches: how the loop comes forward, when it ends, the rest of it. */
const factor = { step: 3, condition: 1.5, rest: 0.6 }
const isStep = /^(?:assignment_expression|augmented_assignment_expression|update_expression|assignment|augmented_assignment|call_expression|call)$/

interface Loop {
  readonly path: string
  readonly first: number
  readonly last: number
  /** Offsets, from and to. */
  readonly conditions: readonly (readonly [number, number])[]
  readonly steps: readonly (readonly [number, number])[]
  /** Text that gives something new to what the loop's end hangs on. */
  readonly stepping: RegExp | undefined
}

/**
 * A loop that does not end has a condition that stays as it is: changes of what gives new values to the names in it are likelier than
 * others, and so are changes of the condition itself. `stacks` are of tests that do not end, the innermost frame first.
 */
export function favourProgress(candidates: readonly Candidate[], files: readonly SourceFile[], stacks: readonly (readonly StackFrame[])[]): readonly Candidate[] {
  const frames = new Map(stacks.flatMap(([frame]) => (frame === undefined ? [] : [[`${frame.path}:${frame.line}`, frame] as const])))
  const loops = [...frames.values()].flatMap((frame) => readLoop(files, frame) ?? [])
  if (loops.length === 0) return candidates
  return candidates.map((candidate) => {
    const loop = loops.find(({ path, first, last }) => path === candidate.path && candidate.line - 1 >= first && candidate.line - 1 <= last)
    return loop === undefined ? candidate : { ...candidate, suspicion: candidate.suspicion * weigh(candidate, loop) }
  })
}

function weigh({ edits }: Candidate, { steps, conditions, stepping }: Loop): number {
  const lies = (spans: Loop['steps']): boolean => edits.some((edit) => spans.some(([from, to]) => edit.start >= from && edit.end <= to))
  if (lies(conditions)) return factor.condition
  return lies(steps) || edits.some(({ text }) => stepping?.test(text)) ? factor.step : factor.rest
}

function readLoop(files: readonly SourceFile[], frame: StackFrame): Loop | undefined {
  const file = files.find(({ path }) => path === frame.path)
  const loop = file === undefined ? undefined : findLoop(file, frame.line)
  if (file === undefined || loop === undefined) return undefined
  const conditions = findConditions(loop)
  const names = new Set(conditions.flatMap((node) => namesIn(file, node)))
  const steps: [number, number][] = []
  walk(loop, (node) => {
    const target = isStep.test(node.type) ? (findField(node, 'left') ?? findField(node, 'argument') ?? findField(node, 'function')) : undefined
    if (target !== undefined && namesIn(file, target).some((name) => names.has(name)) && !conditions.some(({ start, end }) => node.start >= start && node.end <= end)) steps.push([node.start, node.end])
  })
  const words = [...names].filter((name) => /^[\w$]+$/.test(name)).map((name) => name.replaceAll('$', String.raw`\$`))
  return {
    path: file.path, first: loop.row, last: endRowOf(file, loop), steps, conditions: conditions.map(({ start, end }) => [start, end]),
    stepping: words.length === 0 ? undefined : new RegExp(String.raw`(?:^|[^\w$])(?:${words.join('|')})(?:\s*(?:[-+*/%|&^]|<<|>>>?|\*\*|//)?=[^=]|\+\+|--|\.\w+\()`),
  }
}

/** What the end of a loop hangs on: its own condition, and those in it under which it is left. */
function findConditions(loop: SyntaxNode): SyntaxNode[] {
  const own = findField(loop, 'condition')
  const found = own === undefined ? [] : [own]
  walk(loop, (node) => {
    const condition = node.type === 'if_statement' ? findField(node, 'condition') : undefined
    let leaves = false
    if (condition !== undefined) walk(node, (inner) => void (leaves ||= /^(?:break|return|throw|raise)_statement$/.test(inner.type)))
    if (condition !== undefined && leaves) found.push(condition)
  })
  return found
}

function namesIn(file: SourceFile, node: SyntaxNode): string[] {
  const names: string[] = []
  walk(node, (at) => {
    if (/identifier/.test(at.type) && at.children.length === 0) names.push(file.text.slice(at.start, at.end))
  })
  return names.filter((name) => name !== 'self' && name !== 'this')
}
