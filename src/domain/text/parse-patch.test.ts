import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePatch } from './parse-patch.ts'
import type { FilePatch } from './parse-patch.ts'

function parsed(patch: string): readonly FilePatch[] {
  const result = parsePatch(patch)
  assert.ok(result.ok, result.ok ? '' : result.problem)
  return result.files
}

function problem(patch: string): string {
  const result = parsePatch(patch)
  assert.ok(!result.ok)
  return result.problem
}

test('add, update with move and context, delete', () => {
  const files = parsed(`*** Begin Patch
*** Add File: a/new.ts
+one
+
+two
*** Update File: b.ts
*** Move to: c.ts
@@ class X
@@   run() {
 keep
-old
+new
*** End of File
*** Delete File: d.ts
*** End Patch`)
  assert.deepEqual(files.map((file) => [file.kind, file.path]), [['add', 'a/new.ts'], ['update', 'b.ts'], ['delete', 'd.ts']])
  assert.equal(files[0]?.kind === 'add' ? files[0].content : '', 'one\n\ntwo\n')
  const update = files[1]
  assert.ok(update?.kind === 'update')
  assert.equal(update.moveTo, 'c.ts')
  assert.deepEqual(update.chunks[0]?.anchors, ['class X', '  run() {'])
  assert.equal(update.chunks[0]?.atEnd, true)
  assert.deepEqual(update.chunks[0]?.lines.map((line) => line.kind), ['keep', 'remove', 'add'])
})

test('what models wrap around it, and leave out, is forgiven', () => {
  const body = '*** Update File: a.ts\n-old\n+new'
  for (const patch of [
    `apply_patch <<'EOF'\n*** Begin Patch\n${body}\n*** End Patch\nEOF`,
    `\`\`\`patch\n*** Begin Patch\n${body}\n*** End Patch\n\`\`\``,
    `*** Begin Patch\r\n${body.replaceAll('\n', '\r\n')}\r\n*** End Patch\r\n`,
    `*** Begin Patch\n${body}\n`,
    body,
  ]) {
    const [file] = parsed(patch)
    assert.ok(file?.kind === 'update')
    assert.deepEqual(file.chunks.map((chunk) => chunk.lines), [[{ kind: 'remove', text: 'old' }, { kind: 'add', text: 'new' }]])
  }
})

test('blank lines inside a chunk are context, at its end layout', () => {
  const [file] = parsed('*** Begin Patch\n*** Update File: a\n a\n\n-b\n\n*** End Patch')
  assert.ok(file?.kind === 'update')
  assert.deepEqual(file.chunks[0]?.lines.map((line) => line.text), ['a', '', 'b'])
})

test('numbered hunk headers and file marks of a unified diff are understood in a section', () => {
  const [file] = parsed('*** Begin Patch\n*** Update File: a\n--- a/a\n+++ b/a\n@@ -12,2 +12,2 @@ fn\n-b\n+c\n*** End Patch')
  assert.ok(file?.kind === 'update')
  assert.equal(file.chunks[0]?.hint, 12)
  assert.equal(file.chunks[0]?.lines.length, 2)
})

test('malformed input is named with its line', () => {
  assert.match(problem(''), /no "\*\*\* Begin Patch" line/)
  assert.match(problem('*** Begin Patch\n*** End Patch'), /names no file/)
  assert.match(problem('*** Begin Patch\nnonsense\n*** End Patch'), /line 2 of the patch/)
  assert.match(problem('*** Begin Patch\n*** Add File: a\nno plus\n*** End Patch'), /line 3 .*does not begin with \+/)
  assert.match(problem('*** Begin Patch\n*** Update File: a\n*** End Patch'), /no change/)
  assert.match(problem('*** Begin Patch\n*** Update File: a\n@@ fn\n*** End Patch'), /no lines after it/)
  assert.match(problem('*** Begin Patch\n*** Update File:\n+a\n*** End Patch'), /names no path/)
  assert.match(problem('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'), /unified diff/)
})

test('no input makes it throw (5,000 random ones)', () => {
  let state = 3
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const rows = ['*** Begin Patch', '*** End Patch', '*** Update File: a', '*** Add File: b', '*** Delete File: c', '*** Move to: d', '@@', '@@ x', '@@ -1,2 +1,2 @@',
    '+a', '-b', ' c', '', '*** End of File', '***', '*** Update File:', '--- a/x', '+++ b/x', '\\ No newline at end of file', 'junk', '\0', '```', 'EOF', '@@@@', '*** Update File: ../../e']
  let good = 0
  for (let round = 0; round < 5000; round++) {
    const patch = Array.from({ length: random(12) }, () => rows[random(rows.length)]).join(random(5) === 0 ? '\r\n' : '\n')
    const result = parsePatch(random(2) === 0 ? `*** Begin Patch\n${patch}\n*** End Patch` : patch)
    if (result.ok) good++
    else assert.ok(result.problem.length > 10)
  }
  assert.ok(good > 50, `only ${good} were well-formed: the generator is too wild to test anything`)
})
