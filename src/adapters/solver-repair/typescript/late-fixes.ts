import { setTimeout } from 'node:timers/promises'
import type { Candidate } from '../candidate.ts'
import { fromQuickFixes } from '../generate/quick-fixes.ts'
import type { Heat } from '../localise/heat.ts'
import type { Project } from '../project.ts'
import { rankCandidates } from '../search/filter.ts'
import { walk } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import type { Compiler } from './compiler.ts'

/** Messages in which the compiler is likely to see what is wrong at once. */
const smellsOfTypes = /is not defined|does not provide an export|Cannot find (module|package)|is not a function|is not a constructor|ERR_MODULE_NOT_FOUND|Cannot access '.*' before/
/** The compiler needs a second or two of one core: otherwise it starts when the search has gone on for a while. */
const afterMs = 2500
const heldMs = 100
const mostSuspects = 12

/** What the TypeScript compiler would mend in the files under suspicion, as candidates, best first; none where the search was over before. Never rejects. */
export async function findLateFixes(compiler: Compiler, project: Project, heat: Heat, { signal, messages, isHeld }: { signal: AbortSignal; messages: string; /** A change that passes is being judged: it may be all that is wanted. */ isHeld: () => boolean }): Promise<readonly Candidate[]> {
  const smells = smellsOfTypes.test(messages)
  if (!smells) await setTimeout(afterMs, undefined, { signal }).catch(() => undefined)
  while (isHeld() && !signal.aborted) await setTimeout(heldMs, undefined, { signal }).catch(() => undefined)
  if (signal.aborted) return []
  const suspects = [...project.sources.values()].filter((file) => smells || isSuspect(file, heat)).slice(0, mostSuspects)
  return rankCandidates(fromQuickFixes(await compiler.findFixes(suspects.map(({ path }) => path)), project, heat))
}

function isSuspect(file: SourceFile, heat: Heat): boolean {
  let hot = false
  walk(file.root, (node) => {
    hot ||= heat.of(file, node) > 0
    return !hot
  })
  return hot
}
