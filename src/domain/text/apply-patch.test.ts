import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyPatch } from './apply-patch.ts'
import { parsePatch } from './parse-patch.ts'
import type { PatchChunk } from './parse-patch.ts'

function chunksOf(body: string): readonly PatchChunk[] {
  const parsed = parsePatch(`*** Begin Patch\n*** Update File: f\n${body}\n*** End Patch`)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem)
  const [file] = parsed.files
  assert.ok(file?.kind === 'update')
  return file.chunks
}

function patched(content: string, body: string): string {
  const outcome = applyPatch(content, chunksOf(body), { unseen: false })
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.problem)
  return outcome.content
}

function problem(content: string, body: string, unseen = false): string {
  const outcome = applyPatch(content, chunksOf(body), { unseen })
  assert.ok(!outcome.ok)
  return outcome.problem
}

const twoFunctions = 'def a():\n    x = 1\n    return x\n\ndef b():\n    x = 1\n    return x\n'

test('a chunk that fits at one place is applied there', () => {
  assert.equal(patched('a\nb\nc\n', ' a\n-b\n+B\n c'), 'a\nB\nc\n')
})

test('line ends, byte order of lines and a missing final newline are kept', () => {
  assert.equal(patched('a\r\nb\r\nc', ' a\n-b\n+B\n+BB\n c'), 'a\r\nB\r\nBB\r\nc')
  assert.equal(patched('a\nb', '-b\n+c'), 'a\nc')
  assert.equal(patched('a\nb', ' b\n+c'), 'a\nb\nc')
  assert.equal(patched('a\r\nb\n', '-b\n+B'), 'a\r\nB\n')
})

test('an ambiguous chunk is refused with all places, and @@ decides', () => {
  assert.match(problem(twoFunctions, '-    x = 1\n+    x = 2'), /2 places, at lines 2, 6/)
  assert.equal(patched(twoFunctions, '@@ def b():\n-    x = 1\n+    x = 2'), twoFunctions.replace(/x = 1(?=[^]*$)(?![^]*x = 1)/, 'x = 2'))
  assert.match(problem(twoFunctions, '@@ def c():\n-    x = 1\n+    x = 2'), /2 places/)
})

test('a numbered header chooses between equal places', () => {
  assert.equal(patched(twoFunctions, '@@ -6,1 +6,1 @@\n-    x = 1\n+    x = 2').split('\n')[5], '    x = 2')
})

test('a later chunk is looked for below the earlier one', () => {
  const result = patched(twoFunctions, ' def b():\n+    # here\n@@\n-    return x\n+    return -x')
  assert.equal(result, 'def a():\n    x = 1\n    return x\n\ndef b():\n    # here\n    x = 1\n    return -x\n')
})

test('*** End of File ties a chunk to the end', () => {
  assert.equal(patched('a\nb\na\n', '-a\n+z\n*** End of File'), 'a\nb\nz\n')
  assert.match(problem('a\nb\nc\n', '-a\n+z\n*** End of File'), /not at its end/)
})

test('only added lines: below the anchor, or at the end', () => {
  assert.equal(patched('a\nb\n', '@@ a\n+x'), 'a\nx\nb\n')
  assert.equal(patched('a\nb', '+x\n+y'), 'a\nb\nx\ny')
  assert.match(problem('a b c\nd\n', '@@ nope\n+x'), /not at exactly one place/)
})

test('indentation that the model lost is put back', () => {
  assert.equal(patched('class A {\n    run() {\n        go()\n    }\n}\n', ' run() {\n-    go()\n+    went()\n+    if (x) {\n+        y()\n+    }\n }'),
    'class A {\n    run() {\n        went()\n        if (x) {\n            y()\n        }\n    }\n}\n')
  assert.match(problem('class A {\n    run() {\n    }\n}\n', ' run() {\n+x\n }', true), /not read/)
})

test('a miss shows the nearest lines', () => {
  assert.match(problem('const total = items.length\n', '-const total = items.size\n+x'), /Nearest, lines 1-1:\n {4}1\tconst total = items\.length/)
})

test('no change and overlaps are refused', () => {
  assert.match(problem('a\n', '-a\n+a'), /change nothing/)
  assert.match(problem('a\nb\nc\n', ' a\n-b\n+x\n@@\n-b\n+y\n c'), /overlaps/)
})

test('random replacements keep all other lines byte for byte (500 cases)', () => {
  let state = 5
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let round = 0; round < 500; round++) {
    const count = 4 + random(20)
    const rows = Array.from({ length: count }, (_, index) => `${' '.repeat(random(5))}row ${index} ${'x'.repeat(random(4))}${' '.repeat(random(3))}`)
    const ends = rows.map((_, index) => (index === count - 1 && random(2) === 0 ? '' : random(3) === 0 ? '\r\n' : '\n'))
    const at = 1 + random(count - 2)
    const body = [` ${rows[at - 1]}`, `-${rows[at]}`, '+new', ` ${rows[at + 1]}`].join('\n')
    const result = patched(rows.map((row, index) => row + ends[index]).join(''), body)
    const expected = rows.map((row, index) => (index === at ? 'new' : row) + (index === at ? '#' : ends[index])).join('')
    const [before = '', after = ''] = expected.split('new#')
    assert.ok(result.startsWith(`${before}new`) && result.endsWith(after), JSON.stringify({ rows, ends, at, result }))
    assert.match(result.slice(before.length + 3, result.length - after.length), /^(\r?\n)?$/)
  }
})
