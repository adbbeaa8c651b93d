import type { IncomingMessage, RequestOptions } from 'node:http'

/**
 * As much of `fetch` as the providers' libraries use, over Node's own HTTP client: text goes out, a stream comes in,
 * redirects are not followed. Node's built-in `fetch` brings HTTP/2, caches and WebSockets along, which costs the start of
 * a run 20 to 30 ms.
 */
export const httpFetch: typeof globalThis.fetch = async (input, init = {}) => {
  const url = new URL(String(input))
  const { body, signal } = init
  if (body !== undefined && body !== null && typeof body !== 'string') throw new TypeError('only text can be sent')
  signal?.throwIfAborted()
  const { request, agent } = open(url.protocol)
  const options: RequestOptions = { agent, method: init.method ?? 'GET', headers: { 'accept-encoding': 'identity', ...(init.headers as Record<string, string> | undefined) }, ...(signal ? { signal } : {}) }
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    // The listener stays: an error after the answer began reaches its stream, and this one says it a second time.
    request(url, options, resolve).on('error', reject).end(body ?? undefined)
  })
  return toResponse(message, url)
}

type Client = Pick<typeof import('node:http'), 'request'> & { readonly agent: import('node:http').Agent }
const clients = new Map<string, Client>()

/** Connections are kept for the next turn: a run talks to one host. */
function open(protocol: string): Client {
  const known = clients.get(protocol)
  if (known !== undefined) return known
  // An `import` reads every export, and the lazy ones of this module load Node's whole `fetch`.
  const { Agent, request } = protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const client: Client = { request, agent: new Agent({ keepAlive: true }) }
  clients.set(protocol, client)
  return client
}

function toResponse(message: IncomingMessage, url: URL): Response {
  const status = message.statusCode ?? 0
  const body = toStream(message)
  const response: Pick<Response, 'ok' | 'status' | 'statusText' | 'url' | 'headers' | 'body' | 'text'> = {
    ok: status >= 200 && status < 300,
    status,
    statusText: message.statusMessage ?? '',
    url: url.href,
    headers: toHeaders(message) as unknown as Headers,
    body,
    text: async () => {
      const decoder = new TextDecoder()
      let text = ''
      for await (const chunk of body) text += decoder.decode(chunk, { stream: true })
      return text + decoder.decode()
    },
  }
  return response as Response
}

function toHeaders(message: IncomingMessage): Map<string, string> {
  return new Map(Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}

/** Bytes as they come; the other side waits while nobody reads. */
function toStream(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => {
      message.on('data', (chunk: Buffer<ArrayBuffer>) => {
        controller.enqueue(chunk)
        if ((controller.desiredSize ?? 1) <= 0) message.pause()
      })
      message.once('end', () => controller.close())
      message.on('error', (error) => controller.error(error))
    },
    pull: () => void message.resume(),
    cancel: () => void message.destroy(),
  })
}
