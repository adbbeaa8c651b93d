import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { applyEdits } from '../candidate.ts'
import type { Candidate } from '../candidate.ts'
import type { Project } from '../project.ts'
import { parseSource } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import type { SyntaxParser } from '../syntax/parser.ts'
import { joinCandidates, pairAmongst } from './pairs.ts'
import { openTrials } from './trials.ts'

const text = 'export function f(a, b) {\n  return a + b * 2\n}\n'
const within = { start: 7, end: text.length, firstRow: 0, lastRow: 2 }
const change = (from: string, to: string, prior: number): Candidate =>
  ({ path: 'f.js', edits: [{ start: text.indexOf(from), end: text.indexOf(from) + from.length, text: to }], kind: 'test', describes: `${from} to ${to}`, prior, suspicion: 1, line: 2, within })
const [minus, three, wide] = [change('+', '-', 0.5), change('2', '3', 0.4), change('b * 2', 'b', 0.2)]

let parser: SyntaxParser
let project: Project
before(async () => {
  parser = await loadParser(['javascript'])
  const file = parseSource(parser, 'f.js', 'javascript', text)
  assert.ok(file)
  project = { parser, sources: new Map([['f.js', file]]), tests: new Map() }
})

describe('pairs of changes', () => {
  it('are one change with both edits, where they do not meet', () => {
    const pair = joinCandidates(three, minus)
    assert.ok(pair)
    assert.equal(applyEdits(text, pair.edits), text.replace('+', '-').replace('2', '3'))
    assert.equal(joinCandidates(three, wide), undefined)
    assert.equal(joinCandidates(minus, { ...three, path: 'g.js' }), undefined)
    assert.deepEqual(pairAmongst([minus, three, wide]).map(({ describes }) => describes), ['+ to -, and 2 to 3', '+ to -, and b * 2 to b'])
  })
  it('are tried when they are likelier than what is left, first of all with what has made progress', () => {
    const trials = openTrials([minus, three, wide], project)
    const [first, ...left] = trials.take(3)
    assert.deepEqual([first, ...left].map((trial) => trial?.candidate.describes), ['+ to -', '2 to 3', 'b * 2 to b'])
    assert.ok(first)
    trials.putBack(left)
    trials.buildOn(first, 2)
    const rest = trials.take(9)
    assert.deepEqual(rest.map(({ candidate, beyond }) => `${candidate.describes}: ${beyond}`), ['2 to 3: 0', '+ to -, and 2 to 3: 2', 'b * 2 to b: 0', '+ to -, and b * 2 to b: 2'])
    assert.deepEqual(trials.take(1), [])
    trials.add([change('a', 'b', 0.9)])
    assert.deepEqual(trials.take(9).length, 1)
  })
})
