import type { Candidate } from '../candidate.ts'
import type { Project } from '../project.ts'

const token = /[A-Za-z_$][\w$]*|\d[\w.]*|=>|[=!<>]=+|&&|\|\||\?\?|\*\*|\/\/|[^\s\w]/g
/** Characters of a project that are read for this. */
const mostChars = 2_000_000

/** How often each run of three tokens stands in a project's sources. */
export type Trigrams = ReadonlyMap<string, number>

export function countTrigrams(project: Project): Trigrams {
  const counts = new Map<string, number>()
  let chars = 0
  for (const { text } of project.sources.values()) {
    chars += text.length
    if (chars > mostChars) break
    for (const gram of trigramsOf(text)) counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

function trigramsOf(text: string): string[] {
  const tokens = text.match(token) ?? []
  return tokens.slice(2).map((third, at) => `${tokens[at]} ${tokens[at + 1]} ${third}`)
}

/** Of the runs of three tokens that a change brings in, the share that the project has anyway: 0 to 1. A change that only takes away has all. */
export function naturalnessOf(candidate: Candidate, before: string, after: string, trigrams: Trigrams): number {
  const line = (text: string): string => text.split('\n').slice(Math.max(0, candidate.line - 2), candidate.line + 2).join('\n')
  const old = new Map<string, number>()
  for (const gram of trigramsOf(line(before))) old.set(gram, (old.get(gram) ?? 0) + 1)
  const fresh = trigramsOf(line(after)).filter((gram) => {
    const left = old.get(gram) ?? 0
    old.set(gram, left - 1)
    return left <= 0
  })
  return fresh.length === 0 ? 1 : fresh.filter((gram) => trigrams.has(gram)).length / fresh.length
}
