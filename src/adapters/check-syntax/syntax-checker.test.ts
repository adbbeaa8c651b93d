import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultSettings } from '../../domain/validation/settings.ts'
import { findJsonFault } from './find-json-fault.ts'
import { createSyntaxChecker } from './syntax-checker.ts'
import { createSyntaxValidator } from './syntax-validator.ts'

const checker = createSyntaxChecker()
const check = (path: string, text: string) => checker.check([{ path, content: new TextEncoder().encode(text) }])

describe('files that do not parse', () => {
  const broken: readonly (readonly [string, string, number, RegExp])[] = [
    ['a.ts', 'const a = 1\nfunction f( { return 1 }\n', 2, /cannot parse|missing/],
    ['a.js', 'const a = {\n  b: 1\n  c: 2\n}\n', 3, /near "c: 2"/],
    ['a.tsx', 'const a = <div>\n  {x\n</div>\n', 1, /./],
    ['a.py', 'x = 1\ndef f(:\n  pass\n', 2, /missing \)/],
    ['a.go', 'package a\nfunc f( {\n}\n', 2, /./],
    ['a.rs', 'fn a( {}\n', 1, /missing \)/],
    ['a.java', 'class A {\n  int x = ;\n}', 2, /./],
    ['a.cs', 'class A {\n  int x = ;\n}', 2, /./],
    ['a.c', 'int main() {\n  return 0;\n', 2, /missing \}/],
    ['a.php', '<?php\nfunction ( {\n', 2, /./],
    ['a.sh', 'if true; then\necho a\n', 3, /missing fi/],
    ['a.css', 'a { color: red; }\n}\n', 2, /near "\}"/],
    ['a.json', '{"a": 1,\n "b": }', 2, /Unexpected token '\}' \(column 7\)/],
    ['a.json', '{"a": [1,2\n', 2, /Expected/],
    ['a.yml', 'a: [1\nb: 2\n', 2, /./],
    ['a.toml', 'a = 1\nb = \n', 2, /invalid value/],
  ]
  for (const [path, text, line, message] of broken) {
    test(`${path}: ${JSON.stringify(text).slice(0, 40)}`, async () => {
      const [first] = await check(path, text)
      assert.equal(first?.line, line, JSON.stringify(first))
      assert.equal(first?.rule, 'syntax')
      assert.match(first?.message ?? '', message)
    })
  }
  test('the place of a JSON fault is found whatever V8 says', () => {
    for (const [text, at] of [['{"a": }', 6], ['[1,]', 3], ['[1 2]', 3], ['{"a" 1}', 5], ['{,}', 1], ['01', 0], ['"a', 0], ['{"a":1}x', 7], ['[', 1], ['', 0], ['[1}', 2], ['nul', 0], ['{"a":1,}', 7]] as const) {
      assert.equal(findJsonFault(text), at, text)
      assert.throws(() => JSON.parse(text), text)
    }
    for (const text of ['{"a":[1,-2.5e3,true,null,"\\u00e9",{}],"b":[]}', ' 1 ', '"x"']) {
      assert.equal(findJsonFault(text), undefined)
      JSON.parse(text)
    }
  })
  test('at most five places a file', async () => {
    const all = await check('a.js', 'const = 1\n'.repeat(40))
    assert.ok(all.length > 0 && all.length <= 5)
  })
})

describe('files that parse', () => {
  const good: readonly (readonly [string, string])[] = [
    ['a.ts', 'using x = foo()\nimport { type A, b } from "x" with { type: "json" }\nclass Q<const T> { accessor y = 1; static {} }\nexport type { A }\nlet z = a satisfies B\n'],
    ['a.ts', 'test("it", async () => {\n  await using opened = await open()\n  use(opened)\n})\n'],
    ['a.mjs', 'for await (const x of y) await z?.[0] ?? 1\n'],
    ['a.py', 'def f[T](x: T) -> T:\n  match x:\n    case [1, *_]: pass\n  return f"{x!r:>10}"\ntype A = int\n'],
    ['a.json', '\uFEFF{"a": 1}'],
    ['a.json', ''],
    ['tsconfig.json', '{ // a comment\n}'],
    ['a.yaml', 'a: 1\n---\nb: 2\n'],
    ['a.unknown', '((('],
    ['bin.js', 'a\0((('],
  ]
  for (const [path, text] of good) test(`${path}: ${JSON.stringify(text).slice(0, 40)}`, async () => assert.deepEqual(await check(path, text), []))
})

test('as a validator: what does not parse is an error; macros of C may be what does not', async () => {
  const validator = createSyntaxValidator()
  const look = async (path: string, text: string) => (await validator.look({ path, text }, defaultSettings)).map(({ line, severity }) => [line, severity])
  assert.deepEqual(await look('a.ts', 'const = 1\n'), [[1, 'error']])
  assert.deepEqual(await look('a.json', '{"a": }'), [[1, 'error']])
  assert.deepEqual(await look('a.c', 'int main() {\n  return 0;\n'), [[2, 'warning']])
  for (const place of ['test/fixtures', 'pkg/testdata', 'src/__fixtures__/deep']) assert.deepEqual(await look(`${place}/a.ts`, 'const = 1\n'), [[1, 'warning']])
  assert.deepEqual(await look('src/fixtures.ts', 'const = 1\n'), [[1, 'error']])
  assert.deepEqual(await look('a.py', 'x = 1\n'), [])
  assert.equal(validator.concerns('a.unknown'), false)
})

test('as a validator: what is too large to be parsed is not checked, and never passes', async () => {
  const validator = createSyntaxValidator()
  await assert.rejects(validator.look({ path: 'a.js', text: `// ${'x'.repeat(2 ** 20)}\nconst = 1\n` }, defaultSettings), /it is larger than 1 MiB/)
  assert.deepEqual(await check('a.js', `// ${'x'.repeat(2 ** 20)}\nconst = 1\n`), [])
})

test('it says which languages it knows without loading one', () => {
  assert.equal(checker.knows('src/a.ts'), true)
  assert.equal(checker.knows('a.json'), true)
  assert.equal(checker.knows('a.unknown'), false)
})

test('without a grammar a file is passed over', async () => {
  const bare = createSyntaxChecker({ wasmDir: '/nonexistent' })
  assert.deepEqual(await bare.check([{ path: 'a.ts', content: new TextEncoder().encode('(((') }]), [])
})
