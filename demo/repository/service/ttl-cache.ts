export interface CacheOptions {
  readonly capacity: number
  readonly ttlMs: number
  readonly now: () => number
}

interface Entry<V> {
  readonly value: V
  readonly expiresAt: number
}

/**
 * A cache with a capacity and an age limit. When it is full, what has expired goes first,
 * then what was used least recently. A map keeps insertion order, so its first key is the oldest use.
 */
export class TtlCache<V> {
  readonly #options: CacheOptions
  readonly #entries = new Map<string, Entry<V>>()

  constructor(options: CacheOptions) {
    if (options.capacity < 1) throw new RangeError('capacity must be at least 1')
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (this.#isExpired(entry)) return undefined
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#options.capacity) this.purge()
    if (this.#entries.size >= this.#options.capacity) this.#dropOldest()
    this.#entries.set(key, { value, expiresAt: this.#options.now() + this.#options.ttlMs })
  }

  /** Keys from the least to the most recently used, expired ones included. */
  keys(): string[] {
    return [...this.#entries.keys()]
  }

  /** Removes what has expired and says how many entries that were. */
  purge(): number {
    let removed = 0
    for (const [key, entry] of this.#entries) {
      if (this.#isExpired(entry)) continue
      this.#entries.delete(key)
      removed += 1
    }
    return removed
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  #isExpired(entry: Entry<V>): boolean {
    return entry.expiresAt <= this.#options.now()
  }
}
