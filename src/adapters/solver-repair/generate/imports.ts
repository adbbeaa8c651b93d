import path from 'node:path'
import { findField, namedChildren, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { fileNames } from '../syntax/scope.ts'
import { similarity } from '../syntax/vocabulary.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** One name that an import brings in. */
interface Imported {
  readonly node: SyntaxNode
  readonly name: string
  /** What the file calls it. */
  readonly local: string
  readonly typeOnly: boolean
}

/** Below this, two names have nothing to do with each other. */
const leastAlike = 0.3

/** Another name of the same module, or the same name from another module of the project; also where the import cannot be resolved. */
export const changeImport: Generator = (node, sketch) => {
  if (node.type !== 'import_statement' && node.type !== 'import_from_statement') return
  const module = findField(node, sketch.python ? 'module_name' : 'source')
  if (module === undefined) return
  const specifier = sketch.python ? sketch.text(module) : sketch.text(module).slice(1, -1)
  const names = importedNames(node, sketch).filter(({ typeOnly }) => !typeOnly)
  const paths = resolveModule(specifier, sketch)
  const known = new Set(paths.flatMap((file) => sketch.words.modules.get(file) ?? []))
  for (const one of names) changeImportedName(one, known, sketch)
  for (const [file, exported] of sketch.words.modules) {
    if (file === sketch.file.path || paths.includes(file)) continue
    const has = names.filter(({ name }) => exported.includes(name)).length
    const lost = paths.length === 0 && isOurs(specifier, sketch)
    const other = writeModule(file, specifier, sketch)
    const alike = similarity(specifier, other)
    if (other !== specifier && (has === names.length && has > 0)) sketch.propose(module, [withText(module, other, sketch)], 'import', lost || names.some(({ name }) => !known.has(name)) ? 0.7 : 0.3, `import from ${quote(other)} instead of ${quote(specifier)}`)
    else if (other !== specifier && lost && alike > 0.6) sketch.propose(module, [withText(module, other, sketch)], 'import', 0.6 * alike, `import from ${quote(other)} instead of ${quote(specifier)}`)
  }
  for (const [was, now] of movedModules) if (sketch.python && specifier === was) for (const other of now) sketch.replace(module, other, 'import', 0.4)
  if (!sketch.python) changeShape(node, names, known, sketch)
}

function changeImportedName({ node, name, local }: Imported, known: ReadonlySet<string>, sketch: Sketch): void {
  const renamed = local !== name
  const missing = known.size > 0 && !known.has(name)
  for (const other of known) {
    if (other === name || /^(__|_$)/.test(other)) continue
    const alike = Math.max(similarity(local, other), similarity(name, other))
    if (alike < leastAlike && !renamed) continue
    // `is_spare as is_strike`, where the module has an `is_strike`, says what was meant.
    const prior = other === local ? 0.75 : missing ? 0.3 + 0.4 * alike : 0.12 + 0.2 * alike
    sketch.replace(node, other === local ? other : `${other} as ${local}`, 'import', prior, `import ${quote(other)} instead of ${quote(name)}`)
  }
}

function importedNames(node: SyntaxNode, sketch: Sketch): Imported[] {
  const found: Imported[] = []
  if (sketch.python) {
    for (const child of node.type === 'import_from_statement' ? namedChildren(node).filter(({ field }) => field === 'name') : []) {
      const name = child.type === 'aliased_import' ? findField(child, 'name') : child
      const alias = child.type === 'aliased_import' ? findField(child, 'alias') : undefined
      if (name !== undefined) found.push({ node: child, name: sketch.text(name), local: sketch.text(alias ?? name), typeOnly: false })
    }
    return found
  }
  const whole = /^import\s+type\b/.test(sketch.text(node))
  walk(node, (at) => {
    if (at.type !== 'import_specifier') return
    const name = findField(at, 'name')
    if (name !== undefined) found.push({ node: at, name: sketch.text(name), local: sketch.text(findField(at, 'alias') ?? name), typeOnly: whole || /^type\s/.test(sketch.text(at)) })
  })
  return found
}

/** `import x from` for `import { x } from`, and the reverse; `* as x` for either. */
function changeShape(node: SyntaxNode, names: readonly Imported[], known: ReadonlySet<string>, sketch: Sketch): void {
  const clause = namedChildren(node).find(({ type }) => type === 'import_clause')
  const only = clause === undefined ? undefined : namedChildren(clause)[0]
  if (clause === undefined || only === undefined || namedChildren(clause).length > 1) return
  const blamed = /does not provide an export|is not a function|is not a constructor|Cannot read propert|no exported member|has no default export/.test(sketch.words.messages)
  const weight = blamed ? 1 : 0.3
  if (only.type === 'identifier') {
    const name = sketch.text(only)
    sketch.replace(clause, `{ ${name} }`, 'import', weight * (known.has(name) ? 0.6 : 0.2))
    sketch.replace(clause, `* as ${name}`, 'import', 0.3 * weight)
  } else if (only.type === 'namespace_import') {
    const name = sketch.text(namedChildren(only)[0] ?? only)
    sketch.replace(clause, name, 'import', 0.4 * weight)
  } else if (names.length === 1 && names[0] !== undefined) {
    sketch.replace(clause, names[0].local, 'import', 0.35 * weight)
    sketch.replace(clause, `* as ${names[0].local}`, 'import', 0.15 * weight)
  }
}

/** A name that is read and never brought in: from the module of the project that has it, or the module itself. */
export const addImport: Generator = (node, sketch) => {
  if (node.parent !== undefined) return
  const blamed = new Set([...sketch.words.messages.matchAll(/name '(\w+)' is not defined|\b([\w$]+) is not defined/g)].map((match) => match[1] ?? match[2] ?? ''))
  const at = firstStatement(node, sketch)
  for (const name of blamed) {
    if (name === '' || fileNames(sketch.file).includes(name) || !new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(sketch.file.text)) continue
    const offer = (line: string, prior: number): void => sketch.propose(node, [{ start: at, end: at, text: `${line}\n` }], 'import', prior, `add ${quote(line)}`)
    for (const [file, exported] of sketch.words.modules) {
      if (file === sketch.file.path || !exported.includes(name)) continue
      const from = writeModule(file, '', sketch)
      offer(sketch.python ? `from ${from} import ${name}` : `import { ${name} } from '${from}'`, 0.75)
    }
    const home = sketch.python ? standardNames.python[name] : standardNames.script[name]
    if (home !== undefined) offer(sketch.python ? `from ${home} import ${name}` : `import { ${name} } from 'node:${home}'`, 0.7)
    if (sketch.python && pythonModules.has(name)) offer(`import ${name}`, 0.75)
    if (!sketch.python && scriptModules.has(name)) offer(`import ${name} from 'node:${name}'`, 0.7)
  }
}

/** Behind what has to stay first: a module's docstring, a directive, imports of the future. */
function firstStatement(root: SyntaxNode, sketch: Sketch): number {
  const first = namedChildren(root).find((child) => !/future_import/.test(child.type) && !(child.type === 'expression_statement' && /^string/.test(namedChildren(child)[0]?.type ?? '')) && !sketch.text(child).startsWith('#!'))
  return first?.start ?? sketch.file.text.length
}

function isOurs(specifier: string, sketch: Sketch): boolean {
  if (!sketch.python) return specifier.startsWith('.')
  const top = specifier.replace(/^\.+/, '').split('.')[0] ?? ''
  return specifier.startsWith('.') || [...sketch.words.modules.keys()].some((file) => file.split('/').includes(top) || file === `${top}.py`) || new RegExp(`No module named '${top}\\b`).test(sketch.words.messages)
}

/** Files of the project that an import means. */
function resolveModule(specifier: string, sketch: Sketch): string[] {
  const here = path.posix.dirname(sketch.file.path)
  if (!sketch.python) {
    if (!specifier.startsWith('.')) return []
    const stem = path.posix.join(here, specifier).replace(/\.[cm]?[jt]sx?$/, '')
    return [...sketch.words.modules.keys()].filter((file) => file.replace(/(\/index)?\.[cm]?[jt]sx?$/, '') === stem)
  }
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const tail = specifier.slice(dots).replaceAll('.', '/')
  const wanted = dots === 0 ? tail : path.posix.join(here, '../'.repeat(dots - 1), tail)
  return [...sketch.words.modules.keys()].filter((file) => {
    const bare = file.replace(/(\/__init__)?\.py$/, '')
    return dots === 0 ? bare === wanted || bare.endsWith(`/${wanted}`) : bare === wanted
  })
}

/** How this file would name another one, in the way that `like` is written. */
function writeModule(file: string, like: string, sketch: Sketch): string {
  const here = path.posix.dirname(sketch.file.path)
  if (sketch.python) {
    const bare = file.replace(/(\/__init__)?\.py$/, '')
    if (like.startsWith('.') && path.posix.dirname(bare) === here) return `.${path.posix.basename(bare)}`
    // What the project's own imports leave out in front of a module's name, `src/` say, is left out here too.
    const style = sketch.words.imports.find((one) => bare.endsWith(one.split('.')[0] ?? '') || `/${bare}/`.includes(`/${one.split('.')[0]}/`))?.split('.')[0]
    const parts = bare.split('/')
    const from = style === undefined ? 0 : parts.indexOf(style)
    return parts.slice(Math.max(0, from)).join('.')
  }
  const relative = path.posix.relative(here, file)
  const written = relative.startsWith('.') ? relative : `./${relative}`
  return like !== '' && !/\.[cm]?[jt]sx?$/.test(like) ? written.replace(/(\/index)?\.[cm]?[jt]sx?$/, '') : written
}

function withText(module: SyntaxNode, text: string, sketch: Sketch): { start: number; end: number; text: string } {
  return sketch.python ? { start: module.start, end: module.end, text } : { start: module.start + 1, end: module.end - 1, text }
}

/** Where names of the standard library live now that were elsewhere in an earlier version. */
const movedModules: readonly (readonly [string, readonly string[]])[] = [
  ['collections', ['collections.abc', 'typing']], ['collections.abc', ['collections']], ['typing', ['collections.abc', 'collections']], ['distutils.version', ['packaging.version']], ['urllib', ['urllib.parse', 'urllib.request']],
  ['urllib2', ['urllib.request']], ['urlparse', ['urllib.parse']], ['StringIO', ['io']], ['cStringIO', ['io']], ['ConfigParser', ['configparser']], ['Queue', ['queue']], ['HTMLParser', ['html.parser']], ['fractions', ['math']],
  ['itertools', ['functools', 'collections']], ['functools', ['itertools']], ['cgi', ['html']], ['imp', ['importlib']], ['backports.zoneinfo', ['zoneinfo']], ['importlib_metadata', ['importlib.metadata']], ['tomli', ['tomllib']],
]
const homes = (table: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.assign(Object.create(null), Object.fromEntries(Object.entries(table).flatMap(([home, names]) => names.split(' ').map((name) => [name, home]))))
const standardNames = {
  python: homes({ collections: 'defaultdict deque Counter OrderedDict namedtuple ChainMap', functools: 'reduce partial wraps lru_cache cached_property cmp_to_key', itertools: 'chain groupby islice product permutations combinations accumulate zip_longest count cycle', datetime: 'datetime timedelta timezone date', pathlib: 'Path', decimal: 'Decimal', fractions: 'Fraction', copy: 'deepcopy', dataclasses: 'dataclass field replace', enum: 'Enum', typing: 'Any Optional Callable Iterable Union NamedTuple', math: 'ceil floor sqrt gcd isclose', contextlib: 'contextmanager suppress', bisect: 'bisect_left bisect_right insort', heapq: 'heappush heappop heapify' }),
  script: homes({ fs: 'readFileSync writeFileSync existsSync mkdirSync rmSync statSync readdirSync', path: 'join resolve dirname basename extname relative', url: 'fileURLToPath pathToFileURL', crypto: 'createHash randomUUID randomBytes', util: 'promisify inspect isDeepStrictEqual', events: 'EventEmitter once', child_process: 'spawn execFile execFileSync' }),
}
const pythonModules = new Set('abc argparse ast asyncio base64 bisect calendar collections contextlib copy csv dataclasses datetime decimal enum fractions functools hashlib heapq html inspect io itertools json logging math operator os pathlib random re shutil sqlite3 statistics string struct subprocess sys tempfile textwrap threading time traceback typing unicodedata urllib uuid warnings zlib'.split(' '))
const scriptModules = new Set('assert crypto events fs http https os path process url util zlib'.split(' '))
