import type { ToolContext } from '../../engine/ports/tools.ts'
import type { FileBytes } from './file-content.ts'
import { findText } from './file-content.ts'
import { toShownDiff } from './shown-diff.ts'

/** Contents that the model has seen, by digest, to say later what changed since. Bounded: the oldest go first. */
export interface Recollection {
  remember(file: FileBytes): void
  find(digest: string): Buffer | undefined
}

export function createRecollection(options: { maxBytes: number } = { maxBytes: 16 * 1024 * 1024 }): Recollection {
  const kept = new Map<string, Buffer>()
  let size = 0
  return {
    remember: ({ digest, bytes }) => {
      if (bytes.length > options.maxBytes / 4 || kept.has(digest)) return
      kept.set(digest, bytes)
      size += bytes.length
      for (const [oldest, content] of kept) {
        if (size <= options.maxBytes) break
        kept.delete(oldest)
        size -= content.length
      }
    },
    find: (digest) => kept.get(digest),
  }
}

/** The model has now seen this content of the path. */
export function markSeen(context: ToolContext, recollection: Recollection, path: string, file: FileBytes): void {
  context.seen.set(path, file.digest)
  recollection.remember(file)
}

export type Knowledge =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'unseen' }
  /** Changed since the model last saw it; `message` says what. */
  | { readonly kind: 'stale'; readonly message: string }

/**
 * Does the model know what it is about to change? A stale file's changes are shown; where they are shown whole the new
 * content counts as seen from then on, which saves the turn of reading it again.
 */
export function toKnowledge(context: ToolContext, recollection: Recollection, path: string, now: FileBytes): Knowledge {
  const seen = context.seen.get(path)
  if (seen === undefined) return { kind: 'unseen' }
  if (seen === now.digest) return { kind: 'fresh' }
  const before = recollection.find(seen)
  const old = before === undefined ? undefined : findText(before)
  const current = findText(now.bytes)
  const opening = `${path} has changed since you last saw it, so nothing was written.`
  if (old === undefined || current === undefined) return { kind: 'stale', message: `${opening} Read it again, then repeat the change.` }
  const diff = toShownDiff({ path, before: old.text, after: current.text }, { maxChars: 3000, context: 1 }, context)
  if (diff.text === '' || diff.left > 0 || diff.text.startsWith('(')) {
    const what = diff.text === '' ? 'Its line ends or encoding changed.' : `What changed:\n${diff.text}\n`
    return { kind: 'stale', message: `${opening} ${what} Read it again, then repeat the change.` }
  }
  markSeen(context, recollection, path, now)
  return { kind: 'stale', message: `${opening} What changed:\n${diff.text}\nIt counts as read now: repeat the change if it still fits.` }
}
