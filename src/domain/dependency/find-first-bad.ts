/** How one state of the dependencies did. `unknown`: it could not be installed. */
export type Trial = 'passes' | 'fails' | 'unknown'

/**
 * Which state to try next, or what is settled. States are numbered from 0, the newest, which fails. `good` is the newest state after
 * which everything newer fails, as far as it is known; steps back double until one passes, then halves close in.
 */
export type Search = { readonly next: number } | { readonly good: number; readonly bad: number } | { readonly none: string }

export function findFirstBad(states: number, tried: ReadonlyMap<number, Trial>): Search {
  const passing = [...tried].filter(([, trial]) => trial === 'passes').map(([at]) => at)
  const good = passing.length === 0 ? undefined : Math.min(...passing)
  const bad = Math.max(0, ...[...tried].filter(([at, trial]) => trial === 'fails' && (good === undefined || at < good)).map(([at]) => at))
  if (good === undefined) {
    const far = Math.max(0, ...tried.keys())
    if (far < states - 1) return { next: Math.min(states - 1, Math.max(1, 2 * far)) }
    // The oldest could not be installed: younger ones that were passed over may be.
    const over = Array.from({ length: far - bad }, (_, i) => far - i).find((at) => !tried.has(at))
    if (over !== undefined) return { next: over }
    return { none: [...tried.values()].includes('unknown') ? 'no earlier state that could be installed lets it pass' : 'it fails with the earlier states of the dependencies too, the oldest included' }
  }
  const between = Array.from({ length: good - bad - 1 }, (_, i) => bad + 1 + i).filter((at) => !tried.has(at))
  const middle = between[Math.floor(between.length / 2)]
  return middle === undefined ? { good, bad } : { next: middle }
}
