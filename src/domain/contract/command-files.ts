import { isJudge, isJudgeLike, readLine } from './named-roles.ts'
import { folderOf, lastPart } from './test-places.ts'

/** Where projects keep the code that the checks judge: a file named there is the work, not the judge. */
const sourceFolder = /^(src|lib|app|apps|source|server|client|service|services|cmd|internal|pkg|crates)\//

const followed = /\.(sh|bash|zsh|mk|mjs|cjs|js|mts|cts|ts|py|rb|pl)$|^(GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|Taskfile\.ya?ml)$|^[^.]+$/

/** A path as git writes it, without `.` and `..`. */
export function tidy(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s"'`=;&|()<>,{}[\]:]+/).filter((word) => word.length > 1 && word.length < 300)
}

/**
 * Files of the repository that a shell line names, as paths or as `python -m` modules, and that judge: see `isJudge`.
 * `asScript`: the line is a package script that a check starts by its name.
 */
export function filesNamedIn(text: string, files: ReadonlySet<string>, options: { readonly from?: string; readonly asScript?: boolean } = {}): readonly string[] {
  const found = new Set<string>()
  for (const reading of readLine(text)) {
    const module = reading.module ? reading.word.replaceAll('.', '/') : undefined
    const candidates = [tidy(reading.word), tidy(`${options.from ?? ''}/${reading.word}`), ...(module === undefined ? [] : [`${module}.py`, `${module}/__main__.py`])]
    for (const path of candidates) {
      if (files.has(path) && !sourceFolder.test(path) && isJudge(path, reading, options.asScript === true)) found.add(path)
    }
  }
  return [...found]
}

/** What a named script itself leads to: files that it names, and modules of its own folder that it imports, where they judge. */
export function filesNamedByScript(path: string, text: string, files: ReadonlySet<string>): readonly string[] {
  const folder = folderOf(path)
  if (!/\.([cm]?[jt]s|py)$/.test(path)) return filesNamedIn(text, files, { from: folder })
  if (folder === '') return []
  const found = new Set<string>()
  const imports = [...text.matchAll(/(?:from\s+|import\s*\(?\s*|require\(\s*)['"](\.[^'"]+)['"]/g)].map((match) => match[1] ?? '')
  const modules = [...text.matchAll(/^\s*(?:from|import)\s+\.?(\w+)/gm)].map((match) => `./${match[1] ?? ''}.py`)
  for (const name of [...imports, ...modules]) {
    for (const ending of ['', '.js', '.mjs', '.cjs', '.ts']) {
      const candidate = tidy(`${folder}/${name}${ending}`)
      if (files.has(candidate) && folderOf(candidate) === folder && isJudgeLike(candidate)) found.add(candidate)
    }
  }
  return [...found]
}

/** May its content name further files? */
export function isFollowed(path: string): boolean {
  return followed.test(lastPart(path))
}

/** Package scripts that a shell line starts: `npm test`, `yarn run x`, `pnpm x`. */
export function scriptsNamedIn(text: string, scripts: Readonly<Record<string, string>>): readonly string[] {
  const names = [...text.matchAll(/\b(?:npm|yarn|pnpm|bun)\s+(?:--?\S+\s+)*(?:run(?:-script)?\s+)?([\w:.-]+)/g)].map((match) => (match[1] === 't' ? 'test' : (match[1] ?? '')))
  const parallel = [...text.matchAll(/\b(?:run-s|run-p|npm-run-all|concurrently|wireit)\b([^&|;]*)/g)].flatMap((match) => wordsOf(match[1] ?? ''))
  return [...names, ...parallel].filter((name) => scripts[name] !== undefined).flatMap((name) => [name, `pre${name}`, `post${name}`].filter((one) => scripts[one] !== undefined))
}
