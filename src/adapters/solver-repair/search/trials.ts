import type { Candidate } from '../candidate.ts'
import { applyEdits, candidateKey, scoreOf } from '../candidate.ts'
import type { Project } from '../project.ts'
import { isParsable } from '../syntax/node.ts'
import { pairAmongst, pairWith } from './pairs.ts'

/** A candidate with the whole text that it makes of its file, and its place in the order of trying. */
export interface Trial {
  readonly n: number
  readonly candidate: Candidate
  readonly text: string
  /** It is worth something only if it makes more tests pass than this: as many do with a part of it alone. */
  readonly beyond: number
}

/** What is still to be tried, best first: single changes, pairs of near ones, and pairs with what has made progress. */
export interface Trials {
  /** The next ones, fewer where no more are left. Those whose text does not parse, or was tried already, are passed over. */
  take(count: number): Trial[]
  /** Further candidates, best first. */
  add(candidates: readonly Candidate[]): void
  /** Trials that were taken and not tried after all. */
  putBack(trials: readonly Trial[]): void
  /** From now on pairs with this one are tried too, which makes so many of the failing tests pass. */
  buildOn(trial: Trial, mended: number): void
}

interface Source {
  readonly beyond: number
  readonly rest: Iterator<Candidate>
  head: Candidate | undefined
}

/** `ranked` is best first. */
export function openTrials(ranked: readonly Candidate[], project: Project): Trials {
  let opened = 0
  let waiting: Trial[] = []
  const tried = new Set<string>()
  const sources = [openSource(ranked.values(), 0), openSource(pairAmongst(ranked).values(), 0)]
  /** The likeliest of all sources; undefined where they are dry. */
  const best = (): Source | undefined => {
    let found: Source | undefined
    for (const source of sources) if (source.head !== undefined && (found?.head === undefined || scoreOf(source.head) > scoreOf(found.head))) found = source
    return found
  }
  const open = (candidate: Candidate, beyond: number): Trial | undefined => {
    const file = project.sources.get(candidate.path)
    if (file === undefined) return undefined
    const key = candidateKey(file.text, candidate)
    if (key === undefined || tried.has(key)) return undefined
    tried.add(key)
    const text = applyEdits(file.text, candidate.edits)
    return isParsable(project.parser, file.grammar, text) ? { n: opened++, candidate, text, beyond } : undefined
  }
  return {
    take(count) {
      const taken: Trial[] = []
      while (taken.length < count) {
        const source = best()
        const [kept] = waiting
        if (kept !== undefined && (source?.head === undefined || scoreOf(kept.candidate) >= scoreOf(source.head))) {
          taken.push(kept)
          waiting = waiting.slice(1)
          continue
        }
        if (source?.head === undefined) break
        const trial = open(source.head, source.beyond)
        source.head = nextOf(source.rest)
        if (trial !== undefined) taken.push(trial)
      }
      return taken
    },
    add(candidates) {
      sources.push(openSource(candidates.values(), 0))
    },
    putBack(trials) {
      waiting = [...trials, ...waiting]
    },
    buildOn({ candidate }, mended) {
      sources.push(openSource(pairWith(candidate, ranked), mended))
    },
  }
}

function openSource(rest: Iterator<Candidate>, beyond: number): Source {
  return { beyond, rest, head: nextOf(rest) }
}

function nextOf(rest: Iterator<Candidate>): Candidate | undefined {
  const next = rest.next()
  return next.done === true ? undefined : next.value
}
