import { matchesAny } from '../../domain/contract/guarded.ts'
import { toMs } from '../../domain/policy/settings.ts'
import type { ApproverStep } from '../../protocol/policy.ts'
import type { Bundle } from './bundle.ts'

const defaultEscalateMs = 4 * 3_600_000

/**
 * Whom the bundles name for these paths. In each bundle the last entry that fits a path counts, as in a CODEOWNERS file;
 * bundles add to each other, the organisation's first. Steps come in the order in which they are first named.
 */
export function findApprovers(bundles: readonly Bundle[], paths: readonly string[]): { readonly steps: readonly ApproverStep[]; readonly escalateMs: number } {
  const steps = new Map<string, Set<string>>()
  let escalateMs: number | undefined
  for (const { manifest } of bundles) {
    const owners = manifest.owners ?? []
    const chosen = new Set(paths.map((path) => owners.findLastIndex((owner) => matchesAny(owner.paths, path))))
    for (const [index, owner] of owners.entries()) {
      if (!chosen.has(index)) continue
      for (const { who, deputies } of owner.approvers.map(toStep)) steps.set(who, new Set([...(steps.get(who) ?? []), ...deputies]))
      const wait = owner.escalate_after === undefined ? defaultEscalateMs : toMs(owner.escalate_after)
      escalateMs = Math.min(escalateMs ?? wait, wait)
    }
  }
  return { steps: [...steps].map(([who, deputies]) => ({ who, deputies: [...deputies] })), escalateMs: escalateMs ?? 0 }
}

function toStep(text: string): ApproverStep {
  const [who = '', ...deputies] = text.split('|').map((name) => name.trim()).filter((name) => name !== '')
  return { who, deputies }
}
