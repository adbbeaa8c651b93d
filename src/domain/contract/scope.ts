import picomatch from 'picomatch'

/** Compiled once for each list: the contract's are long, and every call is judged by them. */
const compiled = new WeakMap<readonly string[], (path: string) => boolean>()

/** A glob that names a directory covers what is in it, as people mean it. Case counts, save for what begins with a dot. */
export function isWithin(path: string, globs: readonly string[]): boolean {
  let matches = compiled.get(globs)
  if (matches === undefined) {
    matches = compile(globs)
    compiled.set(globs, matches)
  }
  return matches(path)
}

function compile(globs: readonly string[]): (path: string) => boolean {
  const plain = globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
  if (plain.some((glob) => glob === '' || glob === '.')) return () => true
  return picomatch(plain.flatMap((glob) => [glob, `${glob}/**`]), { dot: true })
}

/** Can it match anything in the repository? Paths begin at its top; one that begins at the machine's, or leads out of it, matches none. */
export function isOfRepository(glob: string): boolean {
  return !glob.startsWith('/') && !glob.split('/').includes('..')
}
