import { createHash, timingSafeEqual } from 'node:crypto'

export type Scope = 'orders:read' | 'orders:write'

export interface Client {
  readonly name: string
  readonly scopes: readonly Scope[]
}

export type Access =
  | { readonly granted: true; readonly client: Client }
  | { readonly granted: false; readonly status: 401 | 403; readonly reason: string }

/** The token of an `Authorization: Bearer …` header, or undefined when there is none. */
export function findBearerToken(header: string | undefined): string | undefined {
  const [scheme = '', token] = header.trim().split(/\s+/)
  return scheme.toLowerCase() === 'bearer' ? token : undefined
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Who may do what. Only hashes of tokens are kept. */
export class TokenRegistry {
  readonly #clients: { readonly hash: Buffer; readonly client: Client }[] = []

  add(token: string, client: Client): void {
    if (token.length < 16) throw new RangeError('a token needs at least 16 characters')
    this.#clients.push({ hash: hash(token), client })
  }

  /** Compares with every known token, so that the time taken says nothing about which one was near. */
  find(token: string): Client | undefined {
    const wanted = hash(token)
    let found: Client | undefined
    for (const entry of this.#clients) {
      if (timingSafeEqual(entry.hash, wanted)) found = entry.client
    }
    return found
  }

  check(header: string | undefined, scope: Scope): Access {
    const token = findBearerToken(header)
    if (token === undefined) return { granted: false, status: 401, reason: 'a bearer token is needed' }
    const client = this.find(token)
    if (client === undefined) return { granted: false, status: 401, reason: 'the token is not known' }
    if (!client.scopes.includes(scope)) {
      return { granted: false, status: 403, reason: `${client.name} may not use ${scope}` }
    }
    return { granted: true, client }
  }
}
