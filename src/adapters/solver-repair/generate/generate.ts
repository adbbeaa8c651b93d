import { candidateKey, scoreOf } from '../candidate.ts'
import type { Candidate } from '../candidate.ts'
import { walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'
import { addDefault, changeArguments, changeAwait, changeRegex, copyValue, wrapValue } from './calls.ts'
import { addClause, exchangeParts, negateCondition, swapBranches } from './conditions.ts'
import { donateStatement } from './donors.ts'
import { addTruthClause, returnField } from './fields.ts'
import { addGuard, addSkip, guardLocal, mendPython } from './guards.ts'
import { changeKey, changeMember, changeName, changeTarget } from './names.ts'
import { accumulate, changeUnary, dropOperand, regroup, swapOperator } from './operators.ts'
import { addLeast, changeReceiver, spreadRest } from './receivers.ts'
import { openSketch } from './sketch.ts'
import type { Generator } from './sketch.ts'
import { addElse, changeClause, changeElse, changeJump, changeReturn, dropOrMove } from './statements.ts'
import { changeLiteral, changeNumber, changeSlice, changeString, nameLiteral, offByOne } from './values.ts'

const generators: readonly Generator[] = [
  swapOperator, accumulate, dropOperand, regroup, changeUnary, negateCondition, addClause, swapBranches, exchangeParts,
  changeNumber, nameLiteral, offByOne, changeSlice, changeLiteral, changeString,
  changeName, changeMember, changeKey, changeTarget,
  changeArguments, changeAwait, wrapValue, copyValue, addDefault, changeRegex,
  dropOrMove, changeJump, changeReturn, changeElse, changeClause, addGuard, guardLocal, addSkip, mendPython,
  donateStatement, returnField, addTruthClause, addElse, changeReceiver, spreadRest, addLeast,
]

/** Parts of a file in which nothing runs. */
const silent = /^(comment|type_annotation|type_arguments|type_parameters|interface_declaration|type_alias_declaration|import_statement|import_from_statement|future_import_statement|decorator)$/

/**
 * All changes that the generators know for the parts of a file that `suspicionOf` is above nothing for, without those that give the same text twice
 * (then the likelier one stays).
 */
export function generateCandidates(file: SourceFile, words: Vocabulary, suspicionOf: (node: SyntaxNode) => number): Candidate[] {
  const found = new Map<string, Candidate>()
  const sketch = openSketch(file, words, suspicionOf, (candidate) => {
    const key = candidateKey(file.text, candidate)
    if (key === undefined || candidate.suspicion <= 0) return
    const known = found.get(key)
    if (known === undefined || scoreOf(known) < scoreOf(candidate)) found.set(key, candidate)
  })
  walk(file.root, (node) => {
    if (silent.test(node.type) || (node.field === 'type' && node.type === 'type') || node.field === 'return_type') return false
    if (suspicionOf(node) > 0) for (const generate of generators) generate(node, sketch)
    return undefined
  })
  return [...found.values()]
}
