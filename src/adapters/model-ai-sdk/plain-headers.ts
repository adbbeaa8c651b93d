/**
 * Stands in for the global `Headers` in the providers' shared library when it is bundled: it takes a plain object, sets one
 * header and reads them all. The global one brings Node's whole `fetch` along (see `http-fetch.ts`).
 */
export class PlainHeaders {
  readonly #values: Map<string, string>

  constructor(init: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(init).map(([name, value]) => [name.toLowerCase(), value]))
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value)
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase())
  }

  entries(): MapIterator<[string, string]> {
    return this.#values.entries()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#values.entries()
  }
}
