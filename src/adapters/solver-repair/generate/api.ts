import { findField, namedChildren } from '../syntax/node.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { quote, swapsOf } from './sketch.ts'
import type { Generator, Sketch, Swaps } from './sketch.ts'

/** Calls and members that a newer version of the language, its library or a well-known package names otherwise. */
const renamed: { readonly script: Swaps; readonly python: Swaps } = {
  script: {
    'new Buffer': [['Buffer.from', 0.6], ['Buffer.alloc', 0.3]], Buffer: [['Buffer.from', 0.4]], 'util.isArray': [['Array.isArray', 0.7]], 'fs.exists': [['fs.existsSync', 0.4]], 'fs.rmdirSync': [['fs.rmSync', 0.5]], 'fs.rmdir': [['fs.rm', 0.5]],
    'url.parse': [['new URL', 0.4]], 'querystring.parse': [['new URLSearchParams', 0.2]], 'assert.equal': [['assert.strictEqual', 0.2]], substr: [['slice', 0.35], ['substring', 0.35]], escape: [['encodeURIComponent', 0.4]], unescape: [['decodeURIComponent', 0.4]],
    trimLeft: [['trimStart', 0.5]], trimRight: [['trimEnd', 0.5]], getYear: [['getFullYear', 0.6]], contains: [['includes', 0.5]], flatten: [['flat', 0.5]], removeListener: [['off', 0.2]], pluck: [['map', 0.2]], 'z.string().nonempty': [['z.string().min(1)', 0.2]],
  },
  python: {
    'time.clock': [['time.perf_counter', 0.7], ['time.process_time', 0.3]], 'inspect.getargspec': [['inspect.getfullargspec', 0.7]], 'fractions.gcd': [['math.gcd', 0.7]], 'cgi.escape': [['html.escape', 0.7]], 'string.letters': [['string.ascii_letters', 0.7]],
    'string.lowercase': [['string.ascii_lowercase', 0.7]], 'string.uppercase': [['string.ascii_uppercase', 0.7]], 'base64.encodestring': [['base64.encodebytes', 0.7]], 'base64.decodestring': [['base64.decodebytes', 0.7]], 'os.getcwdu': [['os.getcwd', 0.7]], 'asyncio.async': [['asyncio.ensure_future', 0.6]],
    'collections.Mapping': [['collections.abc.Mapping', 0.7]], 'collections.Iterable': [['collections.abc.Iterable', 0.7]], 'collections.Callable': [['collections.abc.Callable', 0.7]], 'collections.Sequence': [['collections.abc.Sequence', 0.7]], 'collections.MutableMapping': [['collections.abc.MutableMapping', 0.7]],
    'datetime.utcnow': [['datetime.now', 0.3]], 'asyncio.get_event_loop': [['asyncio.new_event_loop', 0.3]], iteritems: [['items', 0.8]], itervalues: [['values', 0.8]], iterkeys: [['keys', 0.8]], has_key: [['__contains__', 0.6]], isAlive: [['is_alive', 0.8]], tostring: [['tobytes', 0.6]], fromstring: [['frombytes', 0.5]],
    getchildren: [['iter', 0.2]], xrange: [['range', 0.8]], unicode: [['str', 0.7]], basestring: [['str', 0.7]], raw_input: [['input', 0.7]], long: [['int', 0.6]], unichr: [['chr', 0.7]], reduce: [['functools.reduce', 0.4]], assertItemsEqual: [['assertCountEqual', 0.7]], assertEquals: [['assertEqual', 0.7]],
  },
}

/** The name that a call has in the version that is there. */
export const renameApi: Generator = (node, sketch) => {
  if (!/^(identifier|member_expression|attribute|property_identifier|new_expression)$/.test(node.type)) return
  const table = sketch.python ? renamed.python : renamed.script
  if (node.type === 'new_expression') {
    const constructor = findField(node, 'constructor')
    if (constructor === undefined) return
    const head = { start: node.start, end: constructor.end }
    for (const [other, prior] of swapsOf(table, `new ${sketch.text(constructor)}`)) sketch.propose(node, [{ ...head, text: other }], 'api', prior, `call ${quote(other)} instead of ${quote(`new ${sketch.text(constructor)}`)}`)
    return
  }
  if (node.type === 'identifier' && node.field !== 'function' && node.field !== 'attribute') return
  const blamed = /is not a function|has no attribute|is not defined|is not a constructor|deprecat/i.test(sketch.words.messages)
  for (const [other, prior] of swapsOf(table, sketch.text(node))) sketch.replace(node, other, 'api', blamed ? prior : 0.4 * prior)
}

/** A signature that changed: arguments one by one where an object of options is taken, and the reverse; keywords by another name. */
export const changeSignature: Generator = (node, sketch) => {
  if (!/^(call_expression|new_expression|call)$/.test(node.type)) return
  const args = argumentsOf(node)
  const name = /[\w$]+$/.exec(sketch.text(findField(node, 'function') ?? findField(node, 'constructor') ?? node))?.[0] ?? ''
  const known = sketch.words.functions.get(name)
  const list = findField(node, 'arguments')
  if (list === undefined || args.length === 0 || (list.type !== 'arguments' && list.type !== 'argument_list')) return
  if (sketch.python) changeKeywords(name, node, sketch)
  else changeOptions(name, { node, start: args[0]?.start ?? list.start, end: args.at(-1)?.end ?? list.end }, sketch)
  if (known === undefined) return
  // One parameter more in the middle: what is passed moves by one.
  if (args.length === known.params.length) return
  for (const [at, param] of known.params.entries()) {
    const arg = args[at]
    if (arg === undefined || args.length >= known.params.length) continue
    const values = sketch.python ? ['None', 'False', '0'] : ['undefined', 'null', 'false', '0', '{}']
    for (const value of values) sketch.propose(node, [{ start: arg.start, end: arg.start, text: `${value}, ` }], 'signature', 0.1, `pass ${quote(value)} for ${quote(param)}`)
  }
}

function changeKeywords(name: string, node: Parameters<Generator>[0], sketch: Sketch): void {
  const known = sketch.words.functions.get(name)
  const wrong = /unexpected keyword argument '(\w+)'/.exec(sketch.words.messages)?.[1]
  for (const arg of argumentsOf(node)) {
    const key = arg.type === 'keyword_argument' ? findField(arg, 'name') : undefined
    const value = arg.type === 'keyword_argument' ? findField(arg, 'value') : undefined
    if (key === undefined || value === undefined) continue
    const blamed = wrong === sketch.text(key)
    sketch.replace(arg, sketch.text(value), 'signature', blamed ? 0.3 : 0.04, `pass ${quote(sketch.text(value))} by its place`)
    for (const param of known?.params ?? []) if (param !== sketch.text(key)) sketch.replace(key, param, 'signature', blamed ? 0.5 : 0.1)
  }
}

function changeOptions(name: string, call: { node: Parameters<Generator>[0]; start: number; end: number }, sketch: Sketch): void {
  const args = argumentsOf(call.node)
  const [first] = args
  const known = sketch.words.functions.get(name)
  const said = /Cannot (read|destructure) propert|is not a function|must be of type|is not iterable|undefined/.test(sketch.words.messages) ? 1 : 0.4
  if (args.length === 1 && first?.type === 'object') {
    const values = namedChildren(first).map((pair) => findField(pair, 'value') ?? pair)
    sketch.propose(call.node, [{ start: call.start, end: call.end, text: values.map((value) => sketch.text(value)).join(', ') }], 'signature', 0.14 * said, `pass the options of ${quote(name)} one by one`)
  }
  if (known === undefined || args.some(({ type }) => type === 'spread_element')) return
  const shape = sketch.words.shapes.get(name)
  if (shape === undefined || args.length > shape.length || (args.length === 1 && first?.type === 'object')) return
  const made = args.map((arg, at) => (sketch.text(arg) === shape[at] ? sketch.text(arg) : `${shape[at]}: ${sketch.text(arg)}`)).join(', ')
  sketch.propose(call.node, [{ start: call.start, end: call.end, text: `{ ${made} }` }], 'signature', 0.5 * Math.max(said, 0.5), `pass what ${quote(name)} takes as an object`)
}
