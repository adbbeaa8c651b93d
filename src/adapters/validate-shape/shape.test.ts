import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeSubject } from '../../testing/subject.ts'
import { createComplexityValidator } from './complexity.ts'
import { createDuplicationValidator } from './duplication.ts'
import { measureFunctions } from './function-complexity.ts'

const branchy = (name: string, count: number): string => `function ${name}(x) {\n${Array.from({ length: count }, (_, n) => `  if (x === ${n}) return ${n}`).join('\n')}\n  return 0\n}\n`

describe('complexity', () => {
  test('functions of many languages, each for itself', async () => {
    for (const [path, text, expected] of [
      ['a.js', 'function f(a) { if (a && b) { for (;;) {} } return a ? 1 : 2 }', 5], ['a.ts', 'class A { m(x: number) { switch (x) { case 1: break; case 2: break } } }', 3], ['a.py', 'def f(a):\n    if a and b:\n        pass\n    elif c:\n        pass\n    for x in y:\n        while z:\n            pass\n', 6],
      ['a.go', 'package a\nfunc F(a int) int { if a > 1 || a < 0 { return 1 }; for i := 0; i < 3; i++ {}; return 0 }', 4], ['a.rs', 'fn f(a: i32) -> i32 { match a { 1 => 1, 2 => 2, _ => if a > 3 { 1 } else { 0 } } }', 5], ['A.java', 'class A { int f(int a) { if (a > 1 && a < 3) return 1; while (a > 0) a--; return 0; } }', 4], ['a.rb', 'def f(a)\n  if a && b\n    1\n  end\n  while c\n  end\nend\n', 4], ['a.sh', 'f() {\n  if true; then :; fi\n  for i in 1; do :; done\n}\n', 3],
    ] as const) assert.equal((await measureFunctions(path, text))[0]?.complexity, expected, path)
    assert.deepEqual((await measureFunctions('a.js', 'function outer() { return () => { if (a) {} } }')).map((each) => [each.name, each.complexity]), [['outer', 1], ['outer.(anonymous)', 2]])
  })
  test('only what the change adds or raises above the bound', async () => {
    const settings = { complexity: { most: 5, severity: 'error' } }
    const look = async (base: Readonly<Record<string, string>>, result: Readonly<Record<string, string>>): Promise<string[]> => ((await createComplexityValidator().look(makeSubject({ base, result, settings })))?.findings ?? []).map((each) => each.message)
    assert.deepEqual(await look({ 'a.js': branchy('old', 9) }, { 'a.js': `// moved\n${branchy('old', 9)}` }), [])
    assert.match((await look({ 'a.js': branchy('old', 9) }, { 'a.js': branchy('old', 10) })).join(), /old has a complexity of 11, up from 10/)
    assert.match((await look({}, { 'a.js': branchy('fresh', 6) })).join(), /fresh has a complexity of 7; 5 is the most/)
    assert.deepEqual(await look({ 'a.js': branchy('old', 9) }, { 'a.js': branchy('old', 8) }), [])
  })
})

describe('duplication', () => {
  const block = Array.from({ length: 14 }, (_, n) => `  total = total + price[${n}] * quantity[${n}]`).join('\n')
  const look = async (base: Readonly<Record<string, string>>, result: Readonly<Record<string, string>>): Promise<string[]> => ((await createDuplicationValidator().look(makeSubject({ base, result })))?.findings ?? []).map((each) => `${each.path}:${each.line ?? 0} ${each.message}`)
  test('what the change writes again is named with the place where it stands', async () => {
    assert.deepEqual(await look({ 'src/a.js': `start()\n${block}\n` }, { 'src/a.js': `start()\n${block}\n`, 'src/b.js': `other()\n${block}\nend()\n` }), ['src/b.js:2 writes 14 lines again that stand in src/a.js:2'])
  })
  test('what stood twice before, imports, generated files and short blocks are nothing', async () => {
    const twice = { 'src/a.js': block, 'src/b.js': block }
    assert.deepEqual(await look(twice, { ...twice, 'src/b.js': `${block}\n// more\nexport const x = 1\n` }), [])
    const imports = Array.from({ length: 20 }, (_, n) => `import { a${n} } from './a${n}.js'`).join('\n')
    assert.deepEqual(await look({ 'src/a.js': imports }, { 'src/a.js': imports, 'src/b.js': imports }), [])
    assert.deepEqual(await look({ 'src/a.js': block }, { 'src/a.js': block, 'dist/b.js': block }), [])
    assert.deepEqual(await look({ 'src/a.js': block.split('\n').slice(0, 5).join('\n') }, { 'src/a.js': block.split('\n').slice(0, 5).join('\n'), 'src/b.js': block.split('\n').slice(0, 5).join('\n') }), [])
  })
})
