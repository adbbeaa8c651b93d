const mostNamed = 10
const whys = {
  'removed': 'removed: test runners pick up files of this name by themselves',
  'put back': 'put back: the checks depend on it',
}

/** What the solver is told when files that judge it were put back or taken out. `toHow` says which, where that is known. */
export function describeRestored(paths: readonly string[], toHow: (path: string) => keyof typeof whys | undefined = () => undefined): string {
  const shown = paths.slice(0, mostNamed).map((path) => {
    const how = toHow(path)
    return how === undefined ? path : `${path} (${whys[how]})`
  })
  const more = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''
  return `These files are part of what judges the work, so your change to them was undone: ${shown.join(', ')}${more}. Mend the code instead; put new tests into new files; say in finish what should change here and why.`
}
