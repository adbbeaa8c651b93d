export interface Line {
  readonly sku: string
  readonly cents: number
  readonly quantity: number
}

export interface Discount {
  readonly percent: number
  readonly minCents?: number
  readonly skus?: readonly string[]
}

export function subtotal(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.cents * line.quantity, 0)
}

function applies(discount: Discount, line: Line, whole: number): boolean {
  if (discount.minCents !== undefined && whole < discount.minCents) return false
  return discount.skus === undefined || discount.skus.includes(line.sku) && line.quantity > 1
}

/** Each line takes the best discount that applies to it. */
export function total(lines: readonly Line[], discounts: readonly Discount[] = []): number {
  const whole = subtotal(lines)
  let sum = 0
  for (const line of lines) {
    const best = Math.max(0, ...discounts.filter((discount) => applies(discount, line, whole)).map((discount) => discount.percent))
    sum += Math.round((line.cents * line.quantity * (100 - best)) / 100)
  }
  return sum
}

export function addLine(lines: readonly Line[], added: Line): Line[] {
  const known = lines.find((line) => line.sku === added.sku && line.cents === added.cents)
  if (known === undefined) return [...lines, added]
  return lines.map((line) => (line === known ? { ...line, quantity: line.quantity + added.quantity } : line))
}
