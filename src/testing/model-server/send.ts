import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { ModelFault } from './reply.ts'
import type { Frame, WireFormat } from './wire.ts'

export type SendOptions = {
  readonly stream: boolean
  /** Gemini without `alt=sse` streams one JSON array instead of events. */
  readonly asArray: boolean
  /** Milliseconds between two events. */
  readonly paceMs: number
  readonly fault: ModelFault | undefined
}

/**
 * Sends an answer, or fails as the fault says. Resolves once the last byte was handed to the system; a response that
 * hangs is left open.
 */
export async function send(response: ServerResponse, format: WireFormat, answer: Answer, options: SendOptions): Promise<void> {
  const { fault } = options
  if (typeof fault === 'object') {
    const body = fault.body ?? format.errorBody(fault.status, fault.message ?? `The script demands status ${fault.status}.`)
    await sendBody(response, fault.status, typeof body === 'string' ? body : JSON.stringify(body), fault.headers)
    return
  }
  switch (fault) {
    case 'hang':
      break
    case 'reset':
      response.socket?.resetAndDestroy()
      break
    case 'empty':
      open(response, options)
      await end(response)
      break
    case 'garbage':
      open(response, options)
      await end(response, options.stream ? 'data: <html>not what you asked for\n\n' : '<html>not what you asked for</html>')
      break
    case 'hang-mid-stream':
    case 'break-mid-stream':
    case 'error-mid-stream':
    case 'truncated-stream':
      await sendPartly(response, format, answer, { ...options, fault })
      break
    case 'malformed-json-arguments':
    case 'unknown-tool':
    case undefined:
      await sendWhole(response, format, answer, options)
  }
}

async function sendWhole(response: ServerResponse, format: WireFormat, answer: Answer, options: SendOptions): Promise<void> {
  if (!options.stream) {
    await sendBody(response, 200, JSON.stringify(format.whole(answer)))
    return
  }
  open(response, options)
  const frames = format.frames(answer)
  if (options.asArray) await end(response, JSON.stringify(frames.map(({ data }) => data)))
  else {
    await writeFrames(response, frames, options.paceMs)
    await end(response)
  }
}

type PartFault = 'hang-mid-stream' | 'break-mid-stream' | 'error-mid-stream' | 'truncated-stream'

async function sendPartly(
  response: ServerResponse, format: WireFormat, answer: Answer, options: SendOptions & { readonly fault: PartFault },
): Promise<void> {
  open(response, options)
  if (options.stream && !options.asArray) {
    const content = format.frames(answer).filter(({ closing }) => closing !== true)
    // A truncated stream lacks its end only; the others stop half-way.
    const part = options.fault === 'truncated-stream' ? content : content.slice(0, Math.ceil(content.length / 2))
    const error = options.fault === 'error-mid-stream' ? format.errorFrames('The script demands an error in mid-stream.') : []
    await writeFrames(response, [...part, ...error], options.paceMs)
  } else {
    const body = JSON.stringify(format.whole(answer))
    await write(response, body.slice(0, Math.ceil(body.length / 2)))
  }
  if (options.fault === 'hang-mid-stream') return
  if (options.fault === 'break-mid-stream') response.socket?.destroy()
  else await end(response)
}

async function writeFrames(response: ServerResponse, frames: readonly Frame[], paceMs: number): Promise<void> {
  if (paceMs === 0) {
    await write(response, frames.map(toEventText).join(''))
    return
  }
  for (const frame of frames) {
    await wait(paceMs)
    if (response.destroyed) return
    await write(response, toEventText(frame))
  }
}

function toEventText({ event, data }: Frame): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return event === undefined ? `data: ${text}\n\n` : `event: ${event}\ndata: ${text}\n\n`
}

function open(response: ServerResponse, { stream, asArray }: SendOptions): void {
  const type = stream && !asArray ? 'text/event-stream; charset=utf-8' : 'application/json'
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' })
}

/** A whole body with its length. */
export async function sendBody(
  response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
  await end(response, body)
}

/** Resolves also when the client has left: its absence is seen on the response, not here. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (text === '') {
    response.flushHeaders()
    return
  }
  await new Promise<void>((resolve) => {
    response.write(text, () => resolve())
  })
}

async function end(response: ServerResponse, text = ''): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.end(text, () => resolve())
  })
}
