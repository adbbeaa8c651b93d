import picomatch from 'picomatch'

/** What running, building and measuring leave behind, also where a repository forgot to say so. */
const leavings = /(^|\/)(__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.hypothesis|node_modules|dist|build|out|target|coverage|htmlcov|\.nyc_output|\.next|\.turbo|\.cache)\/|\.py[co]$|(^|\/)\.coverage(\.[^/]+)?$/

/** Is it something that tools leave behind, and not a source? */
export function isLeaving(path: string): boolean {
  return leavings.test(path)
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, n) => parts.slice(0, n + 1).join('/'))]
}

/** The .gitignore files that have a say on a path, outermost first. */
export function gitignoresFor(path: string): readonly string[] {
  return foldersOf(path).map((folder) => (folder === '' ? '.gitignore' : `${folder}/.gitignore`))
}

/** One line of a .gitignore, as gitignore(5) defines it. */
interface Pattern {
  readonly negated: boolean
  readonly folderOnly: boolean
  readonly matches: (path: string) => boolean
}

function toPattern(line: string): readonly Pattern[] {
  let text = line.replace(/\r$/, '').replace(/(?<!\\) +$/, '')
  if (text === '' || text.startsWith('#')) return []
  const negated = text.startsWith('!')
  if (negated) text = text.slice(1)
  const folderOnly = text.endsWith('/')
  if (folderOnly) text = text.slice(0, -1)
  // A slash at the start or in the middle ties the pattern to the folder of its file.
  const glob = text.includes('/') ? text.replace(/^\//, '') : `**/${text}`
  if (text === '') return []
  // The matcher knows `[^a]` where git also writes `[!a]`.
  return [{ negated, folderOnly, matches: picomatch(glob.replaceAll('[!', '[^'), { dot: true, nobrace: true, noextglob: true, nonegate: true }) }]
}

const compiled = new Map<string, readonly Pattern[]>()
const mostCompiled = 200
const mostLines = 2000

function compile(text: string): readonly Pattern[] {
  const known = compiled.get(text)
  if (known) return known
  if (compiled.size >= mostCompiled) compiled.clear()
  const made = text.split('\n').slice(0, mostLines).flatMap(toPattern)
  compiled.set(text, made)
  return made
}

/**
 * Would git leave the path out of a commit, as far as .gitignore files say? `read` gives the text of those that
 * `gitignoresFor` names. As in git, the innermost file that speaks of a path decides, and nothing below an ignored folder
 * comes back. Only for paths that the base does not have: what is tracked is committed however it is ignored.
 */
export function isIgnored(path: string, read: (gitignore: string) => string | undefined): boolean {
  const folders = foldersOf(path)
  for (const target of [...folders.slice(1).map((folder) => `${folder}/`), path]) {
    let ignored = false
    for (const folder of folders) {
      const at = folder === '' ? '' : `${folder}/`
      if (!target.startsWith(at) || target === at) continue
      const text = read(`${at}.gitignore`)
      if (text === undefined) continue
      const inside = target.slice(at.length).replace(/\/$/, '')
      const last = compile(text).findLast((pattern) => (target.endsWith('/') || !pattern.folderOnly) && pattern.matches(inside))
      if (last) ignored = !last.negated
    }
    if (ignored) return true
  }
  return false
}
