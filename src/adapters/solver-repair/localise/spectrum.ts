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

/** Of the three readings of a spectrum; joined, they ranked the true places of the tune set as well as the best of them, and hold where there are several faults. */
const share = { ochiai: 0.33, dstar: 0.33, single: 0.34 }

/**
 * Spectrum-based suspicion from what failing tests (ef) and passing ones (ep) ran: Ochiai, ef / sqrt(F (ef + ep)); DStar with the
 * exponent 2, ef^2 / (ep + F - ef), brought to 0 to 1; and Ochiai for one failing test alone, since several faults at once would
 * otherwise dilute each other. A test that runs little tells more than one that goes through everything: it counts by the inverse
 * of what it runs. Sources: Abreu et al., "On the accuracy of spectrum-based fault localization" (2007); Wong et al., "The DStar
 * method for effective software fault localization" (2014).
 */
export function findSuspicions(runs: readonly TestRun[]): Map<string, FileSuspicion> {
  const weights = weigh(runs)
  const failing = runs.reduce((sum, run, at) => sum + (run.failed ? (weights[at] ?? 0) : 0), 0)
  const paths = new Set(runs.filter((run) => run.failed).flatMap((run) => [...run.covers.keys()]))
  const found = new Map<string, FileSuspicion>()
  for (const path of [...paths].toSorted()) {
    const covers = runs.flatMap((run, at) => {
      const cover = run.covers.get(path)
      return cover === undefined ? [] : [{ cover, failed: run.failed, weight: weights[at] ?? 0 }]
    })
    const by = covers[0]?.cover.by ?? 'span'
    const size = covers.reduce((most, { cover }) => Math.max(most, extent(cover)), 0)
    const failed = new Float32Array(size)
    const passed = new Float32Array(size)
    for (const { cover, failed: red, weight } of covers) paint(cover, red ? failed : passed, weight)
    found.set(path, { by, values: failed.map((ef, i) => (ef === 0 ? 0 : combine(ef, passed[i] ?? 0, failing))) })
  }
  return found
}

function combine(ef: number, ep: number, failing: number): number {
  const ochiai = ef / Math.sqrt(failing * (ef + ep))
  const missed = ep + Math.max(0, failing - ef)
  const dstar = ef ** 2 / (missed + ef ** 2)
  return share.ochiai * ochiai + share.dstar * dstar + share.single / Math.sqrt(1 + ep)
}

/** 1 for the test that runs least, less the more one runs. */
function weigh(runs: readonly TestRun[]): number[] {
  const sizes = runs.map((run) => Math.max(1, [...run.covers.values()].reduce((sum, cover) => sum + sizeOf(cover), 0)))
  const least = sizes.reduce((low, size) => Math.min(low, size), Infinity)
  return sizes.map((size) => least / size)
}

function sizeOf(cover: Cover): number {
  return cover.by === 'row' ? cover.rows.length : cover.spans.reduce((sum, [from, to]) => sum + to - from, 0)
}

function extent(cover: Cover): number {
  return cover.by === 'span' ? cover.spans.reduce((far, [, end]) => Math.max(far, end), 0) : 1 + cover.rows.reduce((far, row) => Math.max(far, row), -1)
}

function paint(cover: Cover, counts: Float32Array, weight: number): void {
  if (cover.by === 'row') for (const row of cover.rows) counts[row] = (counts[row] ?? 0) + weight
  else for (const [start, end] of cover.spans) for (let i = start; i < end; i++) counts[i] = (counts[i] ?? 0) + weight
}
