import { isSecretValue, toTelling } from './assigned.ts'
import type { Masker } from './masker.ts'

/** Members of events that name things instead of saying something. A run that finds its own files by them needs them as they are. */
const structural = new Set(['root', 'path', 'from', 'to', 'branch', 'base', 'head', 'tree', 'parent', 'commit', 'digest', 'hash', 'policy', 'template', 'config', 'profile', 'callId', 'checkId', 'key', 'before', 'after', 'onto', 'request', 'run', 'onBase', 'onResult'])
/** Members that hold what others wrote, in any shape: nothing in them is a name of ours. */
const free = new Set(['input', 'detail'])

/**
 * The same value with the secrets of all its texts masked; the very same object where there are none.
 * A text under a telling name (`{"password": …}`) is judged by that name too.
 */
export function maskJson<T>(value: T, masker: Masker): T {
  return walk(value, { masker, isFree: false }) as T
}

interface Walk {
  readonly masker: Masker
  readonly isFree: boolean
}

function walk(value: unknown, how: Walk): unknown {
  if (typeof value === 'string') return how.masker.mask(value)
  if (Array.isArray(value)) return walkArray(value, how)
  if (typeof value !== 'object' || value === null) return value
  return walkObject(value as Readonly<Record<string, unknown>>, how)
}

function walkArray(value: readonly unknown[], how: Walk): readonly unknown[] {
  let masked: unknown[] | undefined
  for (const [index, each] of value.entries()) {
    const next = walk(each, how)
    if (next !== each) (masked ??= [...value])[index] = next
  }
  return masked ?? value
}

function walkObject(value: Readonly<Record<string, unknown>>, how: Walk): unknown {
  let masked: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const each = value[name]
    if (each === undefined || (!how.isFree && typeof each === 'string' && structural.has(name))) continue
    const next = name === 'provider' && !how.isFree ? maskOpaque(each, how) : typeof each === 'string' ? maskNamed(name, each, how) : walk(each, free.has(name) ? { ...how, isFree: true } : how)
    if (next !== each) (masked ??= { ...value })[name] = next
  }
  if (masked !== undefined && isThought(value) && masked['text'] !== value['text']) masked['provider'] = undefined
  return masked === undefined ? value : Object.fromEntries(Object.entries(masked).filter(([name, each]) => each !== undefined || !(name in value)))
}

function maskNamed(name: string, text: string, { masker, isFree }: Walk): string {
  const masked = masker.mask(text)
  const telling = isFree && masked === text ? toTelling(name) : undefined
  return telling !== undefined && isSecretValue({ text, isQuoted: true }, telling) ? masker.hide(telling, text) : masked
}

/** A signature holds for the words that were signed: thoughts that were changed go back without it, or not at all. */
function isThought(value: Readonly<Record<string, unknown>>): boolean {
  return value['type'] === 'reasoning' && typeof value['text'] === 'string'
}

/** What a provider wants back as it gave it. Where a secret is in it, none of it is kept. */
function maskOpaque(value: unknown, how: Walk): unknown {
  return isClean(value, how.masker) ? value : undefined
}

function isClean(value: unknown, masker: Masker): boolean {
  // Sealed text is random: only prose is searched for what looks like a secret.
  if (typeof value === 'string') return (/\s/.test(value) ? masker.mask(value) : masker.maskKnown(value)) === value
  if (Array.isArray(value)) return value.every((each) => isClean(each, masker))
  return typeof value !== 'object' || value === null || Object.values(value).every((each) => isClean(each, masker))
}
