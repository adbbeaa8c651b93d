import type { Group } from './read-tests.ts'
import type { LaneTest, StackFrame, Survey, Watch } from './lane/lane.ts'

/** What a test is given in a survey where another is known not to end, in milliseconds. */
const patienceMs = 3000
/** The least that a run of a check is reckoned with whose base did not end, and how many times what its tests take in a lane. */
const pace = { leastMs: 3000, times: 4 }

/** Where tests do not end, the first of each file is run with a short limit for what it runs; the others would cost as much again. */
export function watchFor({ outcome }: Group): Watch | undefined {
  if (outcome.endless === undefined) return undefined
  const passOver = outcome.endless.filter((test, at, all) => all.findIndex((one) => one.file === test.file) !== at).map(({ name }) => name)
  return { patienceMs, endless: outcome.endless.map(({ name }) => name), passOver }
}

/** A survey with the tests that were passed over since they do not end: they are taken to run what the others of their kind do. */
export function withPassedOver(survey: Survey | undefined, { outcome }: Group): Survey | undefined {
  if (survey === undefined || outcome.endless === undefined) return survey
  const known = new Set(survey.tests.map((test) => test.name))
  const covers = new Map(survey.tests.filter((test) => test.endless !== undefined).flatMap((test) => [...test.covers]))
  const added = outcome.endless.filter(({ name }) => !known.has(name)).map(({ name, file, stack }): LaneTest => ({ name, status: 'failed', file: file ?? '', ms: 0, covers, endless: stack }))
  return { ...survey, tests: [...survey.tests, ...added] }
}

/** The stacks of the base's tests that do not end, as the finder saw them, else as the lane did. */
export function findEndlessStacks({ outcome, failing }: Group, survey: Survey | undefined): StackFrame[][] {
  return failing.flatMap(({ name }) => {
    const stack = outcome.endless?.find((test) => test.name === name)?.stack ?? survey?.tests.find((test) => test.name === name)?.endless
    return stack === undefined || stack.length === 0 ? [] : [[...stack]]
  })
}

/** What one run of the check takes, in milliseconds; guessed from the lane's where the base's did not end. */
export function findPace(outcome: Group['outcome'], survey: Survey | undefined): number {
  if (outcome.endless === undefined) return outcome.durationMs
  const quickMs = survey === undefined ? 0 : survey.loadMs + survey.tests.reduce((sum, test) => sum + test.ms, 0)
  return Math.min(outcome.durationMs, Math.max(pace.leastMs, pace.times * quickMs))
}
