import type { FaultCode } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { Endpoint } from './providers.ts'
import { findRetryAfterMs } from './retry-after.ts'
import type { Scrub } from './scrub.ts'

export type FailureContext = {
  readonly endpoint: Endpoint
  readonly scrub: Scrub
  /** Whether any byte of an answer came. */
  readonly hasBytes: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What was thrown, as far as it tells anything; the libraries' error classes are not loaded for it. */
type Facts = {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The provider's own words, where it had any. */
  readonly said: string
  /** Codes of the system or of the network, innermost last, and the names of the errors. */
  readonly codes: readonly string[]
  readonly names: readonly string[]
}

/** The longest sentence of a provider's that is passed on. */
const longestSaid = 600

/**
 * Translates what a provider's library threw, or put into its stream, into a fault. The original is left behind: it
 * holds the whole request, and may hold a key.
 */
export function toFault(thrown: unknown, context: FailureContext): Fault {
  if (thrown instanceof Fault) return thrown
  const facts = toFacts(thrown)
  const { endpoint, scrub } = context
  const host = URL.parse(endpoint.baseUrl)?.host ?? endpoint.baseUrl
  const said = scrub(facts.said).replaceAll(/\s+/g, ' ').trim().slice(0, longestSaid)
  const quoted = said === '' ? '' : `: ${said}`
  const make = (code: FaultCode, message: string): Fault => {
    const retryAfterMs = code === 'model-rate-limited' || code === 'model-overloaded' ? findRetryAfterMs(facts.headers, facts.body, context.now) : undefined
    return new Fault(code, message, retryAfterMs === undefined ? {} : { retryAfterMs })
  }
  // A library may dress what it cannot read as an error of the server's.
  const isUnreadable = /^(?:JSON parsing|Type validation) failed/.test(facts.said)
  const { status } = facts
  if (status !== undefined && status >= 300 && !isUnreadable) return fromStatus(status, { facts, context, host, quoted, make })
  return fromNetwork({ facts, context, host, quoted, make })
}

type Telling = {
  readonly facts: Facts
  readonly context: FailureContext
  readonly host: string
  readonly quoted: string
  readonly make: (code: FaultCode, message: string) => Fault
}

function fromStatus(status: number, { facts, context: { endpoint }, host, quoted, make }: Telling): Fault {
  const { model, provider, keyVariable } = endpoint
  const answered = `${provider} (${host}) answered ${status}${quoted}`
  if (status === 401 || status === 403) {
    const mend = endpoint.key === undefined ? `set ${keyVariable}` : `check the key in ${keyVariable} and what it is allowed to do`
    return make('model-unauthorized', `${answered}; ${mend}`)
  }
  if (status === 429) {
    if (/insufficient_quota|billing_hard_limit|credit balance/i.test(`${facts.body} ${facts.said}`)) return make('model-rejected', `${answered}; the account has nothing left to spend`)
    return make('model-rate-limited', answered)
  }
  if (status === 408 || status === 504) return make('model-timeout', answered)
  if (status === 409 || status === 425 || status >= 500) return make('model-overloaded', answered)
  if (status >= 300 && status < 400) {
    const where = URL.parse(facts.headers['location'] ?? '', endpoint.baseUrl)?.host ?? 'another place'
    return make('model-rejected', `${provider} (${host}) redirects to ${where}, and requests go to the configured host only; set the base URL to where the model is served`)
  }
  if (/credit balance/i.test(facts.said)) return make('model-rejected', `${answered}; the account has nothing left to spend`)
  if (status === 404) return make('model-rejected', `${answered}; check the model's name "${model}" and the base URL`)
  return make('model-rejected', answered)
}

const unreachable = /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/
const certificates = /^(?:CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/
const tooLate = /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/
const broken = /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_(?:SOCKET|ABORTED|REQ_CONTENT_LENGTH_MISMATCH|RES_CONTENT_LENGTH_MISMATCH)|HPE_\w+|ERR_STREAM_PREMATURE_CLOSE|Z_\w+)$/

function fromNetwork({ facts, context: { endpoint, hasBytes }, host, quoted, make }: Telling): Fault {
  const has = (pattern: RegExp): boolean => facts.codes.some((code) => pattern.test(code))
  const { provider, keyVariable } = endpoint
  if (has(unreachable)) return make('model-unreachable', `${provider} cannot be reached at ${host}${quoted}; check the base URL and the network`)
  if (has(certificates)) return make('model-unreachable', `${provider} at ${host} could not be trusted${quoted}; check the certificate, NODE_EXTRA_CA_CERTS and the base URL`)
  if (has(tooLate)) return make('model-timeout', `${provider} (${host}) did not answer in time${quoted}`)
  if (has(broken) || /\bterminated\b|other side closed/.test(facts.said)) {
    return hasBytes
      ? make('model-stream-broken', `${provider} (${host}) broke its answer off${quoted}`)
      : make('model-unreachable', `${provider} (${host}) closed the connection before it answered${quoted}`)
  }
  if (/invalid header value|Invalid character in header/i.test(facts.said)) return make('model-unconfigured', `the key in ${keyVariable} cannot be sent; copy it again`)
  if (facts.names.includes('AI_EmptyResponseBodyError') || /without a finish reason/.test(facts.said)) {
    return make('model-stream-broken', `${provider} (${host}) ended its answer before it was finished`)
  }
  if (!hasBytes && /fetch failed|Cannot connect to API/.test(facts.said)) return make('model-unreachable', `${provider} cannot be reached at ${host}${quoted}; check the base URL and the network`)
  return make('model-malformed', `${provider} (${host}) answered with something that cannot be read${quoted}`)
}

function toFacts(thrown: unknown): Facts {
  const chain = toChain(thrown)
  const head = chain[0] ?? {}
  const body = chain.map((each) => each['responseBody']).find((each) => typeof each === 'string') ?? ''
  const headers = chain.map((each) => each['responseHeaders']).find((each) => typeof each === 'object' && each !== null) ?? {}
  const texts = (key: string): readonly string[] => chain.map((each) => each[key]).filter((each) => typeof each === 'string')
  return {
    status: findStatus(chain),
    headers: headers as Record<string, string>,
    body: body as string,
    said: findSaid(body as string) ?? (thrown instanceof Error || typeof thrown === 'string' ? withCauses(thrown, chain) : String(head['message'] ?? JSON.stringify(thrown) ?? '')),
    codes: texts('code'),
    names: texts('name'),
  }
}

type Link = Readonly<Record<string, unknown>>

/** The error and its causes, outermost first. */
function toChain(thrown: unknown): readonly Link[] {
  const chain: Link[] = []
  let current = thrown
  while (typeof current === 'object' && current !== null && chain.length < 8) {
    const link = current as Link
    chain.push(link)
    // Several addresses of one host were tried: any of them tells.
    const several = link['errors']
    current = link['cause'] ?? (Array.isArray(several) ? several[0] : undefined)
  }
  return chain
}

function withCauses(thrown: unknown, chain: readonly Link[]): string {
  const inner = chain.at(-1)?.['message']
  const outer = toMessage(thrown)
  // A parser's error repeats the whole text; its first line is enough.
  const text = typeof inner === 'string' && inner !== '' && !outer.includes(inner) ? `${outer} (${inner})` : outer
  return text.slice(0, longestSaid)
}

/** By number where there is one; errors inside a stream often have words only. */
function findStatus(chain: readonly Link[]): number | undefined {
  for (const link of chain) {
    for (const key of ['statusCode', 'code', 'status']) {
      const value = Number(link[key] ?? Number.NaN)
      if (Number.isInteger(value) && value >= 300 && value < 600) return value
    }
  }
  // Words are looked for in the errors that a provider sent, which are plain objects, and not in those of the libraries.
  const words = chain.filter((link) => !(link instanceof Error)).flatMap((link) => [link['type'], link['code'], link['status']])
    .filter((each) => typeof each === 'string').join(' ').toLowerCase()
  if (words === '') return undefined
  if (/rate_limit|resource_exhausted|insufficient_quota/.test(words)) return 429
  if (/overload|unavailable/.test(words)) return 529
  if (/authentication|unauthenticated/.test(words)) return 401
  if (/permission/.test(words)) return 403
  if (/not_found/.test(words)) return 404
  if (/too_large/.test(words)) return 413
  if (/invalid|bad_request|context_length|failed_precondition/.test(words)) return 400
  if (/timeout|deadline/.test(words)) return 504
  return /api_error|server_error|internal|failed/.test(words) ? 500 : undefined
}

/** The sentence in an error's body, in any of the shapes that servers use. */
function findSaid(body: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // A page or nothing at all: the library's own words have to do.
    return undefined
  }
  const first = Array.isArray(value) ? value[0] as unknown : value
  if (typeof first !== 'object' || first === null) return undefined
  const { error, message, detail } = first as Link
  if (typeof error === 'string') return error
  const inner = typeof error === 'object' && error !== null ? (error as Link)['message'] : undefined
  return [inner, message, detail].find((each) => typeof each === 'string')
}
