import type { CheckOutcome, TestCase } from '../../../protocol/evidence.ts'

export interface Frame {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** 0 for the innermost frame of a message. */
  readonly depth: number
}

/** What the failing tests said, read for what may help to find the place. */
export interface Evidence {
  readonly failing: readonly TestCase[]
  readonly messages: string
  readonly frames: readonly Frame[]
  /** Values that were found and values that were wanted; the same index belongs together. */
  readonly actual: readonly string[]
  readonly expected: readonly string[]
  /** Names and values that an error or a difference speaks of: `total` of `TypeError: cart.total is not a function`. At least two characters each. */
  readonly spoken: ReadonlySet<string>
}

export function readEvidence(failing: readonly TestCase[], outcomes: readonly CheckOutcome[], home: string, files: ReadonlySet<string>): Evidence {
  const texts = failing.flatMap((test) => test.message ?? [])
  if (texts.length === 0) texts.push(...outcomes.map((outcome) => outcome.tail))
  const pairs = texts.flatMap((text) => readPairs(text))
  return {
    failing,
    messages: texts.join('\n'),
    frames: texts.flatMap((text) => readFrames(text, home, files)),
    actual: pairs.map(([actual]) => actual),
    expected: pairs.map(([, expected]) => expected),
    spoken: new Set([...texts.flatMap((text) => readNames(text)), ...pairs.flatMap(([actual]) => readValues(actual))].slice(0, mostSpoken)),
  }
}

const mostSpoken = 60

/** What errors of JavaScript and Python name, and the fields on which a difference stands. */
const namePatterns: readonly RegExp[] = [
  /([\w$.]+) is not (?:a function|defined|iterable|a constructor)/g,
  /\(reading '([\w$]+)'\)/g, /\(setting '([\w$]+)'\)/g, /Cannot access '([\w$]+)' before/g,
  /has no attribute '(\w+)'/g, /name '(\w+)' is not defined/g, /variable '(\w+)'/g, /KeyError: '([^'\n]+)'/g,
  /keyword argument '(\w+)'/g, /positional arguments?: '(\w+)'/g, /(\w+)\(\) (?:takes|missing|got)/g, /cannot import name '(\w+)'/g,
  /^\s*[-+]\s+['"]?([\w$]+)['"]?: /gm,
]

function readNames(text: string): string[] {
  return namePatterns.flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => (match[1] ?? '').split('.'))).filter((name) => name.length > 1)
}

/** Strings and numbers that stand in a value as it was found. */
function readValues(shown: string): string[] {
  return [...shown.matchAll(/'([^'\n]{2,40})'|"([^"\n]{2,40})"|(?<![\w.])(\d{2,}(?:\.\d+)?|\d+\.\d+)(?![\w.])/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

const framePattern = /(?:file:\/\/)?((?:\/|\.{0,2}\/)?[\w@.+\-/ ]+\.(?:[cm]?[jt]sx?|py))(?:[:(](\d+)|", line (\d+))/g

function readFrames(text: string, home: string, files: ReadonlySet<string>): Frame[] {
  const frames: Frame[] = []
  for (const match of text.matchAll(framePattern)) {
    const full = (match[1] ?? '').trim()
    const line = Number(match[2] ?? match[3])
    const path = full.startsWith(`${home}/`) ? full.slice(home.length + 1) : [...files].find((file) => full === file || full.endsWith(`/${file}`))
    if (path !== undefined && files.has(path) && Number.isInteger(line)) frames.push({ path, line, depth: 0 })
  }
  // Python prints the innermost frame last, JavaScript first.
  const ordered = /File "/.test(text) ? frames.toReversed() : frames
  return ordered.map((frame, depth) => ({ ...frame, depth }))
}

/** [actual, expected] as far as an assertion's message shows them. Where a library leaves the order to habit, both are given. */
function readPairs(text: string): [string, string][] {
  const pairs: [string, string][] = []
  const add = (actual: string, expected: string): void => {
    const [a, b] = [actual.trim().replace(/,$/, ''), expected.trim().replace(/,$/, '')]
    if (a !== b && a.length < 200 && b.length < 200) pairs.push([a, b])
  }
  for (const match of text.matchAll(/^(.+) !== (.+)$/gm)) add(match[1] ?? '', match[2] ?? '')
  const minus = [...text.matchAll(/^\s*- (?!expected|actual)(.+)$/gm)].map((match) => match[1] ?? '')
  const plus = [...text.matchAll(/^\s*\+ (?!expected|actual)(.+)$/gm)].map((match) => match[1] ?? '')
  const python = /AssertionError|^E /m.test(text) && !/ERR_ASSERTION|at .*:\d+:\d+/.test(text)
  for (const [i, removed] of minus.entries()) {
    const added = plus[i]
    if (added === undefined) continue
    add(added, removed)
    if (python) add(removed, added)
  }
  for (const match of text.matchAll(/(?:AssertionError:|assert) (.+?) (?:!=|==) (.+?)(?: : .*)?$/gm)) {
    add(match[1] ?? '', match[2] ?? '')
    add(match[2] ?? '', match[1] ?? '')
  }
  for (const match of text.matchAll(/actual: (.+?),?\n\s*expected: (.+?),?$/gm)) add(match[1] ?? '', match[2] ?? '')
  return pairs.slice(0, 20)
}
