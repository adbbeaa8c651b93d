import { folderOf, lastPart } from './test-places.ts'

/** Where projects keep the code that the checks judge: a file named there is the work, not the judge. */
const sourceFolder = /^(src|lib|app|apps|source|server|client|service|services|cmd|internal|pkg|crates)\//

const followed = /\.(sh|bash|zsh|mk|mjs|cjs|js|mts|cts|ts|py|rb|pl)$|^(GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|Taskfile\.ya?ml)$|^[^.]+$/

function tidy(path: string): string {
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

/** What these are given is looked at, so it is the work and not the judge: `grep -q Hello greeting.txt`. */
const lookers = new Set(['grep', 'egrep', 'fgrep', 'rg', 'test', '[', '[[', 'cat', 'head', 'tail', 'wc', 'ls', 'stat', 'file', 'jq', 'yq', 'awk', 'sed', 'cut', 'sort', 'find', 'tr'])

/** The parts of a shell line that run something, without those that only look at files. */
function withoutLookers(text: string): string {
  return text.split(/&&|\|\||[;|\n]/).filter((part) => {
    const first = part.trim().split(/\s+/).find((word) => word !== '!' && word !== '(' && word !== '{' && !/^\w+=/.test(word))
    return first === undefined || !lookers.has(first)
  }).join('\n')
}

/** Files of the repository that a shell line names and does more with than look at them, as paths or as `python -m` modules. */
export function filesNamedIn(text: string, files: ReadonlySet<string>, from = ''): readonly string[] {
  const found = new Set<string>()
  const words = wordsOf(withoutLookers(text))
  for (const [n, word] of words.entries()) {
    const module = words[n - 1] === '-m' ? word.replaceAll('.', '/') : undefined
    const candidates = [tidy(word), tidy(`${from}/${word}`), ...(module === undefined ? [] : [`${module}.py`, `${module}/__main__.py`])]
    for (const candidate of candidates) if (files.has(candidate) && !sourceFolder.test(candidate)) found.add(candidate)
  }
  return [...found]
}

/** What a named script itself leads to: files that it names, and modules of its own folder that it imports. */
export function filesNamedByScript(path: string, text: string, files: ReadonlySet<string>): readonly string[] {
  const folder = folderOf(path)
  if (!/\.([cm]?[jt]s|py)$/.test(path)) return filesNamedIn(text, files, folder)
  if (folder === '') return []
  const found = new Set<string>()
  const imports = [...text.matchAll(/(?:from\s+|import\s*\(?\s*|require\(\s*)['"](\.[^'"]+)['"]/g)].map((match) => match[1] ?? '')
  const modules = [...text.matchAll(/^\s*(?:from|import)\s+\.?(\w+)/gm)].map((match) => `./${match[1] ?? ''}.py`)
  for (const name of [...imports, ...modules]) {
    for (const ending of ['', '.js', '.mjs', '.cjs', '.ts']) {
      const candidate = tidy(`${folder}/${name}${ending}`)
      if (files.has(candidate) && folderOf(candidate) === folder) found.add(candidate)
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
