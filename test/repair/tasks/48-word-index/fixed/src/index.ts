const stop = new Set(['the', 'a', 'of', 'and', 'to'])

export function tokens(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !stop.has(word))
}

export class WordIndex {
  readonly #pages = new Map<string, Set<string>>()

  add(page: string, text: string): void {
    for (const word of tokens(text)) {
      const pages = this.#pages.get(word) ?? new Set()
      pages.add(page)
      this.#pages.set(word, pages)
    }
  }

  /** Pages that have every word. */
  search(query: string): string[] {
    const sets = tokens(query).map((word) => this.#pages.get(word) ?? new Set<string>())
    const first = sets[0]
    if (first === undefined) return []
    return [...first].filter((page) => sets.every((set) => set.has(page))).sort()
  }

  complete(start: string): string[] {
    return [...this.#pages.keys()].filter((word) => word.startsWith(start.toLowerCase())).sort()
  }
}
