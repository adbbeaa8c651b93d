import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import { applyEdits } from '../candidate.ts'
import { fromQuickFixes } from '../generate/quick-fixes.ts'
import type { Project } from '../project.ts'
import { parseSource } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import type { SyntaxParser } from '../syntax/parser.ts'
import { openCompiler } from './compiler.ts'
import type { Compiler } from './compiler.ts'

let parser: SyntaxParser
let compiler: Compiler | undefined
before(async () => {
  parser = await loadParser(['typescript'])
})
afterEach(async () => compiler?.close())

function projectOf(files: Readonly<Record<string, string>>): Project {
  const sources = new Map(Object.entries(files).map(([path, text]) => {
    const file = parseSource(parser, path, 'typescript', text)
    assert.ok(file)
    return [path, file]
  }))
  return { parser, sources, tests: new Map() }
}

const parts = 'export interface Part { price: number; count: number }\nexport function priceOf(part: Part): number { return part.price * part.count }\n'
const total = "import type { Part } from './parts.ts'\nexport function totalOf(list: readonly Part[]): number {\n  let sum = 0\n  for (const part of list) sum += priceOf(part) + part.conut\n  return sum\n}\n"

describe('the TypeScript compiler', () => {
  it('mends a misspelt member and a missing import, as candidates at the place of the error', async () => {
    const project = projectOf({ 'src/parts.ts': parts, 'src/total.ts': total })
    compiler = openCompiler(project)
    const fixes = await compiler.findFixes(['src/total.ts'])
    const candidates = fromQuickFixes(fixes, project, { of: () => 1 })
    const made = candidates.map((candidate) => applyEdits(total, candidate.edits))
    assert.ok(made.includes(total.replace('conut', 'count')), JSON.stringify(fixes))
    assert.ok(made.some((text) => /import \{[^}]*priceOf[^}]*\} from '\.\/parts\.\w+'/.test(text.replaceAll('"', "'"))), JSON.stringify(fixes))
    assert.deepEqual([...new Set(candidates.map(({ line, kind }) => `${kind} ${line}`))], ['quick fix 4'])
  })
  it('counts the errors of a file with other text in its place', async () => {
    compiler = openCompiler(projectOf({ 'src/parts.ts': parts }))
    assert.deepEqual(await compiler.countErrors('src/parts.ts', [parts.replace('part.price *', "'a' -"), parts.replace('*', '+')]), [0, 1, 0])
  })
  it('that was closed says nothing', async () => {
    compiler = openCompiler(projectOf({ 'src/parts.ts': parts }))
    await compiler.close()
    assert.deepEqual(await compiler.findFixes(['src/parts.ts']), [])
    assert.equal(await compiler.countErrors('src/parts.ts', [parts]), undefined)
  })
})
