import path from 'node:path'
import { findField, namedChildren } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { fileNames } from '../syntax/scope.ts'
import { similarity } from '../syntax/vocabulary.ts'
import { importSitesOf } from './import-sites.ts'
import type { Imported, ImportSite } from './import-sites.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** Below this, two names have nothing to do with each other. */
const leastAlike = 0.3

/** Another name of the same module, or the same name from another module of the project; also where the import cannot be resolved. */
export const changeImport: Generator = (node, sketch) => {
  for (const site of importSitesOf(node, sketch)) changeSite(site, sketch)
}

function changeSite(site: ImportSite, sketch: Sketch): void {
  const { module } = site
  const specifier = sketch.python ? sketch.text(module) : sketch.text(module).slice(1, -1)
  const names = site.names.filter(({ typeOnly }) => !typeOnly)
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
  const whole = paths.flatMap((file) => sketch.words.wholes.get(file) ?? [])
  if (site.how === 'import') changeShape(site, names, known, sketch)
  if (site.how === 'require') changeRequired(site, { names, known, whole }, sketch)
}

function changeImportedName({ node, name, local, write }: Imported, known: ReadonlySet<string>, sketch: Sketch): void {
  const renamed = local !== name
  const missing = known.size > 0 && !known.has(name)
  for (const other of known) {
    if (other === name || /^(__|_$)/.test(other)) continue
    const alike = Math.max(similarity(local, other), similarity(name, other))
    if (alike < leastAlike && !renamed) continue
    // `is_spare as is_strike`, where the module has an `is_strike`, says what was meant.
    const prior = other === local ? 0.75 : missing ? 0.3 + 0.4 * alike : 0.12 + 0.2 * alike
    sketch.replace(node, write(other), 'import', prior, `import ${quote(other)} instead of ${quote(name)}`)
  }
}

const blaming = /does not provide an export|is not a function|is not a constructor|Cannot read propert|no exported member|has no default export/

/** `import x from` for `import { x } from`, and the reverse; `* as x` for either. */
function changeShape({ clause }: ImportSite, names: readonly Imported[], known: ReadonlySet<string>, sketch: Sketch): void {
  const only = clause === undefined ? undefined : namedChildren(clause)[0]
  if (clause === undefined || only === undefined || namedChildren(clause).length > 1) return
  const weight = blaming.test(sketch.words.messages) ? 1 : 0.3
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

/** `const x = require(…)` for `const { x } = require(…)`, and the reverse. */
function changeRequired({ clause }: ImportSite, { names, known, whole }: { names: readonly Imported[]; known: ReadonlySet<string>; whole: readonly string[] }, sketch: Sketch): void {
  if (clause === undefined) return
  const weight = blaming.test(sketch.words.messages) ? 1 : 0.3
  if (clause.type === 'identifier') {
    const name = sketch.text(clause)
    sketch.replace(clause, `{ ${name} }`, 'import', weight * (known.has(name) ? 0.6 : 0.2))
    sketch.replace(clause, `{ default: ${name} }`, 'import', 0.15 * weight)
    for (const other of known) if (other !== name && (known.size === 1 || similarity(name, other) > 0.5)) sketch.replace(clause, `{ ${other}: ${name} }`, 'import', 0.35 * weight)
  } else if (names.length === 1 && names[0] !== undefined && namedChildren(clause).length === 1) {
    sketch.replace(clause, names[0].local, 'import', weight * (whole.includes(names[0].name) ? 0.6 : 0.35))
  }
}

/** A name that is read and never brought in: from the module of the project that has it, or the module itself. */
export const addImport: Generator = (node, sketch) => {
  if (node.parent !== undefined) return
  const blamed = new Set([...sketch.words.messages.matchAll(/name '(\w+)' is not defined|\b([\w$]+) is not defined/g)].map((match) => match[1] ?? match[2] ?? ''))
  const at = firstStatement(sketch)
  const like = findStyle(node, sketch)
  for (const name of blamed) {
    if (name === '' || fileNames(sketch.file).includes(name) || !new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(sketch.file.text)) continue
    const offer = (line: string, prior: number): void => sketch.propose(node, [{ start: at, end: at, text: `${line}\n` }], 'import', prior, `add ${quote(line)}`)
    for (const file of sketch.words.modules.keys()) {
      if (file === sketch.file.path) continue
      const from = writeModule(file, like, sketch)
      if (sketch.words.modules.get(file)?.includes(name) === true) offer(writeImport({ name, from, named: true }, sketch), 0.75)
      if (sketch.words.wholes.get(file) === name) offer(writeImport({ name, from, named: false }, sketch), 0.75)
    }
    const home = sketch.python ? standardNames.python[name] : standardNames.script[name]
    if (home !== undefined) offer(writeImport({ name, from: sketch.python ? home : `node:${home}`, named: true }, sketch), 0.7)
    if (sketch.python && pythonModules.has(name)) offer(`import ${name}`, 0.75)
    if (!sketch.python && scriptModules.has(name)) offer(writeImport({ name, from: `node:${name}`, named: false }, sketch), 0.7)
  }
}

/** A name that another module asks this one for, which has it and does not give it. */
export const addExport: Generator = (node, sketch) => {
  if (node.parent !== undefined || sketch.python) return
  const asked = [...sketch.words.messages.matchAll(/does not provide an export named '([\w$]+)'|\b([\w$]+) is not a function|\(reading '([\w$]+)'\)/g)]
  const given = sketch.words.modules.get(sketch.file.path) ?? []
  for (const [, byModule, called, read] of asked) {
    const name = byModule ?? called ?? read ?? ''
    const declaration = node.children.find((child) => /^(function|generator_function|class|lexical|variable|enum)_declaration$/.test(child.type) && declaredBy(child, sketch).includes(name))
    if (declaration === undefined || given.includes(name)) continue
    const prior = byModule === undefined ? 0.4 : 0.7
    if (!isCommonJs(sketch)) sketch.propose(node, [{ start: declaration.start, end: declaration.start, text: 'export ' }], 'import', prior, `export ${quote(name)}`)
    else {
      const end = sketch.file.text.length
      const text = `${sketch.file.text.endsWith('\n') ? '' : '\n'}module.exports.${name} = ${name}\n`
      sketch.propose(node, [{ start: end, end, text }], 'import', prior, `export ${quote(name)}`)
    }
  }
}

function declaredBy(declaration: SyntaxNode, sketch: Sketch): string[] {
  const own = findField(declaration, 'name')
  return own === undefined ? namedChildren(declaration).flatMap((child) => findField(child, 'name') ?? []).map((name) => sketch.text(name)) : [sketch.text(own)]
}

/** A line that brings a name in, in the way of the file's modules. */
function writeImport({ name, from, named }: { name: string; from: string; named: boolean }, sketch: Sketch): string {
  if (sketch.python) return `from ${from} import ${name}`
  const what = named ? `{ ${name} }` : name
  return isCommonJs(sketch) ? `const ${what} = require('${from}')` : `import ${what} from '${from}'`
}

function isCommonJs(sketch: Sketch): boolean {
  if (/\.[cm][jt]s$/.test(sketch.file.path)) return /\.c[jt]s$/.test(sketch.file.path)
  const isModule = sketch.file.root.children.some(({ type }) => type === 'import_statement' || type === 'export_statement')
  return !isModule && /\brequire\(|(?<![\w$.])(module\.)?exports\b/.test(sketch.file.text)
}

/** How the file names another one of the project, where it names one already. */
function findStyle(root: SyntaxNode, sketch: Sketch): string {
  if (sketch.python) return ''
  const specifiers = root.children.flatMap((child) => importSitesOf(child, sketch)).map(({ module }) => sketch.text(module).slice(1, -1))
  return specifiers.find((specifier) => specifier.startsWith('.')) ?? ''
}

/** Behind what has to stay first: a module's docstring, a directive, imports of the future. */
export function firstStatement(sketch: Sketch): number {
  const first = namedChildren(sketch.file.root).find((child) => !/future_import/.test(child.type) && !(child.type === 'expression_statement' && /^string/.test(namedChildren(child)[0]?.type ?? '')) && !sketch.text(child).startsWith('#!'))
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
