import { toUnifiedDiff, type BoundedDiff, type TextChange } from '../../domain/text/unified-diff.ts'
import type { ToolContext } from '../../engine/ports/tools.ts'

/** A diff as it may be shown: secrets are taken out of both sides before lines are cut. */
export function toShownDiff(change: TextChange, options: { maxChars: number; context: number }, { mask }: Pick<ToolContext, 'mask'>): BoundedDiff {
  if (mask === undefined) return toUnifiedDiff(change, options)
  const shown = (text: string | undefined): string | undefined => (text === undefined ? undefined : mask(text))
  return toUnifiedDiff({ ...change, before: shown(change.before), after: shown(change.after) }, options)
}
