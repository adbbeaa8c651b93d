import { Rejection } from './request.ts'
import type { Api, Item, ReadRequest } from './request.ts'
import { findSealed } from './seal.ts'

/**
 * Holds a conversation to what every vendor demands of it, so that a client which breaks its history hears of it here
 * and not only in production:
 * 1. each result answers an earlier call, and no call is answered twice;
 * 2. each call is answered, and (not in Responses) before anything else is said;
 * 3. tool names are well-formed and unique;
 * 4. sealed reasoning comes back unchanged.
 * Throws `Rejection` with status 400.
 */
export function checkHistory(request: ReadRequest): void {
  checkTools(request)
  const open = new Map<string, number>()
  const answered = new Set<string>()
  for (const item of request.items) {
    if (item.kind === 'result') {
      if (!open.delete(item.id)) {
        const why = answered.has(item.id) ? 'was answered before' : 'does not exist'
        throw new Rejection(400, `The tool result refers to the call "${item.id}", which ${why}.`)
      }
      answered.add(item.id)
      continue
    }
    checkSeal(item, request.api)
    const [pending] = open
    if (request.api !== 'responses' && pending !== undefined && pending[1] !== item.message) {
      throw new Rejection(400, `The call "${pending[0]}" must be followed by its result, but a ${item.kind} came first.`)
    }
    if (item.kind !== 'call') continue
    if (open.has(item.id) || answered.has(item.id)) throw new Rejection(400, `The call id "${item.id}" is there twice.`)
    open.set(item.id, item.message)
  }
  const [left] = open.keys()
  if (left !== undefined) throw new Rejection(400, `No tool output found for the call "${left}".`)
}

function checkTools(request: ReadRequest): void {
  const names = new Set<string>()
  for (const tool of request.tools) {
    if (tool.kind === 'hosted' || tool.kind === 'local-shell') continue
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name)) {
      throw new Rejection(400, `The tool name "${tool.name}" does not match ^[a-zA-Z0-9_-]{1,64}$.`)
    }
    const name = `${tool.namespace ?? ''}/${tool.name}`
    if (names.has(name)) throw new Rejection(400, `The tool name "${tool.name}" is there twice.`)
    names.add(name)
  }
}

function checkSeal(item: Exclude<Item, { kind: 'result' }>, api: Api): void {
  if (item.kind !== 'reasoning' || item.seal === undefined) return
  const sealed = findSealed(item.seal)
  // Gemini's clients may hang a signature on another part than the one it came with.
  if (sealed === undefined || (api !== 'gemini' && !sealed.fits(item.text))) {
    throw new Rejection(400, `The reasoning's signature "${item.seal.slice(0, 40)}" does not belong to its text.`)
  }
}
