export class Heap<T> {
  private readonly items: T[] = []
  private readonly before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before
  }

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    this.items.push(item)
    let at = this.items.length - 1
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2)
      if (!this.before(this.items[at]!, this.items[parent]!)) break
      this.swap(at, parent)
      at = parent
    }
  }

  pop(): T | undefined {
    const top = this.items[0]
    const last = this.items.pop()
    if (this.items.length > 0 && last !== undefined) {
      this.items[0] = last
      this.sink(0)
    }
    return top
  }

  private sink(from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let best = at
      if (left < this.items.length && this.before(this.items[left]!, this.items[best]!)) best = left
      if (right < this.items.length && this.before(this.items[right]!, this.items[best]!)) best = right
      if (best === at) return
      this.swap(at, best)
      at = best
    }
  }

  private swap(a: number, b: number): void {
    const held = this.items[a]!
    this.items[a] = this.items[b]!
    this.items[b] = held
  }

  drain(): T[] {
    const all: T[] = []
    while (this.size > 0) all.push(this.pop()!)
    return all
  }
}
