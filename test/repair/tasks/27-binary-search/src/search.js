/** Index of the first element that is not below the value. */
export function lowerBound(sorted, value, compare = (a, b) => a - b) {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(sorted[middle], value) < 0) low = middle
    else high = middle
  }
  return low
}

export function upperBound(sorted, value, compare = (a, b) => a - b) {
  return lowerBound(sorted, value, (a, b) => (compare(a, b) <= 0 ? -1 : 1))
}

export function has(sorted, value) {
  return sorted[lowerBound(sorted, value)] === value
}

export function count(sorted, value) {
  return upperBound(sorted, value) - lowerBound(sorted, value)
}

export function insert(sorted, value) {
  const at = upperBound(sorted, value)
  return [...sorted.slice(0, at), value, ...sorted.slice(at)]
}

export function nearest(sorted, value) {
  if (sorted.length === 0) return undefined
  const at = lowerBound(sorted, value)
  if (at === 0) return sorted[0]
  if (at === sorted.length) return sorted[at - 1]
  return value - sorted[at - 1] <= sorted[at] - value ? sorted[at - 1] : sorted[at]
}
