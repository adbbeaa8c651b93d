import { formatCents } from './money.ts'
import type { Order } from './order.ts'

export type Cell = string | number | undefined

/** Quotes a cell where RFC 4180 asks for it. */
export function escapeCell(cell: Cell): string {
  const text = String(cell ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV text, each line ended by CR LF. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(escapeCell).join(',')}\r\n`).join('')
}

const ORDER_HEADER = ['id', 'created_at', 'status', 'customer', 'email', 'pieces', 'total']

function byAge(left: Order, right: Order): number {
  return left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id)
}

function countPieces(order: Order): number {
  return order.lines.reduce((sum, line) => sum + line.quantity, 0)
}

function toRow(order: Order): Cell[] {
  const total = formatCents(order.totalCents).replaceAll(',', '')
  const { name, email } = order.customer
  return [order.id, order.createAt, order.status, name, email, countPieces(order), total]
}

/** The export that the reports read: one row for each order, oldest first. */
export function ordersToCsv(orders: readonly Order[]): string {
  return toCsv(ORDER_HEADER, [...orders].sort(byAge).map(toRow))
}
