import type { Candidate } from '../candidate.ts'
import type { Heat } from '../localise/heat.ts'
import type { Project } from '../project.ts'
import { extentOf } from './sketch.ts'
import { isFunction, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import type { QuickFix } from '../typescript/compiler.ts'

/** How often each kind of fix is the mend. Those that only silence the compiler (declare, annotate, ignore) are not there. */
const priors: Readonly<Record<string, number>> = {
  spelling: 0.6, import: 0.62, forgottenThisPropertyAccess: 0.6, addMissingAwait: 0.55, fixAwaitInSyncFunction: 0.5, returnValueCorrect: 0.5, addMissingNewOperator: 0.5,
  constructorForDerivedNeedSuperCall: 0.5, classSuperMustPrecedeThisAccess: 0.5, fixNaNEquality: 0.6, fixMissingCallParentheses: 0.6, fixImplicitThis: 0.35, addMissingConst: 0.3,
  useDefaultImport: 0.3, fixUnreachableCode: 0.1, convertToAsyncFunction: 0.06, unusedIdentifier: 0.03, addOptionalChaining: 0.2, addVoidToPromise: 0.15,
}
/** A place that no test came by may still be why a file could not be loaded. */
const leastSuspicion = 0.5
const fewErrors = 3

/** The compiler's proposals as changes to try: an error in a file that has few is worth more than one of many, a suggestion least. */
export function fromQuickFixes(fixes: readonly QuickFix[], project: Project, heat: Heat): Candidate[] {
  return fixes.flatMap((fix): Candidate[] => {
    const prior = Object.hasOwn(priors, fix.name) ? (priors[fix.name] ?? 0) : 0
    const file = project.sources.get(fix.path)
    const place = project.sources.get(fix.in)
    if (prior === 0 || file === undefined || place === undefined || fix.edits.length === 0) return []
    const node = nodeAt(place, fix.at)
    const fn = fix.path === fix.in ? functionAround(node, fix.edits) : undefined
    const weight = fix.error ? (fix.errors <= fewErrors ? 1 : 0.5) : 0.4
    return [{
      path: fix.path, edits: fix.edits.toSorted((a, b) => a.start - b.start), kind: 'quick fix', describes: toPhrase(fix.describes), prior: prior * weight,
      suspicion: Math.max(fix.error ? leastSuspicion : 0, heat.of(place, node)), line: fix.path === fix.in ? node.row + 1 : 1, within: fn === undefined ? undefined : extentOf(file, fn),
    }]
  })
}

/** The innermost node that begins at or spans the offset. */
function nodeAt(file: SourceFile, offset: number): SyntaxNode {
  let found = file.root
  walk(file.root, (node) => {
    if (offset < node.start || offset >= node.end) return node === file.root ? undefined : false
    found = node
    return undefined
  })
  return found
}

function functionAround(node: SyntaxNode, edits: QuickFix['edits']): SyntaxNode | undefined {
  for (let at: SyntaxNode | undefined = node; at !== undefined; at = at.parent) {
    if (isFunction(at)) return edits.every((edit) => at !== undefined && edit.start >= at.start && edit.end <= at.end) ? at : undefined
  }
  return undefined
}

/** "Change spelling to 'total'" as the rest of a sentence. */
function toPhrase(description: string): string {
  return (description.charAt(0).toLowerCase() + description.slice(1)).replaceAll(/'([^']*)'/g, '`$1`')
}
