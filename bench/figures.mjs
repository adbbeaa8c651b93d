// Medians and tables.

export function median(values) {
  return quantile(values, 0.5)
}

/** Nearest rank; the mean of the middle two for the median of an even count. NaN for none. */
export function quantile(values, share) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  if (share === 0.5 && sorted.length % 2 === 0) return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

/** Three significant digits or so: more would be noise. */
export function toText(value) {
  if (typeof value === 'string') return value
  if (value === undefined || !Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 || Number.isInteger(value) ? 1 : 2).replace(/\.0$/, '')
}

/** A Markdown table with aligned columns; all but the first are figures. */
export function toTable(head, rows) {
  const cells = [head, ...rows.map((row) => row.map(toText))]
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)))
  const lines = cells.map((row) => `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`)
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
