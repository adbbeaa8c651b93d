export type Params = Readonly<Record<string, string>>

export type Match<H> =
  | { readonly kind: 'found'; readonly handler: H; readonly params: Params }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'not-found' }

interface Route<H> {
  readonly method: string
  readonly segments: readonly string[]
  readonly handler: H
}

function toSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined // not valid percent-encoding: no route can mean it
  }
}

/** Values for the `:names` of a pattern, or undefined when the path does not fit. */
function fit(pattern: readonly string[], path: readonly string[]): Params | undefined {
  if (pattern.length !== path.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const actual = decode(path[index] ?? '')
    if (actual === undefined) return undefined
    if (expected.startsWith(':')) params[expected.slice(1)] = actual
    else if (expected !== actual) return undefined
  }
  return params
}

/** Finds the handler for a method and path. Routes are tried in the order in which they were added. */
export class Router<H> {
  readonly #routes: Route<H>[] = []

  add(method: string, pattern: string, handler: H): this {
    this.#routes.push({ method, segments: toSegments(pattern), handler })
    return this
  }

  match(method: string, path: string): Match<H> {
    const segments = toSegments(path)
    const allowed = new Set<string>()
    for (const route of this.#routes) {
      const params = fit(route.segments, segments)
      if (params === undefined) continue
      if (route.method === method) return { kind: 'found', handler: route.handler, params }
      allowed.add(route.method)
    }
    return allowed.size > 0 ? { kind: 'wrong-method', allowed: [...allowed].sort() } : { kind: 'not-found' }
  }
}
