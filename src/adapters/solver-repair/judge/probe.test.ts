import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseSource } from '../syntax/node.ts'
import { findGrammar, loadParser } from '../syntax/parser.ts'
import { addProbes, findProbeable, listProbeable } from './probe.ts'

const parser = await loadParser(['typescript', 'python'])

function parse(path: string, text: string) {
  const grammar = findGrammar(path)
  assert.ok(grammar)
  const file = parseSource(parser, path, grammar, text)
  assert.ok(file, 'the text parses')
  return file
}

const script = `export function add(a: number, b: number) { return a + b }
export const twice = (n: number) => n * 2
const pick = ({ a }: { a: number }) => a
class Stack {
  #items: number[] = []
  constructor() { this.push(0) }
  get size() { return this.#items.length }
  push(item: number) { [1].map((one) => one); this.#items.push(item) }
}
`
const python = `class Account:
    def __init__(self, owner):
        self.owner = owner

    @property
    def name(self):
        return self.owner

    @staticmethod
    def fee(amount, *, rate=2): return amount * rate

    def pay(self, amount: int, *rest, note='', **more):
        """Pays."""
        if amount:
            return rest
`

describe('probes', () => {
  it('are put into what can be called again, and the text still parses', () => {
    const file = parse('a.ts', script)
    assert.deepEqual(listProbeable(file).map(({ name }) => name), ['add', 'twice', 'Stack.push'])
    const probed = addProbes(file, new Set(['add', 'twice', 'Stack.push']))
    assert.ok(probed)
    parse('a.ts', probed)
    assert.match(probed, /"twice", \(t, a\) => twice\(\.\.\.a\), undefined, \[n\]\); return \(n \* 2\); \}/)
    assert.match(probed, /"Stack\.push", \(t, a\) => t\.push\(\.\.\.a\), this, arguments\);/)
    assert.equal(addProbes(file, new Set(['pick'])), undefined)
  })
  it('know methods, static functions and parameters of Python', () => {
    const file = parse('a.py', python)
    assert.deepEqual(listProbeable(file).map(({ name }) => name), ['Account.fee', 'Account.pay'])
    const probed = addProbes(file, new Set(['Account.fee', 'Account.pay']))
    assert.ok(probed)
    parse('a.py', probed)
    assert.match(probed, /"Account\.fee", lambda t, a, k: Account\.fee\(\*a, \*\*k\), None, \(amount,\), \{"rate": rate\}\); return/)
    assert.match(probed, /"Account\.pay", lambda t, a, k: t\.pay\(\*a, \*\*k\), self, \(amount, \*rest,\), \{"note": note, \*\*more\}\)\n {8}"""Pays/)
  })
  it('find the function around a place by a name that does not move with it', () => {
    const file = parse('a.ts', script)
    assert.equal(findProbeable(file, script.indexOf('one) => one'))?.name, 'Stack.push')
    assert.equal(findProbeable(file, 0)?.name, undefined)
  })
})
