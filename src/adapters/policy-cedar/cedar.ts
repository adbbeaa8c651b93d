import { createRequire } from 'node:module'
import type * as CedarWasm from '@cedar-policy/cedar-wasm/nodejs'

/** The Cedar engine: 4 MB of WebAssembly, some 50 ms and 25 MB once it has answered something. */
export type Cedar = typeof CedarWasm

let loaded: Cedar | undefined

/** Loaded once, when a rule is met that only Cedar can work out: most runs of ordinary commands never meet one. */
export function getCedar(): Cedar {
  loaded ??= createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar
  return loaded
}
