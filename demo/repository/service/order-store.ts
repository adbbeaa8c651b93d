import { canMove, type Order, type OrderDraft, type OrderStatus } from './order.ts'

export type MoveResult =
  | { readonly moved: true; readonly order: Order }
  | { readonly moved: false; readonly reason: 'unknown' | 'forbidden' }

/** Orders in memory, in the order in which they came. */
export class OrderStore {
  readonly #orders = new Map<string, Order>()
  #lastNumber = 0

  get size(): number {
    return this.#orders.size
  }

  add(draft: OrderDraft, totalCents: number, createdAt: Date): Order {
    this.#lastNumber += 1
    const order: Order = {
      ...draft,
      id: `ord_${String(this.#lastNumber).padStart(6, '0')}`,
      totalCents,
      status: 'open',
      createdAt: createdAt.toISOString(),
    }
    this.#orders.set(order.id, order)
    return order
  }

  find(id: string): Order | undefined {
    return this.#orders.get(id)
  }

  list(status?: OrderStatus): Order[] {
    const all = [...this.#orders.values()]
    return status === undefined ? all : all.filter((order) => order.status === status)
  }

  move(id: string, to: OrderStatus): MoveResult {
    const order = this.#orders.get(id)
    if (order === undefined) return { moved: false, reason: 'unknown' }
    if (!canMove(order.status, to)) return { moved: false, reason: 'forbidden' }
    const moved: Order = { ...order, status: to }
    this.#orders.set(id, moved)
    return { moved: true, order: moved }
  }
}
