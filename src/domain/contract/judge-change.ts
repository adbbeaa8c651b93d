import type { Contract, Pin } from '../../protocol/contract.ts'
import { digestOf, digestOfJson } from '../digest.ts'
import { isGuarded } from './pins.ts'

export type ChangeVerdict = 'free' | 'pinned' | 'guarded'

type Members = Readonly<Record<string, unknown>>

function findMembers(bytes: Uint8Array | undefined): Members | undefined {
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    // Not JSON: it has no members that could be compared.
    return undefined
  }
}

/** Do two versions agree in every key that the agent may not change? */
function agreeInPinnedKeys(pin: Extract<Pin, { mode: 'keys' }>, before: Uint8Array | undefined, after: Uint8Array): boolean {
  const old = findMembers(before)
  const now = findMembers(after)
  if (old === undefined || now === undefined) return false
  const pinned = (members: Members): Members => Object.fromEntries(Object.entries(members).filter(([key]) => !pin.free.includes(key)))
  return digestOfJson(pinned(old)) === digestOfJson(pinned(now))
}

const pinsByPath = new WeakMap<readonly Pin[], ReadonlyMap<string, Pin>>()

export function findPin(contract: Pick<Contract, 'pins'>, path: string): Pin | undefined {
  let byPath = pinsByPath.get(contract.pins)
  if (byPath === undefined) {
    byPath = new Map(contract.pins.map((pin) => [pin.path, pin]))
    pinsByPath.set(contract.pins, byPath)
  }
  return byPath.get(path)
}

/**
 * May the agent make this change? `before` and `after` are the file's contents, undefined where it is not there.
 * A pinned file may always go back to what the base had.
 */
export function judgeChange(contract: Pick<Contract, 'pins' | 'guarded'>, path: string, before: Uint8Array | undefined, after: Uint8Array | undefined): ChangeVerdict {
  const pin = findPin(contract, path)
  if (pin === undefined) return before === undefined && after !== undefined && isGuarded(contract, path) ? 'guarded' : 'free'
  if (after === undefined) return 'pinned'
  if (digestOf(after) === pin.sha256) return 'free'
  return pin.mode === 'keys' && agreeInPinnedKeys(pin, before, after) ? 'free' : 'pinned'
}

/**
 * The base's package.json with the free keys as the agent left them. The base's own bytes where nothing free was changed
 * or the agent's version cannot be read.
 */
export function mergeKeys(pin: Extract<Pin, { mode: 'keys' }>, base: Uint8Array, result: Uint8Array | undefined): Uint8Array {
  const old = findMembers(base)
  const now = findMembers(result)
  if (old === undefined || now === undefined || result === undefined) return base
  if (agreeInPinnedKeys(pin, base, result)) return result
  const merged: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(old)) {
    if (!pin.free.includes(key)) merged[key] = value
    else if (key in now) merged[key] = now[key]
  }
  for (const key of pin.free) if (key in now && !(key in merged)) merged[key] = now[key]
  const indent = /^([ \t]+)"/m.exec(new TextDecoder().decode(base))?.[1] ?? '  '
  return digestOfJson(merged) === digestOfJson(old) ? base : new TextEncoder().encode(`${JSON.stringify(merged, undefined, indent)}\n`)
}
