/** Half-up away from zero, to whole cents. */
export function toCents(amount: number): number {
  const cents = Math.round(Math.abs(amount) * 100 + 1e-7)
  return amount < 0 ? -cents : cents
}

export function fromCents(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const whole = Math.trunc(Math.abs(cents) / 100)
  return `${sign}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')}`
}

export function percentOf(cents: number, percent: number): number {
  return toCents((cents * percent) / 10_000)
}

/** Parts by weight that add up to the whole; the largest remainders take the odd cents. */
export function allocate(cents: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (sum <= 0) throw new RangeError('the weights add up to nothing')
  const exact = weights.map((weight) => (cents * weight) / sum)
  const parts = exact.map((part) => Math.floor(part))
  let odd = cents - parts.reduce((a, b) => a + b, 0)
  const order = exact.map((part, at) => [part - Math.floor(part), at] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1])
  for (const [, at] of order) {
    if (odd === 0) break
    parts[at] = (parts[at] ?? 0) + 1
    odd -= 1
  }
  return parts
}
