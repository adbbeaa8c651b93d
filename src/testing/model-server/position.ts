import type { Item } from './request.ts'
import { findSealed } from './seal.ts'

/**
 * Which answer comes next, from 0, read off the conversation alone.
 * Our ids and seals carry their position, so the latest one counts, plus the assistant messages after it: this holds
 * after a compaction dropped older turns, and where a client splits one answer into several messages. Without any of
 * them (a client that drops ids) it is the number of assistant messages.
 */
export function toPosition(items: readonly Item[]): number {
  let next = 0
  let ownMessage = -1
  let after = new Set<number>()
  for (const item of items) {
    if (item.kind === 'result' || (item.kind === 'text' && item.role === 'user')) continue
    const position = findOwnPosition(item)
    if (position !== undefined && position + 1 >= next) {
      next = position + 1
      ownMessage = item.message
      after = new Set()
    } else if (item.message !== ownMessage) after.add(item.message)
  }
  return next + after.size
}

/** Ids look like `call_t<position>_<serial>[_<index>]`, see `answer.ts`. */
const ownId = /^[a-z]+_t(\d+)_[0-9a-z]+(?:_\d+)?$/

function findOwnPosition(item: Exclude<Item, { kind: 'result' }>): number | undefined {
  const digits = item.id === undefined ? undefined : ownId.exec(item.id)?.[1]
  if (digits !== undefined) return Number(digits)
  return item.seal === undefined ? undefined : findSealed(item.seal)?.position
}
