import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { applyEdits } from '../candidate.ts'
import type { Candidate } from '../candidate.ts'
import { toReplacements } from '../explain.ts'
import { rankCandidates } from '../search/filter.ts'
import { parseSource } from '../syntax/node.ts'
import { findGrammar, loadParser } from '../syntax/parser.ts'
import type { SyntaxParser } from '../syntax/parser.ts'
import { gatherModules, gatherWords } from '../syntax/vocabulary.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'
import { generateCandidates } from './generate.ts'

const script = `interface Point { left: number; top: number }
export async function load(id: string): Promise<Point[]> { return [] }
export async function widest(points: Point[], limit = 10): Promise<number> {
  let best = 0
  for (let i = 0; i < points.length; i++) {
    if (points[i]!.left >= best && limit > 0) best = points[i]!.left
    if (points[i]!.left >= best && limit > 0) best = points[i]!.left
  }
  const more = load('a')
  points.sort()
  return best
}
`
const python = `def pick(rows, wanted, seen=[]):
    total = 0
    for row in rows:
        if row['kind'] == wanted and not row.get('old'):
            total += row['size'] / 2
        return total
`

let parser: SyntaxParser
before(async () => {
  parser = await loadParser(['typescript', 'javascript', 'python'])
})

function candidatesOf(path: string, text: string, words: Partial<Vocabulary> = {}): Candidate[] {
  const grammar = findGrammar(path)
  assert.ok(grammar)
  const file = parseSource(parser, path, grammar, text)
  assert.ok(file)
  return rankCandidates(generateCandidates(file, { ...gatherWords([file]), ...gatherModules([file]), testNumbers: [], testStrings: [], expected: [], actual: [], messages: '', ...words }, () => 1))
}

const results = (path: string, text: string, words: Partial<Vocabulary> = {}): Set<string> =>
  new Set(candidatesOf(path, text, words).map((candidate) => applyEdits(text, candidate.edits)))

describe('generated changes', () => {
  const expected: [string, string, string][] = [
    ['a bound', 'i < points.length', 'i <= points.length'],
    ['an initial value', 'let best = 0', 'let best = -Infinity'],
    ['a missing await', "more = load('a')", "more = await load('a')"],
    ['a sibling member', 'best = points[i]!.left\n    if', 'best = points[i]!.top\n    if'],
    ['a comparator', 'points.sort()', 'points.sort((a, b) => a - b)'],
    ['a copy', 'points.sort()', '[...points].sort()'],
    ['a lost clause', 'best && limit > 0) best = points[i]!.left\n    if', 'best) best = points[i]!.left\n    if'],
    ['a default of a parameter', 'limit = 10', 'limit = 11'],
  ]
  for (const [name, from, to] of expected) {
    it(`of TypeScript: ${name}`, () => {
      assert.ok(results('a.ts', script).has(script.replace(from, () => to)))
    })
  }
  const snakes: [string, string, string][] = [
    ['a shared default', 'seen=[]):\n    total', 'seen=None):\n    if seen is None:\n        seen = []\n    total'],
    ['integer division', '/ 2', '// 2'],
    ['a return out of the loop', '        return total', '    return total'],
    ['a clause', ' and not row.get(\'old\')', ''],
    ['a default for a key', "row['size'] / 2", "row.get('size', 0) / 2"],
    ['a guard', '    total = 0', '    if not rows: return None\n    total = 0'],
  ]
  for (const [name, from, to] of snakes) {
    it(`of Python: ${name}`, () => {
      assert.ok(results('a.py', python).has(python.replace(from, () => to)))
    })
  }
  const box = `import re
RULES = [("number", r"\\d.\\d"), ("level", 80)]
class Box:
    def __init__(self, items):
        self.items = items
        self.size = 0
        self.locked = False
    def push(self, item):
        before = self.size
        self.items.append(item)
        self.size += 1
        return before
    def prepend(self, item):
        self.items.insert(0, item)
    def may(self, count):
        return count <= self.size
    def clear(self):
        for item in self.items:
            self.items.remove(item)
`
  const ofBox: [string, string, string][] = [
    ['a statement that stands in a function beside it', '        self.items.insert(0, item)\n', '        self.items.insert(0, item)\n        self.size += 1\n'],
    ['a flag of the object', 'return count <= self.size', 'return count <= self.size and not self.locked'],
    ['a field given back', 'return before', 'return self.size'],
    ['a loop over a copy', 'for item in self.items:', 'for item in list(self.items):'],
    ['a round number beside it', '80', '90'],
    ['a pattern in a table', 'd.', 'd\\.'],
  ]
  for (const [name, from, to] of ofBox) {
    it(`of a class: ${name}`, () => {
      const at = box.lastIndexOf(from)
      assert.ok(results('box.py', box).has(box.slice(0, at) + to + box.slice(at + from.length)))
    })
  }
  const timer = `export function throttle(action, gap, clock) {
  let last = clock.now()
  let inside = false
  const run = async (...args) => {
    if (Date.now() - last < gap) return false
    if (gap === 0) last = 0
    last = clock.now() * gap
    Promise.all(args)
    action(args[0])
    return gap > 1
  }
  return Math.max(...run)
}
`
  const ofTimer: [string, string, string][] = [
    ['another receiver of the same member', 'Date.now', 'clock.now'],
    ['all arguments passed on', 'action(args[0])', 'action(...args)'],
    ['a dropped promise waited for', '    Promise.all', '    await Promise.all'],
    ['what follows done only otherwise', '    last = clock.now() * gap', '    else last = clock.now() * gap'],
    ['one less with its brackets', '* gap', '* (gap - 1)'],
    ['a flag of the functions around', 'gap === 0', 'gap === 0 || inside'],
    ['nothing to take the largest of', 'Math.max(...run)', 'Math.max(0, ...run)'],
  ]
  for (const [name, from, to] of ofTimer) {
    it(`of JavaScript: ${name}`, () => {
      assert.ok(results('timer.js', timer).has(timer.replace(from, () => to)))
    })
  }
  const importing = (path: string, text: string, others: Readonly<Record<string, string>>, messages = ''): Set<string> => {
    const files = Object.entries({ [path]: text, ...others }).flatMap(([name, content]) => {
      const grammar = findGrammar(name)
      return grammar === undefined ? [] : (parseSource(parser, name, grammar, content) ?? [])
    })
    const [file] = files
    assert.ok(file)
    const words = { ...gatherWords(files), ...gatherModules(files), testNumbers: [], testStrings: [], expected: [], actual: [], messages }
    return new Set(generateCandidates(file, words, () => 1).map((candidate) => applyEdits(text, candidate.edits)))
  }
  const rules = { 'src/rules.py': 'def is_spare(a):\n    return a\ndef is_strike(a):\n    return a\n', 'src/extra.py': 'def is_foul(a):\n    return a\n' }
  const ofImports: [string, string, string, Readonly<Record<string, string>>, string][] = [
    ['of the name that it is called by', 'src/game.py', 'from src.rules import is_spare as is_strike\ndef f(a):\n    return is_strike(a)\n', rules, 'from src.rules import is_strike\ndef f(a):\n    return is_strike(a)\n'],
    ['from the module that has it', 'src/game.py', 'from src.rules import is_foul\ndef f(a):\n    return is_foul(a)\n', rules, 'from src.extra import is_foul\ndef f(a):\n    return is_foul(a)\n'],
    ['that is missing', 'src/game.py', 'def f(a):\n    return is_foul(a)\n', { ...rules, 'src/a.py': 'from src.rules import is_spare\n' }, 'from src.extra import is_foul\ndef f(a):\n    return is_foul(a)\n'],
    ['of a renamed export', 'src/a.ts', "import { sumOf } from './b.ts'\nexport const f = (a: number[]) => sumOf(a)\n", { 'src/b.ts': 'export function sumAll(a: number[]) { return a.length }\n' }, "import { sumAll as sumOf } from './b.ts'\nexport const f = (a: number[]) => sumOf(a)\n"],
    ['by name, not as the default', 'src/a.ts', "import sum from './b.ts'\nexport const f = (a: number[]) => sum(a)\n", { 'src/b.ts': 'export function sum(a: number[]) { return a.length }\n' }, "import { sum } from './b.ts'\nexport const f = (a: number[]) => sum(a)\n"],
    ['of what takes an object now', 'src/a.ts', "import { pad } from './b.ts'\nexport const f = (a: string) => pad(a, 3)\n", { 'src/b.ts': 'export function pad({ text, width }: { text: string; width: number }) { return text.padStart(width) }\n' }, "import { pad } from './b.ts'\nexport const f = (a: string) => pad({ text: a, width: 3 })\n"],
    ['of an older version', 'src/a.py', 'import time\ndef f():\n    return time.clock()\n', {}, 'import time\ndef f():\n    return time.perf_counter()\n'],
  ]
  for (const [name, path, text, others, wanted] of ofImports) {
    it(`of imports and interfaces: ${name}`, () => {
      const made = importing(path, text, others, "NameError: name 'is_foul' is not defined")
      assert.ok(made.has(wanted), [...made].filter((one) => one.split('\n')[0] !== text.split('\n')[0]).join('---\n'))
    })
  }
  it('take statements from other files that work on the same things', () => {
    const made = importing('src/a.py', 'class A:\n    def push(self, item):\n        self.items.append(item)\n        self.size += 1\n    def drop(self):\n        self.items.pop()\n', { 'src/b.py': 'class B:\n    def clear(self):\n        self.items.clear()\n        self.seen.clear()\n' })
    assert.ok([...made].some((text) => text.includes('self.items.pop()\n        self.items.clear()')))
  })
  it('take only statements whose names can be read there', () => {
    const text = 'export function a(list: number[]) {\n  const extra = 1\n  list.push(extra)\n}\nexport function b(list: number[]) {\n  list.pop()\n}\n'
    assert.equal([...results('a.ts', text)].some((made) => (made.split('function b')[1] ?? '').includes('extra')), false)
    assert.ok(results('a.ts', text).has(text.replace('list.push(extra)\n', 'list.push(extra)\n  list.pop()\n')))
  })
  it('come in the same order each time', () => {
    assert.deepEqual(candidatesOf('a.ts', script), candidatesOf('a.ts', script))
  })
  it('draw values from what the tests say', () => {
    const said = "export function hello() {\n  return 'Helo world'\n}\n"
    assert.ok(results('a.ts', said, { actual: ["'Helo world'"], expected: ["'Hello world'"] }).has(said.replace('Helo', 'Hello')))
  })
  it('do not stumble over names that every object has', () => {
    assert.ok(candidatesOf('a.ts', 'export function f(a: object) {\n  return a.constructor(a.toString(), constructor)\n}\n').length > 0)
  })
  for (const [path, text] of [['a.ts', script], ['a.py', python]] as const) {
    it(`can be written as snippets that occur once: ${path}`, () => {
      for (const candidate of candidatesOf(path, text)) {
        let edited: string = text
        for (const { find, replace } of toReplacements(text, candidate)) {
          assert.equal(edited.split(find).length, 2, `${candidate.describes}: ${JSON.stringify(find)}`)
          edited = edited.replace(find, () => replace)
        }
        assert.equal(edited, applyEdits(text, candidate.edits), candidate.describes)
      }
    })
  }
})

it('a table of thousands of numbers gives a bounded number of changes', () => {
  const table = `exports.table = [${Array.from({ length: 6000 }, (_, n) => n * 7 + 3).join(', ')}]\n`
  const found = candidatesOf('table.js', table)
  assert.ok(found.length > 50_000 && found.length < 102_000, `${found.length}`)
})
