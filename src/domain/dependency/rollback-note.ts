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
    'Advisories: not checked (offline). The older version may have faults that the newer one mends.',
    `${count(facts.tried, 'set')} of dependencies ${facts.tried === 1 ? 'was' : 'were'} installed and tried, without install scripts.`,
  ]
}

function list(words: readonly string[]): string {
  return words.length <= most ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}
