export function mean(values) {
  if (values.length === 0) return 0
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function range(values) {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low
}

export function histogram(values, size) {
  const bins = {}
  for (const value of values) {
    const bin = Math.floor(value / size) * size
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  return bins
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high)
}

export function movingAverage(values, width) {
  const averages = []
  for (let i = 0; i + width <= values.length; i++) {
    averages.push(mean(values.slice(i, i + width)))
  }
  return averages
}

export function rank(scores) {
  return Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .map(([name], index) => ({ name, place: index + 1 }))
}
