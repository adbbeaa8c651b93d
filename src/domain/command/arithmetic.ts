import { FIELD, isKnown } from './text-marks.ts'

/**
 * The value of a plain sum over numbers and known variables, as text; one unknown word for everything else. `changes` are the
 * variables that the expression may set.
 */
export function evaluateArithmetic(text: string, lookUp: (name: string) => string): { readonly value: string; readonly changes: readonly string[] } {
  const changes = [...text.matchAll(/([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|(?:\+\+|--)\s*([A-Za-z_]\w*)|([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:\+\+|--)/g)].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? [])
  if (changes.length > 0 || !isKnown(text) || text.length > 500) return { value: FIELD, changes }
  const tokens = text.match(/0[xX][0-9a-fA-F]+|\d+(?:#\w+)?|[A-Za-z_]\w*|\*\*|<<|>>|[-+*/%()&|^~]|\S/g) ?? []
  let at = 0
  const atom = (depth: number): number => {
    const token = tokens[at++]
    if (token === undefined || depth > 30) return Number.NaN
    if (token === '(') {
      const value = sum(depth + 1)
      return tokens[at++] === ')' ? value : Number.NaN
    }
    if (token === '-') return -atom(depth + 1)
    if (token === '+') return atom(depth + 1)
    if (token === '~') return ~atom(depth + 1)
    const based = /^(\d+)#(\w+)$/.exec(token)
    if (based !== null) return Number(based[1]) > 36 ? Number.NaN : Number.parseInt(based[2] ?? '', Number(based[1]))
    if (/^0[xX]/.test(token)) return Number.parseInt(token, 16)
    if (/^0\d/.test(token)) return Number.parseInt(token, 8)
    if (/^\d/.test(token)) return Number(token)
    if (!/^[A-Za-z_]/.test(token)) return Number.NaN
    const value = lookUp(token)
    return value === '' ? 0 : /^\d+$/.test(value) ? Number.parseInt(value, value.startsWith('0') ? 8 : 10) : Number.NaN
  }
  const product = (depth: number): number => {
    let value = atom(depth)
    for (;;) {
      const token = tokens[at]
      if (token !== '*' && token !== '/' && token !== '%') return value
      at += 1
      const right = atom(depth)
      value = token === '*' ? value * right : token === '/' ? Math.trunc(value / right) : value % right
    }
  }
  const sum = (depth: number): number => {
    let value = product(depth)
    for (;;) {
      const token = tokens[at]
      if (token !== '+' && token !== '-') return value
      at += 1
      const right = product(depth)
      value = token === '+' ? value + right : value - right
    }
  }
  const value = tokens.length === 0 ? 0 : sum(0)
  return { value: at >= tokens.length && Number.isSafeInteger(value) ? String(value) : FIELD, changes }
}
