export interface Heading {
  readonly level: number
  readonly title: string
  readonly slug: string
}

export function slugify(title: string): string {
  return title.trim().toLowerCase().replace(/[^\w\s-]/g, '').replace(/\s+/g, '-')
}

/** Headings of a text, without what stands in code blocks. */
export function headings(text: string): Heading[] {
  const found: Heading[] = []
  const seen = new Map<string, number>()
  let inCode = false
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode
    const match = /^(#{1,6})\s+(.+)$/.exec(line)
    if (match === null) continue
    const [, marks = '', title = ''] = match
    const base = slugify(title)
    const times = seen.get(base) ?? 0
    seen.set(base, times + 1)
    found.push({ level: marks.length, title, slug: times === 0 ? base : `${base}-${times}` })
  }
  return found
}

export function outline(text: string, most = 3): string {
  return headings(text).filter(({ level }) => level <= most).map(({ level, title, slug }) => `${'  '.repeat(level - 1)}- [${title}](#${slug})`).join('\n')
}
