import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSyntaxTrees } from '../check-syntax/syntax-trees.ts'
import { measureFunctions } from './measure-functions.ts'

const trees = createSyntaxTrees()
const measure = async (path: string, text: string): Promise<Readonly<Record<string, number>>> => {
  const found = await trees.read(path, text, (root, language) => measureFunctions(root, language, text))
  return Object.fromEntries((found ?? []).map(({ name, complexity }) => [name, complexity]))
}

/** Counted by hand. */
const cases: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
  ['a.ts', `const f = (x: number) => { switch (x) { case 1: break; case 2: break; default: } return a ?? b }
class A { m() { if (a && b || c) { return } else if (d) { } } static s = () => (x ? 1 : 2); get g() { for (const x of y) {} return 1 } }
const o = { k() {}, j: function () { try {} catch {} while (z) {} } }
app.get('/', async () => { a ||= b; do {} while (c) })
function outer() { if (a) {} function inner() { if (b) {} if (c) {} } }`, { f: 4, 'A.m': 5, 'A.s': 2, 'A.g': 2, k: 1, j: 3, '(a function without a name)': 3, outer: 2, 'outer.inner': 3 }],
  ['a.py', `class C:
    async def f(self, x):
        match x:
            case 1: pass
            case _: pass
        try: pass
        except A: pass
        y = [a for a in b if c and d]
        z = 1 if x else 2
        w = lambda q: q or 1
        if x: pass
        elif y: pass
        while z: pass
        for a in b: pass
`, { 'C.f': 11, 'C.f.w': 2 }],
  ['a.go', `package a
func (r *T) F(x int) int {
	switch x { case 1: case 2: default: }
	select { case <-c: default: }
	switch x.(type) { case int: }
	f := func() { if a { } }
	if a && b || c {}
	for i := range x {}
	return 1
}`, { F: 9, 'F.(a function without a name)': 2 }],
  ['a.rs', `impl A { fn f(x: i32) -> i32 { if x > 0 && x < 3 || x == 9 { 1 } else { match x { 1 | 2 => 3, 4 => 5, _ => 4 } } } }
fn g() { loop { while a {} for b in c {} } }`, { 'A.f': 6, g: 4 }],
  ['A.java', `class A { A() { if (a) {} } int f(int x) { for (int a : b) {} switch (x) { case 1: break; case 2, 3: break; default: break; } switch (x) { case 1 -> 2; default -> 3; }
  Runnable r = () -> { if (q) {} }; try {} catch (E e) {} return x > 1 ? 1 : 2; } }`, { 'A.A': 2, 'A.f': 7, 'A.f.r': 2 }],
  ['a.cs', `class A { int P { get { return a ? 1 : 2; } } int F(int x) { foreach (var a in b) {} switch (x) { case 1: break; default: break; } var q = x switch { 1 => 2, _ => 3 }; int L() { if (a) {} return 1; } return x > 1 ? 1 : y ?? 2; } }`, { 'A.get': 2, 'A.F': 6, 'A.F.L': 2 }],
  ['a.cpp', `int A::f(int x) { for (auto a : b) {} switch (x) { case 1: break; default: break; } auto l = [](int y) { return y && 1; }; try {} catch (...) {} return x ? 1 : 2; }
char *g(int a) { if (a) {} return 0; }`, { 'A::f': 5, 'A::f.(a function without a name)': 2, g: 2 }],
  ['a.rb', `class A
  def f(x)
    return 1 if x && y or z
    case x
    when 1 then 2
    when 3 then 4
    else 5
    end
    x ? 1 : 2
  end
  def self.g
    until a
    end
  end
end
`, { 'A.f': 7, 'A.g': 2 }],
  ['a.php', `<?php function f($x) { if ($x && $y and $z) {} elseif ($a ?? 1) {} switch ($x) { case 1: break; default: break; } $g = fn($x) => $x; match ($x) { 1 => 2, default => 3 }; try {} catch (E $e) {} }
class A { function m() { foreach ($a as $b) {} } }`, { f: 9, 'f.$g': 1, 'A.m': 2 }],
  ['a.sh', 'f() { if a && b; then c; elif d; then e; fi; for i in 1; do x; done; while y || z; do w; done; case $x in a) b;; *) c;; esac; }\n', { f: 8 }],
]

describe('ways through a function', () => {
  for (const [path, text, expected] of cases) test(path, async () => assert.deepEqual(await measure(path, text), expected))
  test('of a language without a table, none', async () => assert.deepEqual(await measure('a.css', 'a { color: red }'), {}))
  test('a chain as deep as it is long', async () => assert.deepEqual(await measure('a.js', `function f() { return ${Array.from({ length: 3000 }, (_, n) => `a${n}`).join(' && ')} }`), { f: 3000 }))
})
