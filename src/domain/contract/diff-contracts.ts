import type { Contract } from '../../protocol/contract.ts'
import { describeTimed } from './describe-timed.ts'
import { digestOfJson } from '../digest.ts'

/** What is different in the second contract, as sentences that a person can judge; none where they are the same. */
export function diffContracts(before: Contract, after: Contract): readonly string[] {
  const lines: string[] = []
  const one = (name: string, a: string | number | undefined, b: string | number | undefined): void => {
    if (a !== b) lines.push(`${name}: ${a ?? 'none'} → ${b ?? 'none'}`)
  }
  const list = (name: string, a: readonly string[], b: readonly string[]): void => {
    for (const each of b) if (!a.includes(each)) lines.push(`${name} + ${each}`)
    for (const each of a) if (!b.includes(each)) lines.push(`${name} − ${each}`)
  }
  one('goal', before.goal, after.goal)
  list('constraint', before.constraints.map((each) => each.text), after.constraints.map((each) => each.text))
  list('check', before.checks.map((each) => each.command), after.checks.map((each) => each.command))
  if (before.scope.length === 0 && after.scope.length > 0) lines.push('scope: no longer the whole repository')
  if (before.scope.length > 0 && after.scope.length === 0) lines.push('scope: the whole repository')
  list('scope', before.scope, after.scope)
  one('deadline', before.deadline, after.deadline)
  one('most turns', before.budget.maxTurns, after.budget.maxTurns)
  one('most turns without progress', before.budget.maxIdleTurns, after.budget.maxIdleTurns)
  one('most dollars', before.budget.maxUsd, after.budget.maxUsd)
  one('most tokens', before.budget.maxTokens, after.budget.maxTokens)
  list('approver', before.approvers, after.approvers)
  list('network', before.network, after.network)
  list('pinned', before.pins.map((pin) => pin.path), after.pins.map((pin) => pin.path))
  list('checkpoint', before.checkpoints ?? [], after.checkpoints ?? [])
  list('performance', (before.performance ?? []).map(describeTimed), (after.performance ?? []).map(describeTimed))
  list('data', before.dataLocations.map((each) => each.text), after.dataLocations.map((each) => each.text))
  if (lines.length === 0 && digestOfJson(before) !== digestOfJson(after)) lines.push('details of pins, guarded names or timeouts')
  return lines
}
