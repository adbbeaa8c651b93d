import type * as CedarWasm from '@cedar-policy/cedar-wasm/nodejs'

/** The Cedar engine: 4 MB of WebAssembly, some 20 ms to load. */
export type Cedar = typeof CedarWasm

let loading: Promise<Cedar> | undefined

/** Loaded once, when the first question is near. */
export function loadCedar(): Promise<Cedar> {
  loading ??= import('@cedar-policy/cedar-wasm/nodejs').then((module) => ('default' in module ? (module as unknown as { default: Cedar }).default : module))
  return loading
}
