import type { Check, Contract, ContractFile, Pin, TimedCommand } from '../../protocol/contract.ts'
import { isOfRepository } from './scope.ts'
import { Fault } from '../../protocol/fault.ts'

/** What the person said on the command line, as far as it was said. */
export interface Flags {
  readonly goal: string | undefined
  readonly checks: readonly string[]
  readonly scope: readonly string[]
  readonly constraints: readonly string[]
  readonly deadline: string | undefined
  readonly maxTurns: number | undefined
  readonly maxUsd: number | undefined
}

export interface Found {
  readonly checks: readonly { readonly command: string; readonly why: string }[]
  readonly pins: readonly Pin[]
  readonly guarded: readonly string[]
}

export const defaultBudget = { maxTurns: 200, maxIdleTurns: 30 } as const

/** The checks that hold: the person's where there are any, else those that the repository itself names. */
export function chooseChecks(flags: Flags, file: ContractFile | undefined, found: Found['checks']): readonly Check[] {
  const given: Omit<Check, 'id'>[] = [
    ...flags.checks.map((command) => ({ command, origin: 'person' as const, timeoutMs: 600_000 })),
    ...(file?.checks ?? []).map((each) => (typeof each === 'string'
      ? { command: each, origin: 'person' as const, timeoutMs: 600_000 }
      : { command: each.command, origin: 'person' as const, timeoutMs: (each.timeout_seconds ?? 600) * 1000 })),
  ]
  if (given.some((check) => check.command.trim() === '')) throw new Fault('request-invalid', 'a check is empty: give a command that exits with 0 when the goal is met, like --check "npm test"')
  const chosen = given.length > 0 ? given : found.map((each) => ({ command: each.command, origin: 'found' as const, why: each.why, timeoutMs: 600_000 }))
  return chosen.map((check, index) => ({ id: `c${index + 1}`, ...check }))
}

/**
 * The contract as words, flags and files give it; flags win over the file.
 * @param now milliseconds since the epoch, for durations
 * @throws Fault `request-invalid` naming the flag that cannot be read
 */
export function draftContract(flags: Flags, file: ContractFile | undefined, checks: readonly Check[], found: Omit<Found, 'checks'>, now: number): Contract {
  const goal = (flags.goal ?? file?.goal ?? '').trim()
  if (!goal) throw new Fault('request-invalid', 'there is no goal: say in words what is to be true in the end, like writ run "make the failing tests pass"')
  if (goal.length > 20_000) throw new Fault('request-invalid', `the goal has ${goal.length} characters, and 20,000 are the most; put the details into files and name them`)
  const deadline = parseDeadline(flags.deadline ?? file?.deadline, now)
  const maxUsd = flags.maxUsd ?? file?.budget?.max_usd
  const maxTokens = file?.budget?.max_tokens
  return {
    version: 1,
    goal,
    constraints: [...flags.constraints, ...(file?.constraints ?? [])].map((text) => ({ text, origin: 'person' as const })),
    checks: [...checks],
    scope: toScope(flags.scope.length > 0 ? flags.scope : (file?.scope ?? []), 'scope'),
    dataLocations: (file?.data_locations ?? []).map((text) => ({ text, origin: 'person' as const })),
    ...(deadline === undefined ? {} : { deadline }),
    budget: {
      maxTurns: flags.maxTurns ?? file?.budget?.max_turns ?? defaultBudget.maxTurns,
      maxIdleTurns: file?.budget?.max_idle_turns ?? defaultBudget.maxIdleTurns,
      ...(maxUsd === undefined ? {} : { maxUsd }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    },
    approvers: [...(file?.approvers ?? [])],
    unknowns: (file?.unknowns ?? []).map((each) => (typeof each === 'string' ? { question: each, why: '' } : { question: each.question, why: each.why ?? '' })),
    network: (file?.network ?? []).map((host) => (/:\d+$/.test(host) ? host : `${host}:443`)),
    pins: [...found.pins],
    guarded: [...found.guarded],
    ...(file?.checkpoints ? { checkpoints: toScope(file.checkpoints, 'checkpoint') } : {}),
    ...(file?.performance ? { performance: draftPerformance(file.performance) } : {}),
  }
}

/** @throws Fault `request-invalid` for a glob that no path of the repository can match. */
function toScope(globs: readonly string[], what: string): string[] {
  const tidy = globs.map(tidyGlob)
  const stray = tidy.find((glob) => !isOfRepository(glob))
  if (stray !== undefined) throw new Fault('request-invalid', `the ${what} ${stray} is no path of the repository: give paths from its top without .., like "src/**" or "docs"`)
  return tidy
}

/** @throws Fault `request-invalid` where two have one name. */
function draftPerformance(given: NonNullable<ContractFile['performance']>): TimedCommand[] {
  const timed = given.map((each, index) => {
    const { id = `p${index + 1}`, command, most = 1.1, runs = 7 } = typeof each === 'string' ? { command: each } : each
    return { id, command, most, runs }
  })
  const twice = timed.find(({ id }, index) => timed.findIndex((other) => other.id === id) !== index)
  if (twice !== undefined) throw new Fault('request-invalid', `two commands of the contract's performance are called ${twice.id}; each needs an id of its own`)
  return timed
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `20m`, `2h`, `1d`, or an ISO 8601 instant. Returns an ISO instant. */
export function parseDeadline(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined
  const duration = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim())
  const unit = units[duration?.[2] ?? '']
  const at = duration && unit ? now + Number(duration[1]) * unit : Date.parse(text)
  if (Number.isNaN(at) || (!duration && !/^\d{4}-\d{2}-\d{2}/.test(text.trim()))) throw new Fault('request-invalid', `the deadline “${text}” cannot be read: write a duration like 20m or 2h, or an instant like 2026-05-01T12:00:00Z`)
  if (at <= now) throw new Fault('request-invalid', `the deadline “${text}” has passed already`)
  return new Date(at).toISOString()
}

/** `src/` is what lies below it. */
export function tidyGlob(glob: string): string {
  const tidy = glob.trim().replace(/^\.\//, '')
  return tidy.endsWith('/') ? `${tidy}**` : tidy
}
