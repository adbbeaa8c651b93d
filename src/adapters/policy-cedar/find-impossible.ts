import type { Expr } from '@cedar-policy/cedar-wasm/nodejs'
import { ActKind } from '../../protocol/command.ts'
import { endsOf, findOperands, toConjuncts, toLikeness, toLiteral, type Conjunct, type Sides } from './conjuncts.ts'
import { isLike } from './may-match.ts'
import type { Rule } from './parse-rules.ts'

/** Values that attributes can have at all, by entity type and name; numbers as their range. */
const values: Readonly<Record<string, readonly string[] | readonly [number, number]>> = {
  'Change.risk': ['low', 'medium', 'high'], 'Change.confidence': [0, 100], 'Change.warnings': [0, Infinity], 'Change.files': [0, Infinity],
  'Path.access': ['read', 'write'], 'Path.via': ['tool', 'command'], 'Call.effect': ['read', 'reversible', 'irreversible'], 'Host.port': [1, 65_535],
  'Quarantine.count': [0, Infinity], 'Call.touches': [0, Infinity], 'context.autonomy': [0, 4], 'context.confidenceBar': [0, 100], 'context.depth': [0, Infinity],
  'context.fanOut': [0, Infinity], 'context.callsInMinute': [0, Infinity], 'context.callsInRun': [0, Infinity], 'context.maxQuarantined': [0, Infinity],
}
const changeKinds = ['dependencies', 'schema', 'ci', 'policy', 'checks', 'configuration', 'tests', 'docs', 'source']
const members: Readonly<Record<string, readonly string[]>> = { 'Command.kinds': ActKind.options, 'Change.kinds': changeKinds, 'Path.kinds': changeKinds }

/** Why a rule can never hold, in words that follow "it can never hold: "; undefined where nothing certain speaks against it. */
export function whyImpossible(rule: Rule, resourceTypes: readonly string[]): string | undefined {
  const conjuncts = toConjuncts(rule.json)
  for (const [index, each] of conjuncts.entries()) {
    const why = whyFalse(each, resourceTypes) ?? conjuncts.slice(0, index).map((other) => whyApart(other, each)).find((found) => found !== undefined)
    if (why !== undefined) return why
  }
  return undefined
}

/** On its own. */
function whyFalse(conjunct: Conjunct, types: readonly string[]): string | undefined {
  const { expr, holds } = conjunct
  if ('Value' in expr && typeof expr.Value === 'boolean' && expr.Value !== holds) return `${holds ? 'a condition is' : 'what it excludes is'} always ${String(expr.Value)}`
  const literal = toLiteral(conjunct)
  if (literal !== undefined && holds) {
    const name = nameOf(literal.of, types)
    const possible = name === undefined ? undefined : values[name]
    if (name !== undefined && possible !== undefined && !isPossible(literal, possible)) return `${shortName(name)} ${literal.op} ${JSON.stringify(literal.value)} is never so; it is ${typeof possible[0] === 'number' ? `from ${possible[0]} to ${possible[1]}` : `one of ${possible.join(', ')}`}`
  }
  const contained = findOperands<Sides>(expr, 'contains')
  if (contained !== undefined && holds && 'Value' in contained.right) {
    const name = nameOf(JSON.stringify(contained.left), types)
    const known = name === undefined ? undefined : members[name]
    const value = contained.right.Value
    if (name !== undefined && known !== undefined && typeof value === 'string' && !known.includes(value)) return `${shortName(name)} never contains "${value}"; there are ${known.join(', ')}`
  }
  return undefined
}

function isPossible({ op, value }: { readonly op: string; readonly value: string | number | boolean }, possible: readonly string[] | readonly [number, number]): boolean {
  const [least, most] = possible
  if (typeof least !== 'number' || typeof most !== 'number') return typeof value !== 'string' || (possible as readonly string[]).includes(value)
  if (typeof value !== 'number') return true
  return op === '==' ? value >= least && value <= most : op === '>' ? most > value : op === '>=' ? most >= value : op === '<' ? least < value : least <= value
}

/** `Command.kinds`, `context.autonomy`; undefined where it is something else, or could be of several types. */
function nameOf(of: string, types: readonly string[]): string | undefined {
  const { left, attr = '' } = findOperands<{ readonly left: Expr; readonly attr: string }>(JSON.parse(of) as Expr, '.') ?? {}
  if (left === undefined || !('Var' in left)) return undefined
  if (left.Var === 'context') return `context.${attr}`
  return left.Var === 'resource' && types.length === 1 ? `${types[0]}.${attr}` : undefined
}

function shortName(name: string): string {
  return name.replace(/^[A-Z]\w*\./, 'resource.')
}

/** Two that cannot both be so. */
function whyApart(a: Conjunct, b: Conjunct): string | undefined {
  if (a.key === b.key && a.holds !== b.holds) return 'one condition is another one denied'
  if (a.holds && b.holds) return whyValuesApart(a, b) ?? whyPatternsApart(a, b)
  const [yes, no] = a.holds ? [a, b] : [b, a]
  if (!yes.holds) return undefined
  const [literal, like] = [toLiteral(yes), toLikeness(no)]
  if (literal?.op === '==' && like?.of === literal.of && isLike(String(literal.value), like.pattern)) return `what has to be ${JSON.stringify(literal.value)} is excluded by a pattern`
  return undefined
}

function whyValuesApart(a: Conjunct, b: Conjunct): string | undefined {
  const [x, y] = [toLiteral(a), toLiteral(b)]
  if (x === undefined || y === undefined || x.of !== y.of) return undefined
  if (x.op === '==' && y.op === '==' && x.value !== y.value) return `the same thing has to be both ${JSON.stringify(x.value)} and ${JSON.stringify(y.value)}`
  if (typeof x.value !== 'number' || typeof y.value !== 'number') return undefined
  let [least, most] = [-Infinity, Infinity]
  for (const { op, value } of [x, y]) {
    const at = value as number
    if (op === '==' || op === '>' || op === '>=') least = Math.max(least, op === '>' ? at + 1 : at)
    if (op === '==' || op === '<' || op === '<=') most = Math.min(most, op === '<' ? at - 1 : at)
  }
  return least > most ? `no number is ${x.op} ${x.value} and ${y.op} ${y.value}` : undefined
}

function whyPatternsApart(a: Conjunct, b: Conjunct): string | undefined {
  const likes = [toLikeness(a), toLikeness(b)]
  const literal = [toLiteral(a), toLiteral(b)].find((each) => each?.op === '==')
  const [one] = likes.filter((each) => each !== undefined)
  if (literal !== undefined && one !== undefined) return one.of === literal.of && !isLike(String(literal.value), one.pattern) ? `${JSON.stringify(literal.value)} does not fit the pattern beside it` : undefined
  const [x, y] = likes
  if (x === undefined || y === undefined || x.of !== y.of) return undefined
  const [p, q] = [endsOf(x.pattern), endsOf(y.pattern)]
  if (!p.start.startsWith(q.start) && !q.start.startsWith(p.start)) return `nothing begins with both "${p.start}" and "${q.start}"`
  return !p.end.endsWith(q.end) && !q.end.endsWith(p.end) ? `nothing ends with both "${p.end}" and "${q.end}"` : undefined
}
