import type { Reply, Script } from './reply.ts'
import type { NormalisedRequest } from './request.ts'

export type ModelServerOptions = {
  /** Answers the main requests; a list is played by `scriptOf`. */
  readonly script: Script | readonly Reply[]
  /** Answers the other requests (no tools offered, or one JSON tool demanded). Default: the text `{}`. */
  readonly intake?: Script
  /** Which requests are the agent's main loop. Default: those that offer tools, unless they demand a tool named `json`. */
  readonly isMain?: (request: NormalisedRequest) => boolean
  /** Default: any free port. */
  readonly port?: number
  /** Milliseconds before the first byte of each answer. Default 0. */
  readonly latencyMs?: number
  /** Milliseconds between two events of a stream. Default 0: all in one write. */
  readonly paceMs?: number
  /** Where given, requests without this key get a 401. */
  readonly apiKey?: string
  /** Take conversations that a vendor would refuse. Default false. */
  readonly lenient?: boolean
  /** What `GET /v1/models` lists. Default: `scripted`. */
  readonly models?: readonly string[]
}
