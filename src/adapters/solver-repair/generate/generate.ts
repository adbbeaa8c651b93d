import { candidateKey, scoreOf } from '../candidate.ts'
import type { Candidate } from '../candidate.ts'
import { walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'
import { changeBinding, changeError } from './bindings.ts'
import { addNew, callSuper, changeCalled } from './callables.ts'
import { addDefault, changeArguments, changeAwait, wrapValue } from './calls.ts'
import { addClause } from './clauses.ts'
import { exchangeParts, negateCondition, swapBranches } from './conditions.ts'
import { copyParameter, copyValue, deepenCopy } from './copies.ts'
import { donateStatement } from './donors.ts'
import { changeSignature, renameApi } from './api.ts'
import { addTruthClause, returnField } from './fields.ts'
import { addGuard, addSkip, guardLocal, mendPython } from './guards.ts'
import { isImporting } from './import-sites.ts'
import { addExport, addImport, changeImport } from './imports.ts'
import { addUpdate, changeRange, changeStep } from './loops.ts'
import { changeKey, changeMember, changeName, changeTarget } from './names.ts'
import { addOperand, changeBoth, keepFalsy, turnKey } from './operands.ts'
import { accumulate, changeUnary, dropOperand, regroup, swapOperator } from './operators.ts'
import { addLeast, changeReceiver, spreadRest } from './receivers.ts'
import { changePattern, changeRegex } from './regexes.ts'
import { openSketch } from './sketch.ts'
import type { Generator } from './sketch.ts'
import { addElse, changeClause, changeElse, changeJump, changeReturn, dropOrMove } from './statements.ts'
import { fillTemplate, mendEscapes } from './texts.ts'
import { changeLiteral, changeNumber, changeSlice, changeString, nameLiteral, offByOne } from './values.ts'

const generators: readonly Generator[] = [
  swapOperator, accumulate, dropOperand, regroup, changeUnary, negateCondition, addClause, swapBranches, exchangeParts,
  changeNumber, nameLiteral, offByOne, changeSlice, changeLiteral, changeString,
  changeName, changeMember, changeKey, changeTarget,
  changeArguments, changeAwait, wrapValue, copyValue, deepenCopy, copyParameter, addDefault, changeRegex, changePattern, fillTemplate, mendEscapes, changeStep, changeRange, addUpdate,
  changeCalled, addNew, callSuper, changeBinding, changeError, addOperand, changeBoth, keepFalsy, turnKey,
  dropOrMove, changeJump, changeReturn, changeElse, changeClause, addGuard, guardLocal, addSkip, mendPython,
  donateStatement, returnField, addTruthClause, addElse, changeReceiver, spreadRest, addLeast, renameApi, changeSignature,
]
/** For the statements that bring names in, and for what a file gives. */
const importGenerators: readonly Generator[] = [changeImport, addImport, addExport]

/** Parts of a file in which nothing runs. */
const silent = /^(comment|type_annotation|type_arguments|type_parameters|interface_declaration|type_alias_declaration|import_statement|import_from_statement|future_import_statement|decorator)$/

/** Of one file: tables of thousands of numbers give more than can ever be tried, and gathering them is time in which nothing else goes on. */
const mostCandidates = 100_000

/**
 * All changes that the generators know for the parts of a file that `suspicionOf` is above nothing for, without those that give the same text twice
 * (then the likelier one stays). Of a file that gives too many, those of its later parts are left out.
 */
export function generateCandidates(file: SourceFile, words: Vocabulary, suspicionOf: (node: SyntaxNode) => number): Candidate[] {
  const found = new Map<string, Candidate>()
  const emit = (candidate: Candidate): void => {
    const key = candidateKey(file.text, candidate)
    if (key === undefined || candidate.suspicion <= 0) return
    const known = found.get(key)
    if (known === undefined || scoreOf(known) < scoreOf(candidate)) found.set(key, candidate)
  }
  const sketch = openSketch(file, words, suspicionOf, emit)
  walk(file.root, (node) => {
    if (found.size >= mostCandidates) return false
    if (silent.test(node.type) || (node.field === 'type' && node.type === 'type') || node.field === 'return_type') return false
    if (suspicionOf(node) > 0) for (const generate of generators) generate(node, sketch)
    return undefined
  })
  mendImports(file, words, suspicionOf, emit)
  return [...found.values()]
}

/** An import runs before all tests: it is nearly as suspect as the hottest place that uses one of its names, or as the file where there is none. */
function mendImports(file: SourceFile, words: Vocabulary, suspicionOf: (node: SyntaxNode) => number, emit: (candidate: Candidate) => void): void {
  const uses = new Map<string, number>()
  const text = (node: SyntaxNode): string => file.text.slice(node.start, node.end)
  const importing = file.root.children.filter((child) => isImporting(child, { text }))
  let hottest = 0
  walk(file.root, (node) => {
    if (importing.includes(node)) return false
    const here = suspicionOf(node)
    hottest = Math.max(hottest, here)
    if (node.type === 'identifier' || node.type === 'type_identifier') uses.set(text(node), Math.max(here, uses.get(text(node)) ?? 0))
    return undefined
  })
  if (hottest === 0) return
  for (const node of [file.root, ...importing]) {
    let used = node === file.root ? hottest : 0
    walk(node, (at) => {
      if (node !== file.root && /identifier/.test(at.type)) used = Math.max(used, uses.get(text(at)) ?? 0)
      return node !== file.root
    })
    const sketch = openSketch(file, words, () => 0.9 * used, emit)
    for (const generate of importGenerators) generate(node, sketch)
  }
}
