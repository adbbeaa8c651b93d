import picomatch from 'picomatch'

const compiled = new WeakMap<readonly string[], (path: string) => boolean>()

/**
 * Is the path among those that the globs allow? None at all: the whole repository. A glob that names a folder covers what is in
 * it, as people mean it.
 */
export function isInScope(scope: readonly string[], path: string): boolean {
  if (scope.length === 0) return true
  const matches = compiled.get(scope) ?? compile(scope)
  compiled.set(scope, matches)
  return matches(path)
}

function compile(globs: readonly string[]): (path: string) => boolean {
  const plain = globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
  if (plain.some((glob) => glob === '' || glob === '.')) return () => true
  return picomatch(plain.flatMap((glob) => [glob, `${glob}/**`]), { dot: true })
}
