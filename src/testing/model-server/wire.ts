import type { Answer } from './answer.ts'
import type { JsonObject } from './json.ts'
import type { Api, OfferedTool, ReadRequest } from './request.ts'

/** One server-sent event. A closing one is what tells the client that the answer is whole. */
export type Frame = { readonly event?: string; readonly data: object | string; readonly closing?: true }

export type WireRequest = {
  readonly path: string
  readonly body: JsonObject
  /** Responses only: finds what an id refers to (`item_reference`). */
  findStoredItem(id: string): JsonObject | undefined
  /** Responses only: finds a whole conversation by its response's id (`previous_response_id`). */
  findStoredConversation(responseId: string): readonly JsonObject[] | undefined
}

/** One vendor's wire format, as data in and data out. */
export type WireFormat = {
  readonly api: Api
  /** Throws `Rejection` where the body breaks the format. */
  read(request: WireRequest): ReadRequest
  /** The body of an answer that is not streamed. */
  whole(answer: Answer): JsonObject
  /** The events of a streamed answer. */
  frames(answer: Answer): readonly Frame[]
  errorBody(status: number, message: string): JsonObject
  /** What the vendor sends when it fails after the stream began. */
  errorFrames(message: string): readonly Frame[]
}

const mostPieces = 8

/** Cuts text into at most eight pieces, as a model would stream it; never inside a surrogate pair. */
export function toPieces(text: string): readonly string[] {
  const size = Math.max(6, Math.ceil(text.length / mostPieces))
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + size)
    if (end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff) end += 1
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

/** The tool that is demanded: by name, or as the only one where any is demanded. */
export function findForcedTool(name: unknown, demandsAny: boolean, tools: readonly OfferedTool[]): string | undefined {
  if (typeof name === 'string' && name !== '') return name
  return demandsAny && tools.length === 1 ? tools[0]?.name : undefined
}

/** The optional fields of a read request, left out where absent. */
export function toOptional(
  forcedTool: string | undefined, schema: JsonObject | undefined,
): Pick<ReadRequest, 'forcedTool' | 'schema'> {
  return { ...(forcedTool === undefined ? {} : { forcedTool }), ...(schema === undefined ? {} : { schema }) }
}
