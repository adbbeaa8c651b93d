import type { Item, Store } from './store.ts'

export class Reservations {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  async available(id: string): Promise<number> {
    const item = await this.store.find(id)
    if (item === undefined) return 0
    return item.stock - item.held
  }

  async reserve(id: string, count: number): Promise<boolean> {
    const item = await this.store.find(id)
    if (item === undefined || count > item.stock - item.held) return false
    item.held += count
    return true
  }

  async release(id: string, count: number): Promise<void> {
    const item = await this.store.find(id)
    if (item === undefined) return
    item.held = Math.max(0, item.held - count)
  }

  async scarce(limit: number): Promise<string[]> {
    const items = await this.store.list()
    return items.filter((item) => left(item) < limit).map((item) => item.id)
  }

  async reserveAll(wanted: Record<string, number>): Promise<string[]> {
    const missing: string[] = []
    for (const [id, count] of Object.entries(wanted)) {
      if (!(await this.reserve(id, count))) missing.push(id)
    }
    return missing
  }
}

function left(item: Item): number {
  return item.stock - item.held
}
