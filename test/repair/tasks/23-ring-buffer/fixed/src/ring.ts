/** The newest `capacity` values. */
export class Ring<T> {
  private readonly slots: (T | undefined)[]
  private head = 0
  private count = 0
  readonly capacity: number

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('capacity is a whole number above zero')
    this.capacity = capacity
    this.slots = new Array<T | undefined>(capacity).fill(undefined)
  }

  get size(): number {
    return this.count
  }

  push(value: T): T | undefined {
    const at = (this.head + this.count) % this.capacity
    if (this.count < this.capacity) {
      this.slots[at] = value
      this.count += 1
      return undefined
    }
    const dropped = this.slots[this.head]
    this.slots[this.head] = value
    this.head = (this.head + 1) % this.capacity
    return dropped
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined
    const value = this.slots[this.head]
    this.slots[this.head] = undefined
    this.head = (this.head + 1) % this.capacity
    this.count -= 1
    return value
  }

  *[Symbol.iterator](): Generator<T> {
    for (let n = 0; n < this.count; n++) yield this.slots[(this.head + n) % this.capacity] as T
  }

  last(): T | undefined {
    return this.count === 0 ? undefined : this.slots[(this.head + this.count - 1) % this.capacity]
  }
}
