/** Lines, from 1, at which a merge left a conflict behind: all three marks in their order, as git writes them. */
export function findConflicts(text: string): readonly number[] {
  if (!text.includes('<<<<<<<')) return []
  const found: number[] = []
  let begun: number | undefined
  let parted = false
  for (const [n, line] of text.split('\n').entries()) {
    if (/^<{7}( |\r?$)/.test(line)) {
      begun = n + 1
      parted = false
    } else if (begun !== undefined && /^={7}\r?$/.test(line)) parted = true
    else if (begun !== undefined && parted && /^>{7}( |\r?$)/.test(line)) {
      found.push(begun)
      begun = undefined
    }
  }
  return found
}
