/** An SPDX expression as its parser gives it. */
export type LicenceExpression =
  | { readonly license: string; readonly plus?: boolean; readonly exception?: string }
  | { readonly conjunction: 'and' | 'or'; readonly left: LicenceExpression; readonly right: LicenceExpression }

export interface LicencePolicy {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Is this single licence among those that are allowed? */
  satisfies(licence: string, allowed: readonly string[]): boolean
}

export type LicenceVerdict = { readonly kind: 'ok' } | { readonly kind: 'denied' | 'not-allowed'; readonly licences: readonly string[] }

/** Of `A OR B` one may be chosen that is fine; of `A AND B` both hold. */
export function judgeLicence(expression: LicenceExpression, policy: LicencePolicy): LicenceVerdict {
  if ('license' in expression) return judgeOne(expression, policy)
  const sides = [judgeLicence(expression.left, policy), judgeLicence(expression.right, policy)]
  if (expression.conjunction === 'or') return sides.find((side) => side.kind === 'ok') ?? join(sides)
  return sides.every((side) => side.kind === 'ok') ? { kind: 'ok' } : join(sides)
}

function judgeOne({ license, plus, exception }: Extract<LicenceExpression, { license: string }>, { allow, deny, satisfies }: LicencePolicy): LicenceVerdict {
  const text = `${license}${plus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`
  if (allow.includes(text)) return { kind: 'ok' }
  if (deny.some((each) => familyOf(each) === familyOf(license))) return { kind: 'denied', licences: [text] }
  return allow.length === 0 || satisfies(text, allow) ? { kind: 'ok' } : { kind: 'not-allowed', licences: [text] }
}

/** `GPL-3.0`, `GPL-3.0-only`, `GPL-3.0-or-later` and `GPL-3.0+` are one licence to whoever denies it. */
function familyOf(id: string): string {
  return id.replace(/(?:-only|-or-later|\+)$/, '').toLowerCase()
}

function join(sides: readonly LicenceVerdict[]): LicenceVerdict {
  const bad = sides.filter((side) => side.kind !== 'ok')
  return { kind: bad.some((side) => side.kind === 'denied') ? 'denied' : 'not-allowed', licences: [...new Set(bad.flatMap((side) => side.licences))] }
}
