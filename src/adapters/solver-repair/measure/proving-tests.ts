import type { ProvenResult, ResultLab } from '../../../engine/ports/strength.ts'
import type { CheckOutcome, TestCase } from '../../../protocol/evidence.ts'
import { findScript } from '../lane/find-script.ts'
import { exitName, familyOf, familyOfFile, fileOf } from '../read-tests.ts'
import type { Family, Group } from '../read-tests.ts'

/** Tests of one check and language that passed on the result. */
export interface ProvingTests {
  readonly group: Group
  readonly names: ReadonlySet<string>
  /** Files of tests that were left out, since there are too many. */
  readonly unread: number
}

/** Files of tests that are run, those near the change first. */
const mostFiles = 16

/** What proved the result in a language: tests by name first, then checks that only their exit code speaks for. */
export async function findProvingTests({ contract, outcomes, selfMade }: ProvenResult, lab: ResultLab, family: Family): Promise<ProvingTests[]> {
  const byName: ProvingTests[] = []
  const byExit: ProvingTests[] = []
  let own = selfMade.map(({ name, file }): TestCase => ({ name, file, status: 'passed' })).filter((test) => familyOf(test) === family)
  for (const outcome of outcomes) {
    const check = contract.checks.find(({ id }) => id === outcome.checkId)
    if (check === undefined || outcome.status !== 'passed') continue
    const seen = outcome.tests?.cases ?? []
    const cases = [...seen.filter((test) => test.status === 'passed' && familyOf(test) === family), ...(outcome.tests === undefined ? [] : own)]
    if (cases.length > 0) {
      if (outcome.tests !== undefined) own = []
      byName.push(await narrow({ family, check, outcome, failing: [], untouched: [], files: [] }, cases, lab))
      continue
    }
    if (seen.some((test) => familyOf(test) !== undefined)) continue
    const { script } = await findScript(check.command, lab)
    const name = exitName(outcome)
    byExit.push({ group: { family, check, outcome, failing: [], untouched: [], files: script === undefined ? [] : [script], byExit: { name, script: script !== undefined && familyOfFile(script) === family ? script : undefined } }, names: new Set([name]), unread: 0 })
  }
  return [...byName, ...byExit]
}

async function narrow(group: Group, cases: readonly TestCase[], lab: ResultLab): Promise<ProvingTests> {
  const all = [...new Set(cases.map(fileOf))]
  const files = all.length <= mostFiles ? all : await nearest(all, group.outcome, lab)
  const kept = new Set(files)
  const some = cases.filter((test) => kept.has(fileOf(test)))
  const { runner = 'exit-code', complete = true } = group.outcome.tests ?? {}
  return { group: { ...group, files, outcome: { ...group.outcome, tests: { runner, complete, cases: some } } }, names: new Set(some.map(({ name }) => name)), unread: all.length - files.length }
}

async function nearest(files: readonly string[], outcome: CheckOutcome, lab: ResultLab): Promise<string[]> {
  const near = (await lab.near(outcome)).filter((file) => files.includes(file))
  return [...new Set([...near, ...files])].slice(0, mostFiles)
}
