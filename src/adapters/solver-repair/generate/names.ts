import { findAncestor, findField, findFunction, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { fileNames, scopeAt } from '../syntax/scope.ts'
import { similarity } from '../syntax/vocabulary.ts'
import { isValue } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

const isProperty = (node: SyntaxNode): boolean =>
  node.type === 'property_identifier' || (node.type === 'identifier' && node.field === 'attribute')

/** Is the word, a name or any text that is a key, one that the failing tests complain of: "x is not defined", "has no attribute 'x'"? */
function isBlamed(word: string, sketch: Sketch): boolean {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = `\\b${escaped} is not (defined|a function|iterable|a constructor)|name '${escaped}'|attribute '${escaped}'|reading '${escaped}'|'${escaped}' (is not|object)|KeyError: '${escaped}'|unexpected keyword argument '${escaped}'`
  return new RegExp(pattern).test(sketch.words.messages)
}

/** Another name in scope in the place of this one. */
export const changeName: Generator = (node, sketch) => {
  if (node.type !== 'identifier' || isProperty(node) || !isValue(node)) return
  const name = sketch.text(node)
  const scope = scopeAt(sketch.file, node)
  const near = new Set([...scope.params, ...scope.locals])
  const unknown = !near.has(name) && !scope.outer.includes(name) && !(name in globalThis)
  const blamed = isBlamed(name, sketch)
  const isCallee = node.field === 'function'
  const capital = /^[A-Z]/.test(name)
  for (const other of new Set([...near, ...scope.outer])) {
    if (other === name || other === 'self' || other === 'cls') continue
    const alike = similarity(name, other)
    const isNear = near.has(other)
    if (!isNear && alike < 0.3 && (!isCallee || !sketch.words.functions.has(other))) continue
    if (!isNear && capital !== /^[A-Z]/.test(other) && alike < 0.5) continue
    const unused = scope.params.includes(other) && !isUsed(other, node, sketch)
    const base = (isNear ? 0.2 : 0.1) + 0.2 * alike + (unused ? 0.25 : 0)
    sketch.replace(node, other, 'name', blamed ? 0.3 + 0.65 * alike : unknown && alike > 0.5 ? base + 0.2 : isCallee && isNear ? base * 0.4 : base)
  }
  if (blamed || unknown) addReceiver(node, name, sketch)
  if (!isCallee && /return_statement|arguments|argument_list|binary|comparison/.test(node.parent?.type ?? '')) addMember(node, name, sketch)
}

/** Is a parameter read anywhere in its function? */
function isUsed(name: string, node: SyntaxNode, sketch: Sketch): boolean {
  const fn = findFunction(node)
  const body = fn === undefined ? undefined : findField(fn, 'body')
  return body === undefined || new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(sketch.text(body))
}

/** `name` where `this.name` or `self.name` was meant. */
function addReceiver(node: SyntaxNode, name: string, sketch: Sketch): void {
  if (!sketch.words.properties.has(name)) return
  const receiver = sketch.python ? 'self' : 'this'
  sketch.replace(node, `${receiver}.${name}`, 'name', 0.6)
}

/** `x` where `x.length` or a property that is read from `x` elsewhere in the file was meant. */
function addMember(node: SyntaxNode, name: string, sketch: Sketch): void {
  for (const member of membersOf(name, sketch).slice(0, 6)) sketch.replace(node, `${name}.${member}`, 'name', 0.12)
  for (const index of sketch.python ? ['[0]', '[-1]'] : ['[0]']) sketch.replace(node, `${name}${index}`, 'member', 0.1)
  sketch.replace(node, sketch.python ? `len(${name})` : `${name}.length`, 'name', 0.07)
}

const memberNames = new WeakMap<object, Map<string, string[]>>()

function membersOf(receiver: string, sketch: Sketch): readonly string[] {
  let table = memberNames.get(sketch.file)
  if (table === undefined) {
    table = new Map()
    const known = table
    walk(sketch.file.root, (node) => {
      const object = isProperty(node) && node.parent !== undefined ? findField(node.parent, 'object') : undefined
      if (object === undefined) return
      const list = known.get(sketch.text(object)) ?? []
      if (!list.includes(sketch.text(node))) list.push(sketch.text(node))
      known.set(sketch.text(object), list)
    })
    memberNames.set(sketch.file, table)
  }
  return table.get(receiver) ?? []
}

/** Names that stand for similar things; each is tried for the others. */
const families: readonly (readonly string[])[] = [
  ['min', 'max'], ['floor', 'ceil', 'round', 'trunc'], ['push', 'unshift'], ['pop', 'shift'], ['some', 'every'],
  ['startsWith', 'endsWith', 'includes'], ['indexOf', 'lastIndexOf'], ['filter', 'map'], ['map', 'flatMap', 'forEach'], ['find', 'filter'],
  ['find', 'findLast', 'findIndex'], ['keys', 'values', 'entries'], ['toLowerCase', 'toUpperCase'], ['trim', 'trimStart', 'trimEnd'],
  ['padStart', 'padEnd'], ['slice', 'splice', 'substring'], ['replace', 'replaceAll'], ['sort', 'toSorted'], ['reverse', 'toReversed'],
  ['splice', 'toSpliced'], ['concat', 'push'], ['all', 'allSettled', 'race', 'any'], ['test', 'exec'], ['match', 'matchAll'], ['get', 'has'],
  ['add', 'delete'], ['set', 'delete'], ['reduce', 'reduceRight'], ['getDay', 'getDate', 'getUTCDate', 'getUTCDay'], ['getMonth', 'getUTCMonth'],
  ['getHours', 'getUTCHours'], ['getFullYear', 'getUTCFullYear', 'getYear'], ['getMinutes', 'getSeconds', 'getUTCMinutes'], ['length', 'size'], ['parseInt', 'parseFloat', 'Number'],
  ['isNaN', 'isFinite', 'isInteger'], ['then', 'catch', 'finally'], ['setTimeout', 'setInterval'], ['charAt', 'charCodeAt', 'at'],
  ['append', 'extend', 'add', 'insert'], ['startswith', 'endswith'], ['upper', 'lower', 'title', 'capitalize'], ['strip', 'lstrip', 'rstrip'],
  ['find', 'rfind', 'index'], ['split', 'rsplit', 'splitlines'], ['partition', 'rpartition'], ['removeprefix', 'removesuffix', 'lstrip', 'rstrip'], ['any', 'all'],
  ['sorted', 'reversed', 'list'], ['pop', 'popleft'], ['append', 'appendleft'], ['get', 'pop', 'setdefault'], ['items', 'keys', 'values'], ['union', 'intersection', 'difference', 'symmetric_difference'],
  ['match', 'search', 'fullmatch'], ['issubset', 'issuperset'], ['heappush', 'heappop'], ['bisect_left', 'bisect_right'], ['isdigit', 'isalpha', 'isalnum', 'isnumeric'],
  ['ljust', 'rjust', 'center'], ['date', 'datetime'], ['seconds', 'total_seconds'], ['mean', 'median'], ['zip', 'zip_longest'], ['remove', 'discard', 'pop'], ['sum', 'len', 'max', 'min'], ['int', 'float', 'round'],
  ['copy', 'deepcopy'], ['tuple', 'list', 'set'], ['day', 'weekday', 'isoweekday'], ['append', 'push'],
]

/** Another property or method: a sibling in meaning, one alike in spelling, one read from the same thing. */
export const changeMember: Generator = (node, sketch) => {
  const builtin = node.type === 'identifier' && node.field === 'function'
  if (!isProperty(node) && !builtin) return
  const name = sketch.text(node)
  const tried = new Set([name])
  const offer = (other: string, prior: number): void => {
    if (tried.has(other)) return
    tried.add(other)
    sketch.replace(node, other, builtin ? 'call target' : 'member', prior)
  }
  for (const family of families) {
    if (!family.includes(name)) continue
    for (const other of family) offer(other, family.length <= 3 ? 0.48 : 0.32)
  }
  if (builtin) return
  const blamed = isBlamed(name, sketch) || sketch.words.properties.get(name) === 1
  const receiver = node.parent === undefined ? undefined : findField(node.parent, 'object')
  const same = receiver === undefined ? [] : membersOf(sketch.text(receiver), sketch)
  const siblings = sketch.words.siblings.get(name)
  for (const other of new Set([...(siblings ?? []), ...sketch.words.properties.keys()])) {
    const alike = similarity(name, other)
    const onSame = same.includes(other) || siblings?.has(other) === true
    if (!onSame && alike < 0.45) continue
    offer(other, (onSame ? 0.2 : 0.08) + 0.2 * alike + (blamed && alike > 0.6 ? 0.4 : 0))
  }
}

/** A misspelt key of an object or of a subscript, or a shorthand that takes the wrong variable. */
export const changeKey: Generator = (node, sketch) => {
  const isKey = node.field === 'key' && node.type === 'property_identifier'
  const isShort = node.type === 'shorthand_property_identifier'
  const isKeyword = node.field === 'name' && node.parent?.type === 'keyword_argument'
  const subscriptText = /^string_(fragment|content)$/.test(node.type) && /subscript/.test(node.parent?.parent?.type ?? '')
  if (!isKey && !isShort && !subscriptText && !isKeyword) return
  const name = sketch.text(node)
  const blamed = isBlamed(name, sketch)
  for (const other of [...(sketch.words.siblings.get(name) ?? []), ...sketch.words.properties.keys(), ...(subscriptText ? sketch.words.testStrings : [])]) {
    const alike = similarity(name, other)
    if (other === name || (alike < 0.5 && !(subscriptText && sketch.words.siblings.get(name)?.has(other) === true)) || !/^\w+$/.test(other)) continue
    if (!isShort) sketch.replace(node, other, 'member', 0.1 + 0.25 * alike + (blamed ? 0.3 : 0))
  }
  if (!isShort) return
  const scope = scopeAt(sketch.file, node)
  for (const other of [...scope.params, ...scope.locals]) {
    if (other !== name) sketch.replace(node, `${name}: ${other}`, 'name', 0.1 + 0.15 * similarity(name, other))
  }
}

/** A local variable that is set where the object's own field was meant, and the reverse. */
export const changeTarget: Generator = (node, sketch) => {
  if (node.field !== 'left' || !/^(assignment|augmented_assignment|assignment_expression|augmented_assignment_expression)$/.test(node.parent?.type ?? '')) return
  const name = sketch.text(node)
  const receiver = sketch.python ? 'self' : 'this'
  const inClass = findAncestor(node, (at) => at.type.startsWith('class_')) !== undefined
  if (node.type === 'identifier') {
    if (inClass && sketch.words.properties.has(name)) sketch.replace(node, `${receiver}.${name}`, 'name', 0.5)
    const scope = scopeAt(sketch.file, node)
    for (const other of [...scope.params, ...scope.locals]) {
      if (other !== name) sketch.replace(node, other, 'name', 0.12 + 0.1 * similarity(name, other))
    }
  }
  if (!/^(member_expression|attribute)$/.test(node.type)) return
  const object = findField(node, 'object')
  const member = findField(node, 'property') ?? findField(node, 'attribute')
  if (object === undefined || member === undefined) return
  for (const other of fileNames(sketch.file)) if (other === sketch.text(member)) sketch.replace(node, other, 'name', 0.15)
}
