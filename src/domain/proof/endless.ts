import type { CheckOutcome, EndlessTest } from '../../protocol/evidence.ts'
import { toDuration } from '../report/words.ts'

/** What one run of a check that does not end is reckoned with once it does, in milliseconds: how long that takes is not known yet. */
const reckonedMs = 2500

/** What a check whose base showed this will take, in milliseconds. */
export function expectedMs(outcome: CheckOutcome): number {
  return outcome.endless === undefined ? outcome.durationMs : Math.min(reckonedMs, outcome.durationMs)
}

export function isEndless(outcome: CheckOutcome | undefined, name: string): boolean {
  return outcome?.endless?.some((test) => test.name === name) === true
}

/** The runner of tests that were named by running them one by one, where the check was stopped before it had said what runs them. */
export const unknownRunner = 'unknown'

/** In words, with a stack that reads like one of an error. */
export function describeEndless({ afterMs, stack }: EndlessTest): string {
  const frames = stack.map(({ path, line, name }) => `    at ${name === '' ? '<anonymous>' : name} (${path}:${line})`)
  return [`does not end: it was stopped after ${toDuration(afterMs)} when it was run by itself`, ...frames].join('\n')
}

/** The outcome of a check that was stopped, with the tests that keep it from ending as failed ones. */
export function nameEndless(outcome: CheckOutcome, found: readonly EndlessTest[]): CheckOutcome {
  if (found.length === 0) return outcome
  const own = `check ${outcome.checkId}`
  const names = new Set(found.map((test) => test.name))
  const named = found.filter((test) => test.name !== own)
  const cases = [
    ...(outcome.tests?.cases ?? []).filter((test) => !names.has(test.name)),
    ...named.map((test) => ({ name: test.name, ...(test.file === undefined ? {} : { file: test.file }), status: 'failed' as const, message: describeEndless(test).slice(0, 2000) })),
  ]
  return {
    ...outcome, status: 'timed-out', endless: [...found],
    ...(named.length === 0 ? {} : { tests: { runner: outcome.tests?.runner ?? unknownRunner, cases, complete: false } }),
    notes: [...found.map(sayEndless), ...outcome.notes],
  }
}

/** One sentence for each, for people. */
export function sayEndless(test: EndlessTest): string {
  const [at] = test.stack
  const where = at === undefined ? '' : `, in ${at.name === '' ? '' : `${at.name} `}(${at.path}:${at.line})`
  return `${test.name.startsWith('check ') ? 'the program of the check' : `the test ${test.name}`} does not end: it was stopped after ${toDuration(test.afterMs)} when it was run by itself${where}`
}
