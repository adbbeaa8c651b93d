import type { EntityUid, Expr, PatternElem, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'

/*
 * Which rules can be left out before Cedar is asked: its time grows with the rules that it is given, and of three hundred
 * rules five are about a command. Only what is certain counts. An expression is worked out from the left, as Cedar does,
 * until something is met that is not understood here; then the rule goes to Cedar, which alone says that a rule holds.
 */

/** Attributes of what is asked about; read when a rule asks for them. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface Asked {
  readonly action: string
  /** Groups that the action is in, itself included. */
  readonly actionGroups: ReadonlySet<string>
  /** Entity types without the namespace. */
  readonly principalType: string
  readonly resourceType: string
  readonly principal: Attributes
  readonly resource: Attributes
  readonly context: Attributes
}

/** What is not understood here: Cedar is to say. */
const unclear: unique symbol = Symbol('unclear')
type Known = string | number | boolean | readonly unknown[] | typeof unclear

/** Can the head of the rule hold for such a question at all? */
export function concerns({ principal, action, resource }: PolicyJson, asked: Pick<Asked, 'action' | 'actionGroups' | 'principalType' | 'resourceType'>): boolean {
  return mayBeActor(principal, asked.principalType) && mayBeActor(resource, asked.resourceType) && mayBeAction(action, asked)
}

/** Made once for a rule. False only where its conditions certainly do not hold; the head is not looked at. */
export function toMatcher({ conditions }: PolicyJson): (asked: Asked) => boolean {
  const clauses = conditions.map(({ kind, body }) => ({ wanted: kind === 'when', work: compile(body) }))
  return (asked) => {
    for (const { wanted, work } of clauses) {
      const value = work(asked)
      if (value === unclear) return true
      if (value !== wanted) return false
    }
    return true
  }
}

function mayBeActor(constraint: PolicyJson['principal'] | PolicyJson['resource'], type: string): boolean {
  if (constraint.op === 'is') return bare(constraint.entity_type) === type
  if (constraint.op === '==') return !('entity' in constraint) || bare(uidOf(constraint.entity).type) === type
  return true
}

function mayBeAction(constraint: PolicyJson['action'], { action, actionGroups }: Pick<Asked, 'action' | 'actionGroups'>): boolean {
  if (constraint.op === '==') return !('entity' in constraint) || uidOf(constraint.entity).id === action
  if (constraint.op === 'in') return ('entities' in constraint ? constraint.entities : [constraint.entity]).some((each) => actionGroups.has(uidOf(each).id))
  return true
}

function uidOf(uid: EntityUid): { type: string; id: string } {
  return '__entity' in uid ? uid.__entity : uid
}

/** Without the namespace. */
export function bare(type: string): string {
  return type.startsWith('Writ::') ? type.slice('Writ::'.length) : type
}

type Work = (asked: Asked) => Known
type Binary = { left: Expr; right: Expr }

const toCedar: Work = () => unclear

function compile(expr: Expr): Work {
  const [[op, operands] = ['', undefined]] = Object.entries(expr)
  switch (op) {
    case 'Value': return isPlain(operands) ? () => operands : toCedar
    case 'Set': return compileSet((operands as Expr[]).map(compile))
    case '.': {
      const { left, attr } = operands as { left: Expr; attr: string }
      const holder = toHolder(left)
      return holder === undefined ? toCedar : (asked) => holder(asked)[attr] ?? unclear
    }
    case 'has': {
      const { left, attr } = operands as { left: Expr; attr: string | string[] }
      const holder = toHolder(left)
      return holder === undefined || typeof attr !== 'string' ? toCedar : (asked) => holder(asked)[attr] !== undefined
    }
    case 'is': return compileIs(operands as { left: Expr; entity_type: string; in?: Expr })
    case '!': {
      const work = compile((operands as { arg: Expr }).arg)
      return (asked) => {
        const value = work(asked)
        return typeof value === 'boolean' ? !value : unclear
      }
    }
    case '&&': case '||': return compileLogic(operands as Binary, op === '||')
    case 'if-then-else': {
      const { if: condition, then, else: otherwise } = operands as { if: Expr; then: Expr; else: Expr }
      const [works, yes, no] = [compile(condition), compile(then), compile(otherwise)]
      return (asked) => {
        const value = works(asked)
        return typeof value === 'boolean' ? (value ? yes : no)(asked) : unclear
      }
    }
    case 'like': {
      const { left, pattern } = operands as { left: Expr; pattern: PatternElem[] }
      const work = compile(left)
      return (asked) => {
        const value = work(asked)
        return typeof value === 'string' ? isLike(value, pattern) : unclear
      }
    }
    case 'isEmpty': {
      const work = compile((operands as { arg: Expr }).arg)
      return (asked) => {
        const value = work(asked)
        return Array.isArray(value) ? value.length === 0 : unclear
      }
    }
    default: return compileComparison(op, operands as Binary)
  }
}

function compileSet(items: readonly Work[]): Work {
  return (asked) => {
    const values = items.map((work) => work(asked))
    return values.includes(unclear) ? unclear : values
  }
}

function compileIs({ left, entity_type: type, in: within }: { left: Expr; entity_type: string; in?: Expr }): Work {
  if (within !== undefined || !('Var' in left)) return toCedar
  const wanted = bare(type)
  if (left.Var === 'principal') return ({ principalType }) => principalType === wanted
  return left.Var === 'resource' ? ({ resourceType }) => resourceType === wanted : toCedar
}

function compileLogic({ left, right }: Binary, decides: boolean): Work {
  const [first, second] = [compile(left), compile(right)]
  return (asked) => {
    const value = first(asked)
    if (typeof value !== 'boolean' || value === decides) return typeof value === 'boolean' ? value : unclear
    const other = second(asked)
    return typeof other === 'boolean' ? other : unclear
  }
}

const comparisons: Readonly<Record<string, (left: Known, right: Known) => Known>> = {
  '==': (left, right) => (typeof left !== typeof right || typeof left === 'object' ? unclear : left === right),
  '!=': (left, right) => (typeof left !== typeof right || typeof left === 'object' ? unclear : left !== right),
  '<': (left, right) => (typeof left === 'number' && typeof right === 'number' ? left < right : unclear),
  '<=': (left, right) => (typeof left === 'number' && typeof right === 'number' ? left <= right : unclear),
  '>': (left, right) => (typeof left === 'number' && typeof right === 'number' ? left > right : unclear),
  '>=': (left, right) => (typeof left === 'number' && typeof right === 'number' ? left >= right : unclear),
  contains: (left, right) => (Array.isArray(left) && typeof right !== 'object' ? left.includes(right) : unclear),
  containsAny: (left, right) => (Array.isArray(left) && Array.isArray(right) ? right.some((each) => left.includes(each)) : unclear),
  containsAll: (left, right) => (Array.isArray(left) && Array.isArray(right) ? right.every((each) => left.includes(each)) : unclear),
}

function compileComparison(op: string, operands: Binary): Work {
  const compare = Object.hasOwn(comparisons, op) ? comparisons[op] : undefined
  if (compare === undefined) return toCedar
  const [left, right] = [compile(operands.left), compile(operands.right)]
  return (asked) => {
    const a = left(asked)
    const b = right(asked)
    return a === unclear || b === unclear ? unclear : compare(a, b)
  }
}

function toHolder(left: Expr): ((asked: Asked) => Attributes) | undefined {
  if (!('Var' in left)) return undefined
  switch (left.Var) {
    case 'principal': return ({ principal }) => principal
    case 'resource': return ({ resource }) => resource
    case 'context': return ({ context }) => context
    default: return undefined
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
}

/** A pattern in pieces between its stars; Cedar gives it letter by letter. */
const pieces = new WeakMap<readonly PatternElem[], readonly string[]>()

function toPieces(pattern: readonly PatternElem[]): readonly string[] {
  const known = pieces.get(pattern)
  if (known !== undefined) return known
  const made: string[] = ['']
  for (const element of pattern) {
    if (element === 'Wildcard') made.push('')
    else made[made.length - 1] += element.Literal
  }
  pieces.set(pattern, made)
  return made
}

/** Cedar's `like`: a star is any text, everything else itself. */
export function isLike(text: string, pattern: readonly PatternElem[]): boolean {
  const parts = toPieces(pattern)
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return text.length - at >= last.length && text.endsWith(last)
}
