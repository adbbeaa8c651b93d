import type { JsonObject } from './json.ts'

/** Which wire format a request came in. */
export type Api = 'responses' | 'chat' | 'anthropic' | 'gemini'

/** One tool of the request, whatever the vendor's way to declare it. */
export type OfferedTool = {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input; `{}` for a tool that takes free text. */
  readonly schema: JsonObject
  /** `custom` takes raw text (Responses), `local-shell` and `hosted` are OpenAI's own. */
  readonly kind: 'function' | 'custom' | 'local-shell' | 'hosted'
  readonly namespace?: string
}

/**
 * One piece of the conversation, in order. `message` numbers the vendor's message that it came in; in Responses,
 * which has no assistant messages, consecutive pieces by the model count as one.
 */
export type Item = { readonly message: number } & (
  | { readonly kind: 'text'; readonly role: 'user' | 'assistant'; readonly text: string; readonly id?: string; readonly seal?: string }
  | { readonly kind: 'reasoning'; readonly text: string; readonly id?: string; readonly seal?: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: unknown; readonly seal?: string }
  | { readonly kind: 'result'; readonly id: string; readonly output: string; readonly isError?: boolean }
)

/** A model request, told apart from its wire format. */
export type NormalisedRequest = {
  readonly api: Api
  readonly model: string
  readonly stream: boolean
  /** System and developer text, in order, joined by blank lines. */
  readonly system: string
  readonly tools: readonly OfferedTool[]
  /** Name of the one tool that the client demands, where it does. */
  readonly forcedTool?: string
  /** JSON Schema that the client wants the text to satisfy; `{}` where it wants any JSON. */
  readonly schema?: JsonObject
  readonly items: readonly Item[]
  /** Which answer of the conversation this is, from 0; read off the request itself (see `position.ts`). */
  readonly n: number
  /** How often this server was asked the same before: 0 the first time, 1 for the first retry. */
  readonly attempt: number
}

/** What a wire format can read off one request alone. */
export type ReadRequest = Omit<NormalisedRequest, 'n' | 'attempt'> & {
  /** Responses only: the client asked to get reasoning back encrypted. */
  readonly wantsSealedReasoning: boolean
}

/** The request breaks a rule of the vendor's API; answered as the vendor would, with this status. */
export class Rejection extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'Rejection'
    this.status = status
  }
}
