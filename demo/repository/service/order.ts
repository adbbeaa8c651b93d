/** What an order is, and how it may move on. */

import { InvalidInput } from './invalid-input.ts'

export type OrderStatus = 'open' | 'paid' | 'shipped' | 'cancelled'

export interface OrderLine {
  readonly sku: string
  readonly quantity: number
  /** Price of one piece in cents, before discount and tax. */
  readonly unitCents: number
}

export interface Customer {
  readonly name: string
  readonly email: string
}

export interface Order {
  readonly id: string
  readonly customer: Customer
  readonly lines: readonly OrderLine[]
  readonly totalCents: number
  readonly status: OrderStatus
  /** ISO 8601, UTC. */
  readonly createdAt: string
}

export interface OrderDraft {
  readonly customer: Customer
  readonly lines: readonly OrderLine[]
}

const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  open: ['paid', 'cancelled'],
  paid: ['shipped', 'cancelled'],
  shipped: [],
  cancelled: [],
}

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return NEXT[from].includes(to)
}

export function isOrderStatus(text: string): text is OrderStatus {
  return Object.hasOwn(NEXT, text)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseLine(value: unknown, index: number): OrderLine {
  if (!isRecord(value)) throw new InvalidInput(`line ${index + 1} is not an object`)
  const { sku, quantity, unitCents } = value
  if (typeof sku !== 'string' || sku === '') throw new InvalidInput(`line ${index + 1} has no sku`)
  if (!Number.isInteger(quantity) || (quantity as number) < 1) {
    throw new InvalidInput(`line ${index + 1} needs a whole quantity of at least 1`)
  }
  if (!Number.isInteger(unitCents) || (unitCents as number) < 0) {
    throw new InvalidInput(`line ${index + 1} needs unitCents in whole cents`)
  }
  return { sku, quantity: quantity as number, unitCents: unitCents as number }
}

/** Checks a request body. @throws InvalidInput with a sentence for the caller. */
export function parseDraft(value: unknown): OrderDraft {
  if (!isRecord(value)) throw new InvalidInput('the body is not an object')
  const { customer, lines } = value
  if (!isRecord(customer) || typeof customer.name !== 'string' || typeof customer.email !== 'string') {
    throw new InvalidInput('customer needs a name and an email')
  }
  if (!Array.isArray(lines) || lines.length === 0) throw new InvalidInput('lines must hold at least one line')
  return { customer: { name: customer.name, email: customer.email }, lines: lines.map(parseLine) }
}
