/** More globs than this are none that anybody could follow: then nothing is in common. */
const mostGlobs = 100
/** `**`, or the characters of one name with `*` and `?`. */
type Name = '**' | string

/**
 * Globs that match just the paths that both scopes allow; undefined where there are none. An empty scope is the whole
 * repository, and a glob that names a folder covers what is in it. A glob that is not plain (classes, negations, extended
 * patterns) is kept where the other side allows everything and left out otherwise, so that the answer never allows too much.
 * The one exception is a folder's own name, which is allowed with what is in it.
 */
export function intersectScopes(one: readonly string[], other: readonly string[]): readonly string[] | undefined {
  if (isWhole(one)) return other
  if (isWhole(other)) return one
  const found = new Set(one.flatMap((left) => other.flatMap((right) => intersectGlobs(left, right))))
  return found.size === 0 || found.size > mostGlobs ? undefined : [...found]
}

function isWhole(scope: readonly string[]): boolean {
  return scope.length === 0 || scope.includes('**')
}

function intersectGlobs(left: string, right: string): readonly string[] {
  if (left === right) return [left]
  const [ours, theirs] = [readGlob(left), readGlob(right)]
  const found = ours.flatMap((a) => theirs.flatMap((b) => meetPaths(a, b).map(toGlob)))
  // In the words of whoever wrote it, where that is the same.
  return found.map((glob) => [left, right].find((each) => each === `${glob}/**`) ?? glob)
}

/** Without what is in the folder that it may name: that is meant anyway, and a file is no folder. */
function toGlob(names: readonly Name[]): string {
  const end = names.findLastIndex((name) => name !== '**')
  return end === -1 ? '**' : names.slice(0, end + 1).join('/')
}

/**
 * Every way to read a glob; none where it is not plain. A name with an ending (`*.md`) is taken for a file's, any other for what
 * may be a folder, with what is in it.
 */
function readGlob(glob: string): readonly (readonly Name[])[] {
  const plain = glob.replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  if (/^!|[[\]()\\]/.test(plain)) return []
  return expandBraces(plain).map((each) => {
    const names = each.split('/').filter((name) => name !== '').map((name) => (/^\*\*+$/.test(name) ? '**' : name.replaceAll(/\*+/g, '*')))
    return collapse(/.\.[^.]+$/.test(names.at(-1) ?? '') ? names : [...names, '**'])
  })
}

function expandBraces(glob: string): readonly string[] {
  const done: string[] = []
  const open = [glob]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const braces = /\{([^{}]*,[^{}]*)\}/.exec(next)
    if (braces === null) done.push(...(/[{}]/.test(next) ? [] : [next]))
    else for (const part of (braces[1] ?? '').split(',')) open.push(`${next.slice(0, braces.index)}${part}${next.slice(braces.index + braces[0].length)}`)
    if (open.length + done.length > mostGlobs) return []
  }
  return done
}

function collapse(names: readonly Name[]): readonly Name[] {
  return names.filter((name, n) => name !== '**' || names[n - 1] !== '**')
}

function meetPaths(left: readonly Name[], right: readonly Name[]): readonly (readonly Name[])[] {
  const met = meet(left, right, { any: '**', meetOne: (a, b) => meetNames(a, b) })
  return [...new Map(met.map((names) => collapse(names)).map((names) => [names.join('/'), names])).values()]
}

function meetNames(left: string, right: string): readonly string[] {
  const met = meet([...left], [...right], { any: '*', meetOne: (a, b) => (a === '?' ? [b] : b === '?' || a === b ? [a] : []) })
  return [...new Set(met.map((characters) => characters.join('').replaceAll(/\*+/g, '*')))].filter((name) => name !== '')
}

/**
 * What two sequences have in common, as sequences, where `any` stands for any number of elements. Each pair of places is
 * looked at once.
 */
function meet(left: readonly string[], right: readonly string[], { any, meetOne }: { readonly any: string; readonly meetOne: (a: string, b: string) => readonly string[] }): readonly (readonly string[])[] {
  const known = new Map<number, readonly (readonly string[])[]>()
  const from = (i: number, j: number): readonly (readonly string[])[] => {
    const key = i * (right.length + 1) + j
    const before = known.get(key)
    if (before) return before
    const found = look(i, j).slice(0, mostGlobs + 1)
    known.set(key, found)
    return found
  }
  const after = (firsts: readonly string[], rest: readonly (readonly string[])[]): (readonly string[])[] => firsts.flatMap((first) => rest.map((each) => [first, ...each]))
  const look = (i: number, j: number): (readonly string[])[] => {
    const [a, b] = [left[i], right[j]]
    if (a === undefined && b === undefined) return [[]]
    // Both may reach over anything: one of them ends first.
    if (a === any && b === any) return after([any], [...from(i + 1, j), ...from(i, j + 1)])
    if (a === any) return [...from(i + 1, j), ...(b === undefined ? [] : after([b], from(i, j + 1)))]
    if (b === any) return [...from(i, j + 1), ...(a === undefined ? [] : after([a], from(i + 1, j)))]
    return a === undefined || b === undefined ? [] : after(meetOne(a, b), from(i + 1, j + 1))
  }
  return from(0, 0)
}
