import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSyntaxChecker } from '../check-syntax/syntax-checker.ts'
import { loadParser } from '../solver-repair/syntax/parser.ts'

/** The types of this library are those of browsers, which are not loaded here. */
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: { Memory: new (descriptor: object) => object } }

test('whoever begins to parse at the same moment shares one memory', async () => {
  const { Memory } = wasm
  let memories = 0
  wasm.Memory = class extends Memory {
    constructor(descriptor: object) {
      super(descriptor)
      memories += 1
    }
  }
  try {
    const content = new TextEncoder().encode('const a = {\n')
    const found = await Promise.all([
      ...Array.from({ length: 4 }, async (_, n) => (await createSyntaxChecker().check([{ path: `a${n}.js`, content }])).length),
      loadParser(['javascript']).then((parser) => {
        const tree = parser.parse('javascript', 'const a = 1\n')
        const count = tree.rootNode.childCount
        tree.delete()
        return count
      }),
    ])
    assert.deepEqual(found, [1, 1, 1, 1, 1])
    assert.equal(memories, 1)
  } finally {
    wasm.Memory = Memory
  }
})
