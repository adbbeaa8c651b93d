import { request } from 'node:http'
import type { Transport } from './dispatcher.ts'
import type { Answer } from './retry.ts'

/** Posts over plain HTTP; the answer's body is thrown away. Status 0 means that no answer came in time. */
export function httpTransport(timeoutMs: number): Transport {
  return (url, body, headers) =>
    new Promise<Answer>((resolve) => {
      const outgoing = request(url, {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(timeoutMs),
      })
      outgoing.on('response', (incoming) => {
        incoming.resume()
        const retryAfter = incoming.headers['retry-after']
        const status = incoming.statusCode ?? 0
        incoming.on('close', () => resolve(retryAfter === undefined ? { status } : { status, retryAfter }))
      })
      outgoing.on('error', () => resolve({ status: 0 }))
      outgoing.end(body)
    })
}
