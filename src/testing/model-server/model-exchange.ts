import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { toMessage } from '../../protocol/fault.ts'
import { toAnswer } from './answer.ts'
import { checkHistory } from './history.ts'
import { findJson, isObject } from './json.ts'
import type { JsonObject } from './json.ts'
import type { ModelServerOptions } from './model-server-options.ts'
import { toPosition } from './position.ts'
import { readBody } from './read-body.ts'
import { scriptOf } from './reply.ts'
import type { Reply, Script } from './reply.ts'
import { Rejection } from './request.ts'
import type { Api, NormalisedRequest, ReadRequest } from './request.ts'
import { ResponseStore } from './response-store.ts'
import { findRoute } from './route.ts'
import type { ModelRoute } from './route.ts'
import { send, sendBody } from './send.ts'
import { toInputItems } from './wire-responses.ts'
import type { WireRequest } from './wire.ts'

/** One model request and what became of it. Times are milliseconds of the system's monotonic clock, equal in all processes. */
export type RecordedRequest = {
  readonly api: Api
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** As parsed; `{}` where it was no JSON object. */
  readonly body: JsonObject
  /** Characters of the body after decompression. */
  readonly chars: number
  /** Absent where the request was refused. */
  readonly normalised?: NormalisedRequest
  /** Whether the main script was asked, not `intake`. */
  readonly isMain: boolean
  /** Arrival of the headers. */
  readonly at: number
  /** When the last byte of the answer was handed over, or the client left. */
  readonly endedAt?: number
  /** `refused`: the request broke a rule, see `refusal`. `client-left`: the client closed before the end. Absent while open. */
  readonly outcome?: 'answered' | 'faulted' | 'refused' | 'client-left'
  readonly refusal?: string
}

type OpenRecord = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] }

type ModelCall = { readonly route: ModelRoute; readonly url: URL; readonly text: string; readonly at: number }

const mostRecords = 10_000
const longestCloseMs = 2_000
const sayNothing: Script = () => ({ text: '{}' })

/** Answers HTTP requests from a script and keeps the record of them. */
export class ModelExchange {
  readonly requests: OpenRecord[] = []
  readonly strays: string[] = []
  readonly #options: ModelServerOptions
  readonly #script: Script
  readonly #store = new ResponseStore()
  readonly #attempts = new Map<string, number>()
  readonly #waiting = new Set<() => void>()
  readonly #open = new Set<ServerResponse>()
  /** Sets this server's ids apart from those of an earlier one that the same client talked to. */
  readonly #nonce = randomBytes(3).toString('hex')
  #served = 0
  #arrived = 0

  constructor(options: ModelServerOptions) {
    this.#options = options
    this.#script = typeof options.script === 'function' ? options.script : scriptOf(options.script)
  }

  /** Never rejects: what goes wrong is answered, or the client is gone. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = now()
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const route = findRoute(request.method ?? 'GET', url.pathname)
    try {
      const text = await readBody(request)
      if (route?.kind === 'model') await this.#answer(request, response, { route, url, text, at })
      else await this.#answerOther(route, `${request.method} ${request.url}`, text, response)
    } catch (thrown) {
      const status = thrown instanceof Rejection ? thrown.status : 500
      const message = thrown instanceof Rejection ? thrown.message : `The model server's script failed: ${toMessage(thrown)}`
      const body = route?.kind === 'model' ? route.format.errorBody(status, message) : { error: { message } }
      if (response.headersSent || response.destroyed) response.destroy()
      else await sendBody(response, status, JSON.stringify(body))
    }
  }

  /** Resolves once every response is closed, so that the record is complete; the connections must be ended first. */
  async waitForClose(): Promise<void> {
    // A response that came to be when its connection was gone already never says that it closed.
    const enough = new AbortController()
    const closed = Promise.all([...this.#open].map((response) => once(response, 'close'))).then(() => undefined)
    await Promise.race([closed, pause(longestCloseMs, undefined, { signal: enough.signal }).catch(() => undefined)])
    enough.abort()
  }

  async waitForRequests(count: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(look)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        stop()
        reject(signal?.reason)
      }
      const look = (): void => {
        if (this.#arrived < count) return
        stop()
        resolve()
      }
      if (signal?.aborted === true) return abort()
      signal?.addEventListener('abort', abort)
      this.#waiting.add(look)
      look()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse, call: ModelCall): Promise<void> {
    const { route, url, text, at } = call
    const parsed = findJson(text)
    const body = isObject(parsed) ? parsed : {}
    const record: OpenRecord = {
      api: route.format.api,
      path: url.pathname + url.search,
      headers: toHeaders(request),
      body,
      chars: text.length,
      isMain: false,
      at,
    }
    this.#record(record)
    // Set as soon as the script has spoken, so that the record is right by the time the client sees the end.
    let planned: { outcome: NonNullable<RecordedRequest['outcome']>; isBreak: boolean } = { outcome: 'answered', isBreak: false }
    const settle = (outcome: NonNullable<RecordedRequest['outcome']>): void => {
      record.outcome ??= outcome
      record.endedAt ??= now()
    }
    response.once('finish', () => settle(planned.outcome))
    response.once('close', () => settle(planned.isBreak ? 'faulted' : 'client-left'))
    try {
      this.#checkKey(request, url)
      if (!isObject(parsed)) throw new Rejection(400, 'We could not parse the JSON body of your request.')
      const wire: WireRequest = {
        path: url.pathname,
        body,
        findStoredItem: (id) => this.#store.findItem(id),
        findStoredConversation: (id) => this.#store.findConversation(id),
      }
      const read = route.format.read(wire)
      if (this.#options.lenient !== true) checkHistory(read)
      const normalised = this.#normalise(read)
      record.normalised = normalised
      record.isMain = (this.#options.isMain ?? offersTools)(normalised)
      this.#notify()
      const reply = await this.#ask(normalised, record.isMain)
      const delayMs = (this.#options.latencyMs ?? 0) + (reply.delayMs ?? 0)
      if (delayMs > 0) await waitWhileOpen(response, delayMs)
      if (response.destroyed) return
      this.#served += 1
      const serial = `${this.#nonce}${this.#served.toString(36)}`
      const { wantsSealedReasoning } = read
      const answer = toAnswer(reply, { request: { ...normalised, wantsSealedReasoning }, serial, promptChars: text.length })
      if (route.format.api === 'responses' && body['store'] !== false) {
        this.#store.keep(toInputItems(wire), route.format.whole(answer))
      }
      const asArray = route.format.api === 'gemini' && read.stream && url.searchParams.get('alt') !== 'sse'
      const { fault } = reply
      const isBreak = fault === 'reset' || fault === 'break-mid-stream'
      planned = { outcome: fault === undefined ? 'answered' : 'faulted', isBreak }
      await send(response, route.format, answer, { stream: read.stream, asArray, paceMs: this.#options.paceMs ?? 0, fault })
    } catch (thrown) {
      record.refusal = toMessage(thrown)
      planned = { outcome: 'refused', isBreak: false }
      this.#notify()
      throw thrown
    }
  }

  async #ask(request: NormalisedRequest, isMain: boolean): Promise<Reply> {
    if (isMain) return await this.#script(request, request.n)
    const reply = await (this.#options.intake ?? sayNothing)(request, request.n)
    // A client that gets its JSON through a demanded tool is given the text as that tool's input.
    if (request.forcedTool === undefined || reply.text === undefined) return reply
    const { text, ...rest } = reply
    return { ...rest, calls: [{ name: request.forcedTool, input: text }, ...(reply.calls ?? [])] }
  }

  #normalise(read: ReadRequest): NormalisedRequest {
    const { wantsSealedReasoning: _, ...request } = read
    const n = toPosition(request.items)
    const said = JSON.stringify([request.api, request.tools.length, request.system, request.items])
    const key = createHash('sha256').update(said).digest('base64')
    const attempt = this.#attempts.get(key) ?? 0
    this.#attempts.set(key, attempt + 1)
    const [oldest] = this.#attempts.keys()
    if (this.#attempts.size > mostRecords && oldest !== undefined) this.#attempts.delete(oldest)
    return { ...request, n, attempt }
  }

  #checkKey(request: IncomingMessage, url: URL): void {
    const { apiKey } = this.#options
    if (apiKey === undefined) return
    const { authorization, 'x-api-key': anthropic, 'api-key': azure, 'x-goog-api-key': google } = request.headers
    const given = [authorization?.replace(/^Bearer /i, ''), anthropic, azure, google, url.searchParams.get('key')]
    if (!given.includes(apiKey)) throw new Rejection(401, 'Incorrect API key provided.')
  }

  async #answerOther(route: ReturnType<typeof findRoute>, line: string, text: string, response: ServerResponse): Promise<void> {
    if (route?.kind === 'records') {
      await sendBody(response, 200, JSON.stringify({ requests: this.requests.map(toSummary), strays: this.strays }))
      return
    }
    this.strays.push(line)
    if (this.strays.length > mostRecords) this.strays.shift()
    if (route?.kind === 'count') await sendBody(response, 200, JSON.stringify(route.toCount(Math.ceil(text.length / 4))))
    else if (route?.kind === 'models') {
      await sendBody(response, 200, JSON.stringify(route.toList(this.#options.models ?? ['scripted'])))
    } else throw new Rejection(404, `The scripted model server has nothing at ${line}.`)
  }

  #record(record: OpenRecord): void {
    this.requests.push(record)
    if (this.requests.length > mostRecords) this.requests.shift()
    this.#arrived += 1
  }

  /** Waiters are told once the request is understood, so that they can look at it. */
  #notify(): void {
    for (const look of this.#waiting) look()
  }
}

/** Without the tools that some clients add only to get JSON back. */
function offersTools(request: NormalisedRequest): boolean {
  return request.tools.length > 0 && request.forcedTool !== 'json'
}

function toHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const entries = Object.entries(request.headers)
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}

/** What `GET /__requests` tells of a request: figures and names, no content. */
function toSummary({ normalised, ...record }: RecordedRequest): object {
  const { api, path, chars, isMain, at, endedAt, outcome, refusal } = record
  const tools = normalised?.tools.map(({ name }) => name)
  const asked = { n: normalised?.n, attempt: normalised?.attempt, tools, items: normalised?.items.length }
  return { api, path, chars, isMain, at, endedAt, outcome, refusal, ...asked }
}

async function waitWhileOpen(response: ServerResponse, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
