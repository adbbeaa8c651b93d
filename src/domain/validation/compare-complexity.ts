/** A function of one side of a change. */
export interface Measured {
  readonly path: string
  readonly name: string
  readonly line: number
  readonly complexity: number
}

export interface RaisedComplexity extends Measured {
  /** Undefined where the change brought the function. */
  readonly before: number | undefined
}

/**
 * Functions above the limit that the change added or raised. A function is known again by its file and name, the first of a name
 * with the first; one that went from one changed file to another, by its name alone.
 */
export function findRaised(before: readonly Measured[], after: readonly Measured[], most: number): readonly RaisedComplexity[] {
  const old = new Map<string, Measured[]>()
  for (const one of before) old.set(keyOf(one), [...(old.get(keyOf(one)) ?? []), one])
  const matched = after.map((one) => ({ one, was: old.get(keyOf(one))?.shift() }))
  const left = new Map<string, Measured[]>()
  for (const one of [...old.values()].flat()) left.set(one.name, [...(left.get(one.name) ?? []), one])
  return matched.flatMap(({ one, was }) => {
    const known = was ?? left.get(one.name)?.shift()
    return one.complexity > most && (known === undefined || one.complexity > known.complexity) ? [{ ...one, before: known?.complexity }] : []
  })
}

function keyOf({ path, name }: Measured): string {
  return `${path}\n${name}`
}
