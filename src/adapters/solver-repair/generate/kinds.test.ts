import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { applyEdits } from '../candidate.ts'
import { rankCandidates } from '../search/filter.ts'
import { parseSource } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import { findGrammar, loadParser } from '../syntax/parser.ts'
import type { SyntaxParser } from '../syntax/parser.ts'
import { gatherLiterals, gatherModules, gatherWords } from '../syntax/vocabulary.ts'
import { generateCandidates } from './generate.ts'

/** A small program with a slip, what of it is to become what, and what else is known. */
interface Slip {
  readonly path: string
  readonly text: string
  readonly change: readonly (readonly [from: string, to: string])[]
  readonly messages?: string
  /** Of the tests, in the program's language. */
  readonly tests?: string
  readonly others?: Readonly<Record<string, string>>
}

let parser: SyntaxParser
before(async () => {
  parser = await loadParser(['typescript', 'javascript', 'python'])
})

function parse(path: string, text: string): SourceFile {
  const grammar = findGrammar(path)
  const file = grammar === undefined ? undefined : parseSource(parser, path, grammar, text)
  assert.ok(file, text)
  return file
}

/** What is made of the program, likeliest first. */
function textsOf({ path, text, messages = '', tests, others = {} }: Omit<Slip, 'change'>): string[] {
  const file = parse(path, text)
  const files = [file, ...Object.entries(others).map(([name, content]) => parse(name, content))]
  const testFiles = tests === undefined ? [] : [parse(path.endsWith('.py') ? 'tests/test_a.py' : 'test/a.test.js', tests)]
  const { numbers, strings } = gatherLiterals(testFiles)
  const words = { ...gatherWords([...files, ...testFiles]), ...gatherModules(files, testFiles), testNumbers: numbers, testStrings: strings, expected: [], actual: [], messages }
  return rankCandidates(generateCandidates(file, words, () => 1)).map((candidate) => applyEdits(text, candidate.edits))
}

const sums = { 'src/sum.js': 'exports.total = (xs) => xs.reduce((a, b) => a + b, 0)\nmodule.exports.count = (xs) => xs.length\n', 'src/box.js': 'class Box {}\nmodule.exports = Box\n', 'src/pair.js': 'function left() {}\nmodule.exports = { left, right: left }\n' }
const slips: Readonly<Record<string, Slip>> = {
  'a name that a require takes': { path: 'src/a.js', text: "const { totl } = require('./sum.js')\nexports.mean = (xs) => totl(xs)\n", change: [['{ totl }', '{ total: totl }']], others: sums, messages: 'totl is not a function' },
  'a name of an object that a module is': { path: 'src/a.js', text: "const { rigth: right } = require('./pair.js')\nexports.mean = (xs) => right(xs)\n", change: [['{ rigth: right }', '{ right }']], others: sums },
  'a member of a require': { path: 'src/a.js', text: "const total = require('./sum.js').totl\nexports.mean = (xs) => total(xs)\n", change: [['.totl', '.total']], others: sums },
  'a require of a module that is not there': { path: 'src/a.js', text: "const { total } = require('./sums.js')\nexports.mean = (xs) => total(xs)\n", change: [['./sums.js', './sum.js']], others: sums },
  'a missing require, as the file names others': { path: 'src/a.js', text: "'use strict'\nconst { left } = require('./pair')\nexports.mean = (xs) => total(left(xs))\n", change: [["const { left", "const { total } = require('./sum')\nconst { left"]], others: sums, messages: 'total is not defined' },
  'a missing require of the whole': { path: 'src/a.js', text: 'exports.make = () => new Box()\n', change: [['exports.make', "const Box = require('./box.js')\nexports.make"]], others: sums, messages: 'Box is not defined' },
  'the whole for a part': { path: 'src/a.js', text: "const total = require('./sum.js')\nexports.mean = (xs) => total(xs)\n", change: [['const total', 'const { total }']], others: sums, messages: 'total is not a function' },
  'a part for the whole': { path: 'src/a.js', text: "const { Box } = require('./box.js')\nexports.make = () => new Box()\n", change: [['{ Box }', 'Box']], others: sums },
  'a shallow copy by spreading': { path: 'a.js', text: 'export function keep(state) {\n  return { ...state }\n}\n', change: [['{ ...state }', 'structuredClone(state)']] },
  'a shallow copy by slice': { path: 'a.js', text: 'export function keep(rows) {\n  return rows.slice()\n}\n', change: [['rows.slice()', 'structuredClone(rows)']] },
  'a shallow list': { path: 'a.py', text: 'def keep(rows):\n    return list(rows)\n', change: [['def', 'import copy\ndef'], ['list(rows)', 'copy.deepcopy(rows)']] },
  'a shallow slice, where copies are known': { path: 'a.py', text: 'from copy import deepcopy\ndef keep(rows):\n    return rows[:]\n', change: [['rows[:]', 'deepcopy(rows)']] },
  'a changed object of the caller': { path: 'a.js', text: 'export function rename(user, name) {\n  user.name = name\n  return user\n}\n', change: [['user.name', 'user = { ...user }\n  user.name']] },
  'a changed list of the caller': { path: 'a.js', text: 'export function add(list, x) {\n  list.push(x)\n  return list\n}\n', change: [['list.push', 'list = [...list]\n  list.push']] },
  'a changed dictionary of the caller': { path: 'a.py', text: 'def put(d, k):\n    """Puts."""\n    d[k] = 1\n    return d\n', change: [['d[k]', 'd = dict(d)\n    d[k]']] },
  'rows of the caller changed in a loop': { path: 'a.py', text: 'import copy\ndef mark(rows):\n    for row in rows:\n        row["seen"] = True\n    return rows\n', change: [['for row', 'rows = copy.deepcopy(rows)\n    for row']] },
  'the other bound of a returned comparison': { path: 'a.py', text: 'def inside(x, low, high):\n    return x >= low\n', change: [['x >= low', 'x >= low and x <= high']] },
  'the other bound in an arrow function': { path: 'a.js', text: 'export const inside = (x, low, high) => x >= low\n', change: [['x >= low', 'x >= low && x < high']] },
  'a clause with a number of the tests': { path: 'a.py', text: 'def leap(y):\n    return y % 4 == 0 and y % 100 != 0\n', change: [['!= 0', '!= 0 or y % 400 == 0']], tests: 'leap(400)\n' },
  'a bound of the tests': { path: 'a.js', text: 'export function works(age) {\n  if (age >= 18) return true\n  return false\n}\n', change: [['age >= 18', 'age >= 18 && age < 65']], tests: 'works(65)\n' },
  'an end that is run past': { path: 'a.js', text: "export function skip(s) {\n  let i = 0\n  while (s[i] === ' ') i++\n  return i\n}\n", change: [['s[i] ===', 'i < s.length && s[i] ===']] },
  'a truth of the data in the tests': { path: 'a.js', text: 'export const grown = (users) => users.filter((u) => u.age > 3)\n', change: [['u.age > 3', 'u.age > 3 && !u.banned']], tests: 'grown([{ age: 1, banned: false }])\n' },
  'a step of a loop': { path: 'a.js', text: 'export function chunk(xs, size) {\n  const out = []\n  for (let i = 0; i < xs.length; i++) out.push(xs.slice(i, i + size))\n  return out\n}\n', change: [['i++', 'i += size']] },
  'a step of a range': { path: 'a.py', text: 'def chunk(xs, size):\n    return [xs[i:i + size] for i in range(0, len(xs))]\n', change: [['len(xs)', 'len(xs), size']] },
  'a start of a range': { path: 'a.py', text: 'def gaps(xs):\n    return [xs[i] - xs[i - 1] for i in range(len(xs))]\n', change: [['range(', 'range(1, ']] },
  'a loop that never goes on': { path: 'a.py', text: 'def find(xs, x):\n    i = 0\n    while i < len(xs):\n        if xs[i] == x:\n            return i\n    return -1\n', change: [['return i\n', 'return i\n        i += 1\n']] },
  'a base case that gives back what it is given': { path: 'a.py', text: 'def fib(n):\n    return fib(n - 1) + fib(n - 2)\n', change: [['return fib', 'if n <= 1: return n\n    return fib']], messages: 'RecursionError' },
  'a base case of 1': { path: 'a.js', text: 'export function fact(n) {\n  return n * fact(n - 1)\n}\n', change: [['return n', 'if (n === 1) return 1\n  return n']], messages: 'Maximum call stack size exceeded' },
  'a base case of an arrow function': { path: 'a.js', text: 'export const fact = (n) => n * fact(n - 1)\n', change: [['n * fact', 'n <= 1 ? 1 : n * fact']], messages: 'Maximum call stack size exceeded' },
  'a member of a type that nothing uses': { path: 'a.ts', text: "export type State = 'draft' | 'review' | 'done'\nexport function submit(s: State): State {\n  return s === 'draft' ? 'done' : s\n}\n", change: [["? 'done'", "? 'review'"]] },
  'a literal of Python\'s types': { path: 'a.py', text: 'from typing import Literal\nState = Literal["draft", "review", "done"]\ndef submit(s):\n    return "done"\n', change: [['return "done"', 'return "review"']] },
  'a member of an enum that nothing uses': { path: 'a.ts', text: 'export enum Color { Red, Green, Blue }\nexport function go(): Color {\n  return Color.Red\n}\n', change: [['Color.Red', 'Color.Blue']] },
  'a template without its letter': { path: 'a.py', text: "def hi(name):\n    return 'Hi {name}'\n", change: [["'Hi", "f'Hi"]] },
  'a template in quotes': { path: 'a.js', text: "export const hi = (name) => 'Hi ${name}'\n", change: [["'Hi ${name}'", '`Hi ${name}`']] },
  'a place in a template': { path: 'a.js', text: 'export const hi = (name) => `Hi {name}`\n', change: [['{name}', '${name}']] },
  'digits behind the point': { path: 'a.py', text: "def money(x):\n    return f'{x:.1f}'\n", change: [['.1f', '.2f']] },
  'a pattern that the string reads first': { path: 'a.py', text: "import re\ndef find(s):\n    return re.findall('\\bcat', s)\n", change: [["'\\bcat'", "r'\\bcat'"]] },
  'a backslash too many': { path: 'a.js', text: "export const lines = (xs) => xs.join('\\\\n')\n", change: [['\\\\n', '\\n']] },
  'the opposite of a class': { path: 'a.js', text: 'export const digits = (s) => s.match(/\\D/g)\n', change: [['\\D', '\\d']] },
  'digits in a set': { path: 'a.js', text: 'export const ok = (s) => /^[a-z]+$/.test(s)\n', change: [['[a-z]', '[a-z0-9]']] },
  'whole words': { path: 'a.py', text: "import re\ndef find(s):\n    return re.search(r'cat', s)\n", change: [["r'cat'", "r'\\bcat\\b'"]] },
  'a flag of a pattern': { path: 'a.py', text: "import re\ndef find(s):\n    return re.findall(r'cat', s)\n", change: [["r'cat', s", "r'cat', s, flags=re.IGNORECASE"]] },
  'a break without braces': { path: 'a.js', text: 'export function first(xs, fits) {\n  let found\n  for (const x of xs) {\n    if (fits(x)) found = x\n  }\n  return found\n}\n', change: [['found = x', '{ found = x; break }']] },
  'a statement that comes too late': { path: 'a.py', text: 'def mean(xs):\n    n = len(xs)\n    total = 0\n    total += sum(xs)\n    xs = [x for x in xs if x]\n    return total / n\n', change: [['    xs = [x for x in xs if x]\n', ''], ['    n = len', '    xs = [x for x in xs if x]\n    n = len']] },
  'a name that is not exported': { path: 'b.js', text: 'function total(x) {\n  return x\n}\nexport function other() {}\n', change: [['function total', 'export function total']], messages: "The requested module './b.js' does not provide an export named 'total'" },
  'a name that a CommonJS module keeps to itself': { path: 'b.js', text: 'function total(x) {\n  return x\n}\nexports.other = () => 1\n', change: [['() => 1\n', '() => 1\nmodule.exports.total = total\n']], messages: 'total is not a function' },
  'a method that is read': { path: 'a.py', text: 'class A:\n    def size(self):\n        return 1\ndef f(a):\n    return a.size + 1\n', change: [['a.size +', 'a.size() +']] },
  'a value that is called': { path: 'a.js', text: 'class A { get size() { return 1 } }\nexport const f = (a) => a.size() + 1\n', change: [['a.size()', 'a.size']], messages: 'a.size is not a function' },
  'a missing new': { path: 'a.js', text: 'class A {}\nexport const f = () => A()\n', change: [['=> A()', '=> new A()']] },
  'a constructor above that is not called': { path: 'a.py', text: 'class A:\n    def __init__(self):\n        self.x = 1\nclass B(A):\n    def __init__(self):\n        self.y = 2\n', change: [['        self.y', '        super().__init__()\n        self.y']], messages: "'B' object has no attribute 'x'" },
  'a method that calls itself for the one above': { path: 'a.js', text: "class A { name() { return 'a' } }\nexport class B extends A {\n  name() { return this.name() + 'b' }\n}\n", change: [['this.name', 'super.name']] },
  'a method without its object': { path: 'a.py', text: 'class A:\n    def size():\n        return self.x\n', change: [['size()', 'size(self)']] },
  'a variable of the module that is set': { path: 'a.py', text: 'count = 0\ndef hit():\n    count += 1\n    return count\n', change: [['    count += 1', '    global count\n    count += 1']], messages: "cannot access local variable 'count' where it is not associated with a value" },
  'a this of its own': { path: 'a.js', text: 'export class T {\n  each(xs) {\n    xs.forEach(function (x) { this.n += x })\n  }\n}\n', change: [['function (x) {', '(x) => {']] },
  'a constant that is set': { path: 'a.js', text: 'export function f(xs) {\n  const s = 0\n  for (const x of xs) s += x\n  return s\n}\n', change: [['const s', 'let s']], messages: 'Assignment to constant variable.' },
  'a key that is no word': { path: 'a.js', text: "const ops = { '+': (a, b) => a - b, '(': 1 }\nexport const add = (a, b) => ops['+'](a, b) + ops['('] - ops['c++']\n", change: [['a - b', 'a + b']] },
  'keys for values': { path: 'a.js', text: 'export function f(xs) {\n  let s = 0\n  for (const x in xs) s += x\n  return s\n}\n', change: [[' in ', ' of ']] },
  'another kind of error': { path: 'a.py', text: "def f(x):\n    if x < 0:\n        raise KeyError('x')\n    return x\n", change: [['KeyError', 'ValueError']] },
  'an error that is not caught': { path: 'a.py', text: 'def f(s):\n    try:\n        return int(s)\n    except TypeError:\n        return None\n', change: [['TypeError', '(TypeError, ValueError)']], messages: "ValueError: invalid literal for int() with base 10: 'x'" },
  'a parameter that is left out': { path: 'a.py', text: 'def price(net, tax):\n    return net\n', change: [['return net', 'return net + tax']] },
  'a field that is left out': { path: 'a.js', text: 'export function total(items) {\n  let sum = 0\n  for (const item of items) sum += item.price\n  return sum\n}\n', change: [['item.price', 'item.price * item.count']], tests: 'total([{ price: 1, count: 2 }])\n' },
  'one number in two places': { path: 'a.js', text: 'export const money = (x) => Math.round(x * 10) / 10\n', change: [['10) / 10', '100) / 100']] },
  'a default for 0 too': { path: 'a.py', text: 'def f(n=None):\n    n = n or 10\n    return n\n', change: [['n or 10', '10 if n is None else n']] },
  'a default of a dictionary': { path: 'a.py', text: "def f(d):\n    return d.get('n') or 10\n", change: [["d.get('n') or 10", "d.get('n', 10)"]] },
  'the largest first': { path: 'a.py', text: 'def f(xs):\n    return sorted(xs, key=lambda x: (x[1], x[0]))\n', change: [['x[1]', '-x[1]']] },
  'a place that is read as yes or no': { path: 'a.js', text: 'export function f(xs, x) {\n  if (xs.indexOf(x)) return true\n  return false\n}\n', change: [['xs.indexOf(x)', 'xs.indexOf(x) !== -1']] },
}

describe('changes for each kind of slip', () => {
  for (const [name, slip] of Object.entries(slips)) {
    it(name, () => {
      const wanted = slip.change.reduce((text, [from, to]) => text.replace(from, () => to), slip.text)
      assert.notEqual(wanted, slip.text)
      const made = textsOf(slip)
      const rank = made.indexOf(wanted)
      assert.ok(rank !== -1, `not among ${made.length}`)
      assert.ok(rank < 130, `only at ${rank} of ${made.length}`)
    })
  }
  it('takes a name that is computed for no fixed value: what a test expects is not put in its place', () => {
    const words = { path: 'a.js', text: 'export function f(x) {\n  return x\n}\n' }
    const file = parse(words.path, words.text)
    const known = { ...gatherWords([file]), ...gatherModules([file]), testNumbers: [], testStrings: [], expected: ['4711'], actual: [], messages: '' }
    const returned = generateCandidates(file, known, () => 1).filter(({ kind }) => kind === 'return').map((candidate) => applyEdits(words.text, candidate.edits))
    assert.ok(returned.length > 0)
    assert.deepEqual(returned.filter((text) => text.includes('return 4711')), [])
  })
})
