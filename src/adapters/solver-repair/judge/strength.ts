import { count } from '../../../domain/report/words.ts'
import type { MutationScore } from '../../../protocol/repair.ts'
import type { Candidate } from '../candidate.ts'
import { applyEdits } from '../candidate.ts'
import { generateCandidates } from '../generate/generate.ts'
import type { Lane } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { isParsable, parseSource } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'
import { toCall } from './behaviour.ts'
import type { Behaviour, Version } from './behaviour.ts'
import { lookAtLeft, mutating, tryMutants } from './mutants.ts'
import type { Mutant, Selection } from './mutants.ts'
import { findProbeable } from './probe.ts'

/** Bounds: mutants of one place, and of one line. */
const mostMutants = 30
const mostOnLine = 4

/** The code that is measured: the mended file, and where the mend is. */
export interface Mended {
  readonly version: Version
  readonly words: Vocabulary
}

/**
 * Mutation score of the tests around a mend: small changes of the mended function are tried against the tests that run it. Survivors
 * that behave like the mended code on every input that was looked at are left out, since they may not differ at all.
 */
export async function measureStrength(lane: Lane, mended: Mended, project: Project, options: { selection: Selection; budgetMs: number; now: () => number }): Promise<MutationScore> {
  const until = options.now() + options.budgetMs
  const none = (note: string): MutationScore => ({ tried: 0, noticed: 0, alike: 0, survivors: [], note })
  const base = project.sources.get(mended.version.path)
  const file = base === undefined ? undefined : parseSource(project.parser, base.path, base.grammar, mended.version.text)
  if (base === undefined || file === undefined) return none('the mended file could not be read')
  const mutants = chooseMutants(file, mended, project).filter(({ text }) => text !== base.text)
  if (mutants.length === 0) return none('there is nothing in the mended function that could be changed a little')
  const { selection } = options
  const { reached, left } = await tryMutants(lane, mutants, { select: () => selection, budgetMs: 0.7 * options.budgetMs })
  const { survivors, alike, unread } = await lookAtLeft(lane, left, mended.version, project, { probed: [mended.version], selection, budgetMs: Math.max(500, until - options.now()) })
  const noticed = reached.length - left.length
  const notes = [
    ...(reached.length < mutants.length ? [`${mutants.length - reached.length} of ${mutants.length} small changes were not tried: the time was up`] : []),
    ...(unread > 0 ? [`${count(unread, 'more that no test notices was', 'more that no test notices were')} not looked at`] : []),
  ]
  return { tried: noticed + survivors.length + unread, noticed, alike, survivors: [...survivors], ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}

/** Likely slips first, a few on each line, nearest to the mend where there are too many. */
function chooseMutants(file: SourceFile, { version, words }: Mended, project: Project): Mutant[] {
  const around = findProbeable(file, version.at)?.node
  const row = file.text.slice(0, version.at).split('\n').length
  const inside = generateCandidates(file, words, (node) => (around === undefined ? Number(Math.abs(node.row + 1 - row) <= 2) : Number(node.start >= around.start && node.end <= around.end)))
  const onLine = new Map<number, number>()
  const far = ({ line }: Candidate): number => Math.min(10, Math.abs(line - row)) / 40
  const mutants: Mutant[] = []
  for (const candidate of inside.filter(({ kind }) => mutating.test(kind)).toSorted((a, b) => b.prior - far(b) - a.prior + far(a) || a.line - b.line || (a.describes < b.describes ? -1 : 1))) {
    const count = onLine.get(candidate.line) ?? 0
    if (count >= mostOnLine || mutants.length >= mostMutants) continue
    const text = applyEdits(file.text, candidate.edits)
    if (!isParsable(project.parser, file.grammar, text)) continue
    onLine.set(candidate.line, count + 1)
    mutants.push({ candidate, text })
  }
  return mutants
}

/** Share of the small changes that the tests notice; undefined where none could be tried. */
export function scoreOfMutants({ tried, noticed }: MutationScore): number | undefined {
  return tried === 0 ? undefined : noticed / tried
}

/** A test in words and code that would pin the fault, from an input on which a survivor differs from the mended code. */
export function proposeTest(mended: Behaviour | undefined, calls: readonly string[], python: boolean): string | undefined {
  if (mended === undefined) return undefined
  const wanted = new Set(calls)
  const lines: string[] = []
  for (const one of mended.values()) {
    const call = toCall(one)
    // What lies inside another function or a class cannot be called by its name alone.
    if (!wanted.has(call) || one.self !== '' || one.name.includes('.') || call.includes('…') || !/^[\w.]+\(/.test(call)) continue
    wanted.delete(call)
    const line = toAssertion(call, one.outcome, python)
    if (line !== undefined) lines.push(line)
    if (lines.length === 4) break
  }
  return lines.length === 0 ? undefined : lines.join('\n')
}

function toAssertion(call: string, outcome: string, python: boolean): string | undefined {
  if (outcome.includes('…') || outcome.includes(', its arguments become') || outcome.length > 200) return undefined
  const thrown = /^throws (\w+)$/.exec(outcome)?.[1]
  if (thrown !== undefined) return python ? `with self.assertRaises(${thrown}): ${call}` : `assert.throws(() => ${call}, { name: '${thrown}' })`
  const value = /^returns (.*)$/s.exec(outcome)?.[1]
  if (value === undefined || /[[(<]\w+ .*>|^\w+ \{|\[Function/.test(value)) return undefined
  return python ? `self.assertEqual(${call}, ${value})` : `assert.deepEqual(${call}, ${value})`
}
