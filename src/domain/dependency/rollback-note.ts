import { count } from '../report/words.ts'
import type { VersionChange } from './lockfile.ts'

/** What is known of taking a dependency back, for whoever decides. */
export interface RollbackFacts {
  readonly culprit: VersionChange
  /** The commit that brought it. */
  readonly broughtBy: string
  readonly check: string
  /** Other packages of the lockfile that need it; files of the repository that import it. */
  readonly dependents: readonly string[]
  readonly files: readonly string[]
  /** Names in use that only the newer version knows. Undefined where the versions could not be compared. */
  readonly lost: readonly string[] | undefined
  readonly tried: number
  /** What is known against the two versions, or why that is not known. */
  readonly advisories: KnownAdvisories | { readonly notChecked: string }
}

export interface KnownAdvisory {
  readonly id: string
  readonly summary: string
}

export interface KnownAdvisories {
  /** Against what the dependency would be taken back to. */
  readonly older: readonly KnownAdvisory[]
  /** Against what is in use now. */
  readonly newer: readonly KnownAdvisory[]
}

const most = 12

/** The note on the trade-offs: also the body of the draft's commit. */
export function describeRollback(facts: RollbackFacts): string[] {
  const { name, from, to } = facts.culprit
  return [
    `\`${facts.check}\` fails since ${name} went from ${from ?? 'not being there'} to ${to ?? 'not being there'} (commit ${facts.broughtBy.slice(0, 10)}); with ${name} ${from ?? 'left out'} it passes.`,
    `Used by: ${list(facts.files.length === 0 ? [] : [`${count(facts.files.length, 'file')} of the repository (${list(facts.files)})`]) || 'no file of the repository that imports it by name'}; ${facts.dependents.length === 0 ? 'no other package needs it' : `also needed by ${list(facts.dependents)}`}.`,
    facts.lost === undefined ? 'Features of the newer version that are in use: not known, the versions could not be compared.'
      : facts.lost.length === 0 ? 'Features of the newer version that are in use: none was found by name.'
        : `Would be lost, in use and only in the newer version: ${list(facts.lost)}.`,
    describeAdvisories(facts),
    `${count(facts.tried, 'set')} of dependencies ${facts.tried === 1 ? 'was' : 'were'} installed and tried, without install scripts.`,
  ]
}

/** What would come back is told apart from what both have and what would go. */
function describeAdvisories({ advisories, culprit: { name, from, to } }: RollbackFacts): string {
  if ('notChecked' in advisories) return `Advisories: not checked (${advisories.notChecked}). The older version may have faults that the newer one mends.`
  const { older, newer } = advisories
  const isIn = (some: readonly KnownAdvisory[]) => ({ id }: KnownAdvisory): boolean => some.some((each) => each.id === id)
  const groups = [
    [`would come back with ${name} ${from ?? ''}`.trimEnd(), older.filter((each) => !isIn(newer)(each))],
    ['are against both versions', older.filter(isIn(newer))],
    [`are against ${name} ${to ?? ''} alone, and would go`, newer.filter((each) => !isIn(older)(each))],
  ] as const
  const told = groups.filter(([, some]) => some.length > 0).map(([what, some]) => `${what}: ${list(some.map(toAdvisoryText))}`)
  return told.length === 0 ? 'Advisories: none is known against either version.' : `Advisories that ${told.join('; that ')}.`
}

function toAdvisoryText({ id, summary }: KnownAdvisory): string {
  const line = summary.replaceAll(/\s+/g, ' ').trim()
  return line === '' ? id : `${id} (${line.length > 200 ? `${line.slice(0, 199)}…` : line})`
}

function list(words: readonly string[]): string {
  return words.length <= most ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}
