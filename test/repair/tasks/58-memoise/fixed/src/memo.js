/** Remembers results by the arguments; `maxAge` in milliseconds, by `now`. */
export function memoise(action, { maxAge = Infinity, now = Date.now, keyOf = (...args) => JSON.stringify(args) } = {}) {
  const known = new Map()
  const memo = (...args) => {
    const key = keyOf(...args)
    const found = known.get(key)
    if (found !== undefined && now() - found.at < maxAge) return found.value
    const value = action(...args)
    known.set(key, { value, at: now() })
    return value
  }
  memo.clear = () => known.clear()
  memo.size = () => known.size
  return memo
}

export function once(action) {
  let done = false
  let value
  return (...args) => {
    if (!done) {
      value = action(...args)
      done = true
    }
    return value
  }
}

export const fibonacci = memoise((n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)))
