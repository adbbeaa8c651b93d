export interface Item {
  id: string
  stock: number
  held: number
}

export class Store {
  private readonly items = new Map<string, Item>()

  async add(id: string, stock: number): Promise<Item> {
    const item = { id, stock, held: 0 }
    this.items.set(id, item)
    return item
  }

  async find(id: string): Promise<Item | undefined> {
    await Promise.resolve()
    return this.items.get(id)
  }

  async list(): Promise<Item[]> {
    await Promise.resolve()
    return [...this.items.values()]
  }
}
