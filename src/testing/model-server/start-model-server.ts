/**
 * The scripted model server: a real HTTP server on 127.0.0.1 that speaks the wire formats of OpenAI Responses, OpenAI
 * Chat Completions, Anthropic Messages and Google Gemini, streamed and whole, also under Azure's paths, and answers
 * from a script. It is for tests and benchmarks of anything that talks to a model: no key, no cost, no chance.
 *
 *     const script = [{ calls: [{ name: 'shell', input: { command: 'ls' } }] }, { text: 'Done.' }]
 *     const server = await startModelServer({ script })
 *     // base URLs: `${server.url}/v1` for OpenAI and Anthropic, `/v1beta` for Gemini, `/openai` or `/openai/v1` for Azure
 *     await server.close()
 *
 * Owns: the port, its sockets, the record of requests. Does not own: the script, which decides every answer.
 * 1. What is answered follows from the request (`n`, `attempt`) and the script, so a restarted client goes on rightly.
 * 2. A conversation that a vendor would refuse is refused here too, with status 400 (`history.ts`).
 * 3. `close` ends every connection, hanging ones included.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Fault } from '../../protocol/fault.ts'
import { ModelExchange } from './model-exchange.ts'
import type { RecordedRequest } from './model-exchange.ts'
import type { ModelServerOptions } from './model-server-options.ts'

export type ModelServer = {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string
  /** Model requests in the order of arrival, the latest 10,000. */
  readonly requests: readonly RecordedRequest[]
  /** Requests that were no model call: method and path, the latest 10,000. */
  readonly strays: readonly string[]
  /** Resolves once at least so many model requests have arrived; rejects with the signal's reason. */
  waitForRequests(count: number, signal?: AbortSignal): Promise<void>
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

/** Starts a server. Throws `request-invalid` where the port cannot be had. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const exchange = new ModelExchange(options)
  const server = createServer((request: IncomingMessage, response: ServerResponse) => void exchange.handle(request, response))
  // Clients keep connections between turns; the server must not be the one that drops them.
  server.keepAliveTimeout = 120_000
  const port = await listen(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}`,
    requests: exchange.requests,
    strays: exchange.strays,
    waitForRequests: (count, signal) => exchange.waitForRequests(count, signal),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, exchange.waitForClose()])
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `Listen on 127.0.0.1:${port} for the model server: ${cause.message}; give another port, or 0 for a free one.`
      reject(new Fault('request-invalid', message, { cause }))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') {
    throw new Fault('request-invalid', `Listen on 127.0.0.1:${port} for the model server: the system gave no port; try again.`)
  }
  return address.port
}
