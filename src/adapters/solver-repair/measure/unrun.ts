import type { Candidate } from '../candidate.ts'
import type { Survey } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { touches } from '../search/filter.ts'
import { isStatement, walk } from '../syntax/node.ts'

/**
 * Which small changes are in a statement that none of these tests runs? They cannot be noticed, and nothing that the tests' inputs
 * lead to shows whether they differ. Outside functions nothing is said: what runs there runs before any test.
 */
export function createUnrun(survey: Survey, names: ReadonlySet<string>, project: Project): (candidate: Candidate) => boolean {
  const tests = survey.tests.filter((test) => names.has(test.name))
  return (candidate) => candidate.within !== undefined && !tests.some((test) => touches(test.covers.get(candidate.path), findStatementPlace(candidate, project)))
}

/** From the first row of the innermost statement around a change to its own. */
function findStatementPlace({ path, edits, line }: Candidate, project: Project): Parameters<typeof touches>[1] {
  const start = edits[0]?.start ?? 0
  // What is put in between takes no room of its own.
  const end = Math.max(start + 1, edits.at(-1)?.end ?? 0)
  let firstRow = line - 1
  const root = project.sources.get(path)?.root
  if (root !== undefined) {
    walk(root, (node) => {
      const isAround = node.start <= start && start < node.end
      if (isAround && isStatement(node)) firstRow = node.row
      return isAround
    })
  }
  return { start, end, firstRow: Math.min(firstRow, line - 1), lastRow: line - 1 }
}
