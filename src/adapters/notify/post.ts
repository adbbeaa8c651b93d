import http from 'node:http'
import https from 'node:https'
import { toMessage } from '../../protocol/fault.ts'

export type Posted =
  | { readonly status: number; readonly said: string; readonly retryAfter: string | undefined }
  | { readonly failed: string }

/** Bytes of an answer that are looked at; the rest is not read. */
const mostBytes = 16_384

/** One POST. Redirects are not followed: the body goes where the person said and nowhere else. Never throws for what the network does. */
export function post(url: string, request: { readonly body: string; readonly headers: Readonly<Record<string, string>>; readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<Posted> {
  const { body, headers, timeoutMs } = request
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([request.signal, timeout])
  const explain = (thrown: unknown): Posted => {
    if (request.signal.aborted) return { failed: 'there was no time left to wait for it' }
    if (timeout.aborted) return { failed: `it did not answer within ${timeoutMs / 1000} s` }
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    return { failed: `it cannot be reached (${toMessage(thrown) || code || 'no reason was given'})` }
  }
  return new Promise((resolve) => {
    const client = url.startsWith('https:') ? https : http
    const sent = client.request(url, { method: 'POST', signal, agent: false, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (answer) => {
      const status = answer.statusCode ?? 0
      const after = answer.headers['retry-after']
      let said = ''
      const finish = (): void => {
        resolve({ status, said, retryAfter: after })
        answer.destroy()
      }
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        said += chunk
        if (said.length >= mostBytes) finish()
      })
      // The status is the answer; a body that breaks off changes nothing.
      answer.on('end', finish).on('error', finish)
    })
    sent.on('error', (thrown) => resolve(explain(thrown)))
    sent.end(body)
  })
}
