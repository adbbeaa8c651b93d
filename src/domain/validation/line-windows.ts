/** Two multipliers of rolling hashes: together they make 53 bits, which is what a number holds. */
const multipliers = [0x01000193, 0x5bd1e995] as const

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193)
  return hash
}

/**
 * A key for every run of `size` lines (Rabin and Karp, Efficient randomized pattern-matching algorithms, 1987): equal runs have
 * equal keys; unequal ones nearly never, so that what has the same key is still compared. Linear in the lines.
 */
export function toWindowKeys(texts: readonly string[], size: number): readonly number[] {
  const hashes = texts.map(hashOf)
  const [one, two] = multipliers
  let [first, second, firstOut, secondOut] = [0, 0, 1, 1]
  for (let n = 0; n < size; n++) {
    firstOut = Math.imul(firstOut, one)
    secondOut = Math.imul(secondOut, two)
  }
  const keys: number[] = []
  for (const [n, hash] of hashes.entries()) {
    const gone = n >= size ? (hashes[n - size] ?? 0) : 0
    first = (Math.imul(first, one) + hash - Math.imul(gone, firstOut)) | 0
    second = (Math.imul(second, two) + hash - Math.imul(gone, secondOut)) | 0
    if (n >= size - 1) keys.push((first >>> 0) * 2 ** 21 + (second >>> 11))
  }
  return keys
}
