/** Amounts are whole cents. Nothing here returns a fraction of one. */

/** Reads `12`, `12.5` or `-12.34`. @throws RangeError when it is not an amount. */
export function parseCents(text: string): number {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim())
  if (match === null) throw new RangeError(`not an amount: ${JSON.stringify(text)}`)
  const [, sign, whole, fraction = ''] = match
  const cents = Number(whole) * 100 + Number(fraction.padEnd(2, '0'))
  return sign === '-' ? 0 - cents : cents
}

/** `1234567` becomes `12,345.67`. */
export function formatCents(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const size = Math.abs(cents)
  const whole = String(Math.trunc(size / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${whole}.${String(size % 100).padStart(2, '0')}`
}

/** The given percentage of an amount, half a cent rounded up. */
export function percentOf(cents: number, percent: number): number {
  return Math.floor((cents * percent) / 100 + 0.5)
}

/**
 * Splits an amount by weight without losing a cent: what rounding leaves over goes to the first shares.
 * @throws RangeError when no weight is positive.
 */
export function allocate(cents: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, right) => left + right, 0)
  if (sum <= 0) throw new RangeError('at least one weight must be positive')
  const shares = weights.map((weight) => Math.floor((cents * weight) / sum))
  let rest = cents - shares.reduce((left, right) => left + right, 0)
  for (let index = 0; rest > 0; index = (index + 1) % shares.length) {
    if (weights[index] === 0) continue
    shares[index] = (shares[index] ?? 0) + 1
    rest -= 1
  }
  return shares
}
