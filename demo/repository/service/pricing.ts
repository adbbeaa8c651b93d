import { percentOf } from './money.ts'
import type { OrderLine } from './order.ts'

export interface PriceRules {
  /** Tax in percent, on goods and shipping alike. */
  readonly taxPercent: number
  readonly shippingCents: number
  /** From this net value of goods on, shipping is free. */
  readonly freeShippingFromCents: number
  /** Percentage off a line from a quantity on, in any order. */
  readonly quantityTiers: readonly { readonly from: number; readonly percent: number }[]
}

export interface Quote {
  readonly goodsCents: number
  readonly discountCents: number
  readonly shippingCents: number
  readonly taxCents: number
  readonly totalCents: number
}

export const DEFAULT_RULES: PriceRules = {
  taxPercent: 19,
  shippingCents: 490,
  freeShippingFromCents: 5000,
  quantityTiers: [
    { from: 10, percent: 5 },
    { from: 50, percent: 12 },
  ],
}

/** The best tier that a quantity reaches, in percent. */
export function tierPercent(quantity: number, rules: PriceRules): number {
  let best = 0
  for (const tier of rules.quantityTiers) {
    if (quantity >= tier.from && tier.percent > best) best = tier.percent
  }
  return best
}

export function lineDiscount(line: OrderLine, rules: PriceRules): number {
  return percentOf(line.quantity * line.unitCents, tierPercent(line.quantity, rules))
}

function shippingFor(netCents: number, rules: PriceRules): number {
  return netCents >= rules.freeShippingFromCents ? 0 : rules.shippingCents
}

/** What the lines cost in all. An order without lines costs nothing, not even shipping. */
export function quote(lines: readonly OrderLine[], rules: PriceRules = DEFAULT_RULES): Quote {
  let goodsCents = 0
  let discountCents = 0
  for (const line of lines) {
    goodsCents += line.quantity * line.unitCents
    discountCents += lineDiscount(line, rules)
  }
  const netCents = goodsCents - discountCents
  const shippingCents = lines.length === 0 ? 0 : shippingFor(netCents, rules)
  const taxCents = percentOf(netCents + shippingCents, rules.taxPercent)
  return { goodsCents, discountCents, shippingCents, taxCents, totalCents: netCents + shippingCents + taxCents }
}
