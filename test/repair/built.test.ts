import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createNodeLane } from '../../src/adapters/solver-repair/lane/node-lane.ts'
import { makeContract, proposeFor } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

/** Makes `dist`; `~/` stands for `src`, as bundlers and compilers can be told. */
const build = (maps: boolean): string => `import fs from 'node:fs'
import path from 'node:path'
import { stripTypeScriptTypes } from 'node:module'
for (const file of fs.globSync('{src,test}/*.ts')) {
  const out = 'dist/' + file.replace('.ts', '.js')
  const made = stripTypeScriptTypes(fs.readFileSync(file, 'utf8'), { mode: 'transform', sourceMap: ${maps}, sourceUrl: path.posix.relative(path.posix.dirname(out), file) })
  fs.mkdirSync(path.dirname(out), { recursive: true })
  fs.writeFileSync(out, made.replace("'~/", "'../src/"))
}
`
const cart = `interface Line { readonly price: number; readonly count: number }

/** What somebody buys. */
export class Cart {
  #lines: Line[] = []

  constructor(private readonly vat: number = 0) {}

  add(price: number, count: number): this {
    if (typeof count !== 'number') throw new TypeError('how many?')
    this.#lines.push({ price, count })
    return this
  }

  total(): number {
    let sum = 0
    for (const line of this.#lines) sum += line.price + line.count
    return sum + this.vat
  }
}
`
const tests = `import test from 'node:test'
import assert from 'node:assert/strict'
import { Cart } from '../src/cart.js'

test('costs nothing', () => { assert.equal(new Cart().total(), 0) })
test('sums', () => { assert.equal(new Cart().add(3, 4).add(5, 1).total(), 17) })
`

async function mend(source: string, test: string, maps = true): Promise<{ text: string; edits: unknown[] }> {
  const contract = makeContract('node build.mjs && node --test dist/test/cart.test.js')
  const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['build.mjs', build(maps)], ['src/cart.ts', source], ['test/cart.test.ts', test]]), 120_000)
  try {
    const base = await lab.tryFiles(new Map(), contract.checks[0]!, { timeoutMs: 20_000 })
    assert.deepEqual(base.tests?.cases.map(({ name, status }) => [name.split(' › ')[0], status]), [['dist/test/cart.test.js', 'passed'], ['dist/test/cart.test.js', 'failed']])
    const { parts } = await proposeFor(lab, contract, [base], 60_000)
    return {
      text: parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n'),
      edits: parts.flatMap((part) => (part.type === 'call' && part.name === 'edit' ? part.input : [])),
    }
  } finally {
    lab.dispose()
  }
}

const toEdits = (find: string, replace: string): unknown[] => [{ path: 'src/cart.ts', edits: [{ find, replace }] }]
const summed = toEdits('    for (const line of this.#lines) sum += line.price + line.count', '    for (const line of this.#lines) sum += line.price * line.count')

describe('tests that a build makes', () => {
  it('are run from what is written, found by source maps', async () => {
    const { edits, text } = await mend(cart, tests)
    assert.deepEqual(edits, summed, text)
    assert.match(text, /src\/cart\.ts:17.*because the failing test runs it/s)
  })
  it('are found by their names where there are no maps', async () => {
    const { edits, text } = await mend(cart, tests, false)
    assert.deepEqual(edits, summed, text)
  })
  it('are measured as they were built where only the build can read the source', async () => {
    const free = 'export function isFree(total: number): boolean {\n  return total > 50\n}\n'
    const test = "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { isFree } from '~/cart.js'\n\ntest('costs', () => { assert.equal(isFree(49), false) })\ntest('is free', () => { assert.equal(isFree(50), true) })\n"
    const { edits, text } = await mend(free, test)
    assert.deepEqual(edits, toEdits('  return total > 50', '  return total >= 50'), text)
    assert.match(text, /src\/cart\.ts:2.*because the failing test runs it/s)
  })
})

describe('a file whose types cannot merely be left out', () => {
  it('is measured in its own places', async () => {
    const source = "export enum Kind { Plain = 1, Gift }\n\nexport function price(kind: Kind): number {\n  if (kind === Kind.Gift) return 2\n  return 1\n}\n\nexport function other(): Kind {\n  return Kind.Plain\n}\n"
    const test = "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { Kind, price } from '../src/kinds.ts'\n\ntest('plain', () => { assert.equal(price(Kind.Plain), 1) })\n"
    const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/kinds.ts', source], ['test/kinds.test.ts', test]]), 60_000)
    try {
      const survey = await createNodeLane(lab, { failing: ['test/kinds.test.ts'], others: [] }, { workers: 2 }).survey(20_000)
      const cover = survey?.tests[0]?.covers.get('src/kinds.ts')
      assert.ok(cover?.by === 'span')
      const ran = (text: string): boolean => cover.spans.some(([from, to]) => from <= source.indexOf(text) && to > source.indexOf(text))
      assert.deepEqual(['kind === Kind.Gift', 'return 1', 'return 2', 'return Kind.Plain'].map(ran), [true, true, false, false])
    } finally {
      lab.dispose()
    }
  })
})
