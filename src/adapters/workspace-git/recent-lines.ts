import type { RecentLines } from '../../engine/ports/workspace.ts'
import type { PrivateRepository } from './private-repository.ts'

/** How far back is looked: the lines of the newest commit, of the newest three, of the newest ten. */
const ages = [1, 3, 10] as const
const most = { diffBytes: 8_000_000, ms: 10_000, spans: 20_000 }

/**
 * Lines of a commit that came in with the commits before it, along the first parents, each with the least age that holds. A history that
 * begins within these commits says nothing of lines that were always there: they are left out.
 */
export async function findRecentLines(repository: PrivateRepository, commit: string): Promise<readonly RecentLines[]> {
  const listed = await repository.git(['rev-list', '--first-parent', `--max-count=${Math.max(...ages) + 1}`, commit], { timeoutMs: most.ms })
  const [, ...before] = listed.stdout.toString('latin1').split('\n').filter((line) => line !== '')
  const found: RecentLines[] = []
  const known = new Set<string>()
  const depths = [...new Set(ages.map((age) => Math.min(age, before.length)))].filter((age) => age > 0)
  for (const age of depths) {
    const answer = await repository.git(
      ['diff-tree', '-r', '-p', '--unified=0', '-M', '--no-ext-diff', '--no-textconv', '--no-color', '--diff-filter=AMR', '--dst-prefix=b/', before[age - 1] ?? '', commit],
      { maxBytes: most.diffBytes, cut: true, timeoutMs: most.ms },
    )
    for (const span of readSpans(answer.stdout.toString('utf8'), age)) {
      const key = `${span.path}:${span.from}:${span.to}`
      if (known.has(key) || found.length >= most.spans) continue
      known.add(key)
      found.push(span)
    }
  }
  return found
}

function* readSpans(diff: string, age: number): Generator<RecentLines> {
  let path: string | undefined
  let inHead = true
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git ')) [path, inHead] = [undefined, true]
    else if (inHead && line.startsWith('+++ ')) path = line.startsWith('+++ b/') ? line.slice(6).replace(/\t$/, '') : undefined
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk === null) continue
    inHead = false
    const [from, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)]
    // Where lines only went, the ones on both sides are what is left of the change.
    if (path !== undefined) yield count === 0 ? { path, from: Math.max(1, from), to: from + 1, age } : { path, from, to: from + count - 1, age }
  }
}
