import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEdits } from './apply-edits.ts'

const seen = { unseen: false }

function edited(content: string, find: string, replace: string): string {
  const outcome = applyEdits(content, [{ find, replace }], seen)
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.problem)
  return outcome.content
}

function problem(content: string, find: string, replace: string, options = seen): string {
  const outcome = applyEdits(content, [{ find, replace }], options)
  assert.equal(outcome.ok, false)
  return outcome.ok ? '' : outcome.problem
}

test('an exact match wins over lenient ones and touches nothing else', () => {
  assert.equal(edited('a = 1;\n  a = 1 ;\n', 'a = 1;', 'a = 2;'), 'a = 2;\n  a = 1 ;\n')
})

test('dollar signs in a replacement mean themselves', () => {
  assert.equal(edited('cost = x\n', 'x', "$& $1 $$ $'"), "cost = $& $1 $$ $'\n")
})

test('carriage returns stay: what is found with \\n is replaced with \\r\\n', () => {
  assert.equal(edited('a\r\nb\r\nc\r\n', 'a\nb', 'a\nx\ny'), 'a\r\nx\r\ny\r\nc\r\n')
  assert.equal(edited('a\r\nb\r\n', 'b', 'b\nc'), 'a\r\nb\r\nc\r\n')
  assert.equal(edited('a\r\nfoo\r\n', '\nfoo', '\nbar'), 'a\r\nbar\r\n')
  assert.equal(edited('one\nb\r\nc\nd\n', 'one\nb\n', 'one\nB\n'), 'one\nB\r\nc\nd\n')
})

test('curly quotes and dashes that the edit leaves alone keep their bytes', () => {
  assert.equal(edited('say(“hi” — now)\n', 'say("hi" - now)', 'say("hi" - later)'), 'say(“hi” — later)\n')
})

test('trailing space differs: unchanged lines keep theirs', () => {
  assert.equal(edited('if x:  \n    go()\t\n    stop()\n', 'if x:\n    go()\n', 'if x:\n    went()\n'), 'if x:  \n    went()\n    stop()\n')
})

test('indentation is learnt from the match and given to new lines', () => {
  const file = 'class A:\n\tdef f(self):\n\t\treturn 1\n'
  assert.equal(edited(file, 'def f(self):\n    return 1', 'def f(self):\n    x = 2\n    return x'), 'class A:\n\tdef f(self):\n\t\tx = 2\n\t\treturn x\n')
  assert.equal(edited('    if (ready) {\n      go()\n    }\n', 'if (ready) {\n  go()\n}', 'if (ready) {\n  if (now) {\n    go()\n  }\n}'),
    '    if (ready) {\n      if (now) {\n        go()\n      }\n    }\n')
})

test('contradicting indentation is no match', () => {
  assert.match(problem('  alpha()\n      beta()\n', 'alpha()\nbeta()', 'gamma()\nbeta()'), /no match/)
})

test('lenient matches must be unique too', () => {
  assert.match(problem('  return  total  \n\n    return  total\t\n', 'return  total \n', 'x\n'), /matches 2 places, all with other (indentation|trailing space): lines 1, 3/)
})

test('an ambiguous find names all lines; all: true takes each', () => {
  assert.match(problem('x\ny\nx\nx\n', 'x', 'z'), /3 places: lines 1, 3, 4\..*all: true/)
  const outcome = applyEdits('x\ny\nx\n', [{ find: 'x', replace: 'xx', all: true }], seen)
  assert.ok(outcome.ok)
  assert.equal(outcome.content, 'xx\ny\nxx\n')
})

test('a miss shows the nearest lines and what differs', () => {
  const text = problem('function total(items) {\n  return items.length\n}\n', '  return items.size', '  return 0')
  assert.match(text, /Nearest, lines 2-2:\n {4}2\t {2}return items\.length/)
  assert.match(text, /Line 2 differs: the file has " {2}return items\.length", you sent " {2}return items\.size"/)
})

test('a miss says when the change is already there, and when line numbers were copied', () => {
  assert.match(problem('const limit = 5\n', 'const limit = 6', 'const limit = 5'), /already there, at line 1/)
  assert.match(problem('const limit = 5\n', '    1\tconst limit = 5', 'x'), /line numbers/)
})

test('no-ops and empty finds are refused', () => {
  assert.match(problem('a\n', 'a', 'a'), /the same/)
  assert.match(problem('a\n', '', 'b'), /empty/)
  const outcome = applyEdits('a\n', [{ find: 'a', replace: 'b' }, { find: 'b', replace: 'a' }], seen)
  assert.equal(outcome.ok, false)
})

test('several edits: all or none, in order, and the failing one is named', () => {
  const outcome = applyEdits('a\nb\n', [{ find: 'a', replace: 'A' }, { find: 'nowhere at all', replace: 'B' }], seen)
  assert.ok(!outcome.ok)
  assert.match(outcome.problem, /^edit 2 of 2/)
  const chained = applyEdits('a\n', [{ find: 'a', replace: 'b c' }, { find: 'b c', replace: 'd' }], seen)
  assert.ok(chained.ok)
  assert.equal(chained.content, 'd\n')
  const eaten = applyEdits('let one = 1\n', [{ find: 'one', replace: 'uno' }, { find: 'let one', replace: 'const one' }], seen)
  assert.ok(!eaten.ok)
  assert.match(eaten.problem, /earlier edit of this call/)
})

test('a file that was not read takes exact unique matches only', () => {
  assert.match(problem('a  \nbcd\n', 'a\nbcd', 'x', { unseen: true }), /not read/)
  const outcome = applyEdits('x\nx\n', [{ find: 'x', replace: 'y', all: true }], { unseen: true })
  assert.equal(outcome.ok, false)
})

/** A small seeded generator: the same sequence on every machine. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('random edits keep every byte outside the match (2,000 cases)', () => {
  const random = createRandom(7)
  const words = ['let', ' ', '  ', '\t', 'x', '=', '1', '“', '”', '"', '—', '-', '\n', '\r\n', 'föö', '}', '(a)']
  const make = (length: number): string => Array.from({ length }, () => words[random(words.length)]).join('')
  let found = 0
  for (let round = 0; round < 2000; round++) {
    const [head, middle, tail] = [make(random(20)), `<<${round}>>${make(random(8))}<<end>>`, make(random(20))]
    // The model sees \n and plain quotes; the file keeps what it has.
    const find = round % 2 === 0 ? middle : middle.replaceAll('\r\n', '\n').replaceAll(/[“”]/g, '"').replaceAll('—', '-')
    const outcome = applyEdits(head + middle + tail, [{ find, replace: 'NEW' }], seen)
    assert.ok(outcome.ok, outcome.ok ? '' : `${JSON.stringify({ head, middle, tail, find })} ${outcome.problem}`)
    assert.equal(outcome.content, `${head}NEW${tail}`)
    found++
  }
  assert.equal(found, 2000)
})

test('random lenient edits of one line keep all other lines byte for byte (500 cases)', () => {
  const random = createRandom(11)
  const ends = ['\n', '\r\n'] as const
  for (let round = 0; round < 500; round++) {
    const end = ends[random(2)] ?? '\n'
    const lines = Array.from({ length: 3 + random(10) }, (_, index) => `${'\t'.repeat(random(3))}call${index}_${round}(${random(9)})${' '.repeat(random(3))}`)
    const at = random(lines.length - 1)
    const content = lines.join(end) + (random(2) === 0 ? end : '')
    const find = lines.slice(at, at + 2).map((line) => line.trimEnd().replaceAll('\t', '  ')).join('\n')
    const replace = find.replace(`call${at}_`, `done${at}_`)
    const outcome = applyEdits(content, [{ find, replace }], seen)
    if (!outcome.ok) {
      assert.match(outcome.problem, /no match/)
      continue
    }
    const before = content.split('\n')
    const after = outcome.content.split('\n')
    assert.equal(after.length, before.length)
    for (const [index, line] of before.entries()) if (index !== at) assert.equal(after[index], line)
    assert.match(after[at] ?? '', new RegExp(`^\\s*done${at}_`))
  }
})
