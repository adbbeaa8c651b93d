/** Words of a command that may be paths or modules, without what leads to the place where they are looked for. */
function wordsOf(command: string): readonly string[] {
  return command.split(/[\s"'`=;&|()<>,{}[\]:]+/).map((word) => word.replace(/^(\.\/)+/, '')).filter((word) => word.length > 1 && word.length < 300)
}

/** `tests.test_new.Case` and `tests/test_new.py` alike; in `cd part && node --test x`, a path ends with what is named. */
function names(word: string, path: string): boolean {
  if (path === word || (/[/.]/.test(word) && path.endsWith(`/${word}`))) return true
  const module = path.endsWith('.py') ? path.slice(0, -'.py'.length).replaceAll('/', '.') : undefined
  return module !== undefined && (word === module || word.startsWith(`${module}.`))
}

/** Files that a check's command asks for by name and that were taken out before it ran, since nobody but the run has written them. */
export function findTakenOut(command: string, takenOut: readonly string[]): readonly string[] {
  if (takenOut.length === 0) return []
  const words = wordsOf(command)
  return takenOut.filter((path) => words.some((word) => names(word, path)))
}

/** Why such a check cannot pass, and the ways there are, for people and solvers alike. */
export function describeTakenOut(paths: readonly string[]): string {
  const named = `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`
  return `it asks for ${named}, which this run wrote itself: nothing that a run writes judges that run, so Writ takes ${paths.length === 1 ? 'it' : 'them'} out before the check runs, and this check cannot pass. ` +
    'Give a check that finds tests by itself, such as the whole test suite (a new test counts beside it where it fails on the base and passes on the result), or commit the test before the run'
}
