import type { Severity } from '../../protocol/evidence.ts'

const ranks: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 }

/** The weaker of the two: what a tool calls it, and the most that the settings let it be. */
export function atMost(severity: Severity, most: Severity): Severity {
  return ranks[severity] <= ranks[most] ? severity : most
}
