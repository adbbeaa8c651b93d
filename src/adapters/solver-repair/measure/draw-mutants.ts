import { digestOf } from '../../../domain/digest.ts'
import { toCodeLines } from '../../../domain/validation/code-lines.ts'
import { applyEdits } from '../candidate.ts'
import type { Candidate, Extent } from '../candidate.ts'
import { generateCandidates } from '../generate/generate.ts'
import { extentOf } from '../generate/sketch.ts'
import { mutating } from '../judge/mutants.ts'
import type { Mutant } from '../judge/mutants.ts'
import { isFunction, isParsable, walk } from '../syntax/node.ts'
import type { SourceFile, SyntaxNode } from '../syntax/node.ts'
import { gatherModules, gatherWords } from '../syntax/vocabulary.ts'
import type { ChangedCode } from './changed-code.ts'

/** Small changes of changed lines, and of what is right around them; how many of one line, and of how many lines they are looked for. */
const onChanged = { most: 24, perLine: 4, lines: 60 }
const around = { most: 12, perLine: 2, lines: 24 }
/** A function with fewer lines than this is a part of the one around it. */
const fewestLines = 3

/**
 * Which small changes are tried. The same content and seed give the same ones in the same order: of changed lines first, then of the functions
 * around them, the nearest lines first; where there are too many, the seed says which lines come first.
 */
export function drawMutants({ project, lines }: ChangedCode, seed: string): Mutant[] {
  const files = [...project.sources.values()]
  const words = { ...gatherWords(files), ...gatherModules(files), testNumbers: [], testStrings: [], expected: [], actual: [], messages: '' }
  const keyOf = toKeys(seed)
  const code = new Map(files.map((file) => [file.path, toCodeLines(file.text).lines]))
  const all = files.flatMap(({ path }) => (code.get(path) ?? []).filter((line) => lines.get(path)?.has(line)).map((line) => ({ path, line })))
  const chosen = Map.groupBy(all.toSorted((a, b) => (keyOf(`${a.path}:${a.line}`) < keyOf(`${b.path}:${b.line}`) ? -1 : 1)).slice(0, onChanged.lines), ({ path }) => path)
  const found = files.flatMap((file) => {
    const own = new Set(chosen.get(file.path)?.map(({ line }) => line))
    const near = findAround(file, own)
    const isInside = (row: number): boolean => near.some(({ firstRow, lastRow }) => row >= firstRow && row <= lastRow)
    const beside = new Set((code.get(file.path) ?? []).filter((line) => lines.get(file.path)?.has(line) !== true && isInside(line - 1)).toSorted((a, b) => farFrom(a, own) - farFrom(b, own) || a - b).slice(0, around.lines))
    const isBeside = (node: SyntaxNode): boolean => beside.has(node.row + 1) && near.some(({ start, end }) => node.start >= start && node.end <= end)
    return generateCandidates(file, words, (node) => Number(own.has(node.row + 1) || isBeside(node)))
  }).filter((candidate) => mutating.test(candidate.kind) && !isIdle(candidate, project.sources.get(candidate.path)?.text ?? ''))
  const isOn = ({ path, line }: Candidate): boolean => lines.get(path)?.has(line) === true
  const options = { project, lines, keyOf }
  return [...draw(found.filter((each) => isOn(each)), onChanged, options), ...draw(found.filter((each) => !isOn(each)), around, options)]
}

/** The innermost function of some size around each of the lines. */
function findAround(file: SourceFile, lines: ReadonlySet<number>): Extent[] {
  const found = new Map<number, Extent>()
  walk(file.root, (node) => {
    if (!isFunction(node)) return undefined
    const extent = extentOf(file, node)
    if (extent.lastRow - extent.firstRow + 1 < fewestLines) return undefined
    // In source order, so that an inner function takes the place of the one around it.
    for (let row = extent.firstRow; row <= extent.lastRow; row++) if (lines.has(row + 1)) found.set(row, extent)
    return undefined
  })
  return [...new Set(found.values())]
}

function farFrom(line: number, lines: Iterable<number>): number {
  let least = Infinity
  for (const each of lines) least = Math.min(least, Math.abs(each - line))
  return least
}

const same = new Set(['=== ==', '== ===', '!== !=', '!= !==', '|| ??', '?? ||'])

/** What hardly any test could tell: words for a log, documentation, and operators that differ on odd values alone. */
function isIdle({ edits, kind, describes }: Candidate, text: string): boolean {
  const [edit] = edits
  if (edit !== undefined && same.has(`${text.slice(edit.start, edit.end)} ${edit.text}`)) return true
  return kind === 'statement' && /^leave out `(console|logger|log|logging|print|["'rbf]{1,2}["'])/.test(describes)
}

function toKeys(seed: string): (of: string) => string {
  const known = new Map<string, string>()
  return (of) => {
    const key = known.get(of) ?? digestOf(`${seed} ${of}`)
    known.set(of, key)
    return key
  }
}

/** The likeliest of every line, then the next of every line, until there are enough. */
function draw(candidates: readonly Candidate[], bounds: { most: number; perLine: number }, { project, lines, keyOf }: Pick<ChangedCode, 'project' | 'lines'> & { keyOf: (of: string) => string }): Mutant[] {
  const byLine = Map.groupBy(candidates, ({ path, line }) => `${path}:${line}`)
  const far = ([first]: readonly Candidate[]): number => (first === undefined ? 0 : farFrom(first.line, lines.get(first.path) ?? []))
  const queues = [...byLine].toSorted(([a, x], [b, y]) => far(x) - far(y) || (keyOf(a) < keyOf(b) ? -1 : 1)).map(([, some]) => spread(some, keyOf))
  const drawn: Mutant[] = []
  for (let round = 0; round < bounds.perLine; round++) {
    for (const queue of queues) {
      if (drawn.length >= bounds.most) return drawn
      const mutant = takeNext(queue, project)
      if (mutant !== undefined) drawn.push(mutant)
    }
  }
  return drawn
}

/** One of each place of the line before another of the same place, the likelier first. */
function spread(candidates: readonly Candidate[], keyOf: (of: string) => string): Candidate[] {
  const nameOf = ({ path, edits }: Candidate): string => JSON.stringify([path, edits])
  const ranked = candidates.toSorted((a, b) => b.prior - a.prior || (keyOf(nameOf(a)) < keyOf(nameOf(b)) ? -1 : 1))
  const counts = new Map<number, number>()
  const turns = ranked.map((candidate) => {
    const at = candidate.edits[0]?.start ?? 0
    counts.set(at, (counts.get(at) ?? 0) + 1)
    return { candidate, turn: counts.get(at) ?? 0 }
  })
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ candidate }) => candidate)
}

function takeNext(queue: Candidate[], project: ChangedCode['project']): Mutant | undefined {
  for (let candidate = queue.shift(); candidate !== undefined; candidate = queue.shift()) {
    const file = project.sources.get(candidate.path)
    const text = file === undefined ? '' : applyEdits(file.text, candidate.edits)
    if (file !== undefined && isParsable(project.parser, file.grammar, text)) return { candidate, text }
  }
  return undefined
}
