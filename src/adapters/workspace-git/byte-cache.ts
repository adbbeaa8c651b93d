/** Remembers values up to a number of bytes and forgets first what was not asked for longest. */
export interface ByteCache<T> {
  get(key: string): T | undefined
  /** `bytes` is what the value weighs, as near as the caller can say. What is larger than half of the cache is not kept. */
  set(key: string, value: T, bytes: number): void
  clear(): void
}

export function createByteCache<T>(maxBytes: number): ByteCache<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>()
  let total = 0
  const forget = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    set: (key, value, bytes) => {
      forget(key)
      if (bytes > maxBytes / 2) return
      kept.set(key, { value, bytes })
      total += bytes
      for (const oldest of kept.keys()) {
        if (total <= maxBytes) break
        forget(oldest)
      }
    },
    clear: () => {
      kept.clear()
      total = 0
    },
  }
}
