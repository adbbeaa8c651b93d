export interface Item {
  readonly sku: string
  readonly price: number
  quantity: number
  /** Order more at or below this; 5 where nothing is said. */
  readonly reorderAt?: number
}

export class Inventory {
  readonly #items = new Map<string, Item>()

  add(item: Item): this {
    const known = this.#items.get(item.sku)
    if (known === undefined) this.#items.set(item.sku, { ...item })
    else known.quantity += item.quantity
    return this
  }

  take(sku: string, count: number): number {
    const item = this.#items.get(sku)
    if (item === undefined) throw new Error(`unknown item ${sku}`)
    if (item.quantity < count) throw new RangeError(`only ${item.quantity} of ${sku} left`)
    item.quantity -= count
    return item.quantity
  }

  value(): number {
    let sum = 0
    for (const { price, quantity } of this.#items.values()) sum += price * quantity
    return sum
  }

  /** What has to be ordered, scarcest first. */
  toReorder(): string[] {
    return [...this.#items.values()]
      .filter((item) => item.quantity <= (item.reorderAt ?? 5))
      .sort((a, b) => a.quantity - b.quantity)
      .map((item) => item.sku)
  }
}
