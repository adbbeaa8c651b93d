/** What one test ran in one file: spans of UTF-16 offsets (V8), or rows from 0 (Python). */
export type Cover =
  | { readonly by: 'span'; readonly spans: readonly (readonly [number, number])[] }
  | { readonly by: 'row'; readonly rows: readonly number[] }

export interface TestRun {
  readonly name: string
  readonly failed: boolean
  readonly covers: ReadonlyMap<string, Cover>
}

/** Suspicion of each offset or row of one file, 0 to 1. */
export interface FileSuspicion {
  readonly by: 'span' | 'row'
  readonly values: Float32Array
}

/**
 * Spectrum-based suspicion. Half is Ochiai over all failing tests; half asks for one failing test alone how few passing
 * tests came by, since several faults at once would otherwise dilute each other.
 */
export function findSuspicions(runs: readonly TestRun[]): Map<string, FileSuspicion> {
  const failing = runs.filter((run) => run.failed).length
  const paths = new Set(runs.filter((run) => run.failed).flatMap((run) => [...run.covers.keys()]))
  const found = new Map<string, FileSuspicion>()
  for (const path of [...paths].toSorted()) {
    const covers = runs.flatMap((run) => {
      const cover = run.covers.get(path)
      return cover === undefined ? [] : [{ cover, failed: run.failed }]
    })
    const by = covers[0]?.cover.by ?? 'span'
    const size = Math.max(0, ...covers.map(({ cover }) => extent(cover)))
    const failed = new Float32Array(size)
    const passed = new Float32Array(size)
    for (const { cover, failed: red } of covers) paint(cover, red ? failed : passed)
    const values = failed.map((ef, i) => {
      const ep = passed[i] ?? 0
      return ef === 0 ? 0 : 0.5 * (ef / Math.sqrt(failing * (ef + ep))) + 0.5 / Math.sqrt(1 + ep)
    })
    found.set(path, { by, values })
  }
  return found
}

function extent(cover: Cover): number {
  return cover.by === 'span' ? Math.max(0, ...cover.spans.map(([, end]) => end)) : 1 + Math.max(-1, ...cover.rows)
}

function paint(cover: Cover, counts: Float32Array): void {
  if (cover.by === 'row') for (const row of cover.rows) counts[row] = (counts[row] ?? 0) + 1
  else for (const [start, end] of cover.spans) for (let i = start; i < end; i++) counts[i] = (counts[i] ?? 0) + 1
}
