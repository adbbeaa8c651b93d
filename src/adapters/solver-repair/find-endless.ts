import type { EndlessFinder, Lab } from '../../engine/ports/solver.ts'
import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome, EndlessTest } from '../../protocol/evidence.ts'
import { findScript, runnerOf } from './lane/find-script.ts'
import type { Lane } from './lane/lane.ts'
import { createNodeLane } from './lane/node-lane.ts'
import { createPythonLane } from './lane/python-lane.ts'
import { countWorkers, findMachine } from './lane/workers.ts'
import { exitName, familyOf, familyOfFile, maxGuessed, testLike } from './read-tests.ts'
import type { Family } from './read-tests.ts'

/** What a test is given that runs without giving way: a share of the time for all of them, and its bounds, in milliseconds. */
const patience = { share: 1 / 6, leastMs: 2000, mostMs: 10_000 }
/** The check itself may be at work beside it. */
const mostWorkers = 4
const mostNamed = 20
const mostFrames = 20

/** The tests that keep a check from ending, with the stack of where each goes round and round. */
export const findEndless: EndlessFinder['find'] = async (check, outcome, lab, { budgetMs, signal }) => {
  const lane = await openLane(check, outcome, lab)
  if (lane === undefined || signal.aborted) return []
  const patienceMs = Math.round(Math.min(patience.mostMs, Math.max(patience.leastMs, patience.share * budgetMs)))
  const survey = await lane.survey(budgetMs, [], { patienceMs })
  return (survey?.tests ?? []).filter((test) => test.endless !== undefined).slice(0, mostNamed).map((test): EndlessTest => ({
    name: test.name, ...(test.file === '' ? {} : { file: test.file }), afterMs: patienceMs, stack: (test.endless ?? []).slice(0, mostFrames),
  }))
}

async function openLane(check: Check, outcome: CheckOutcome | undefined, lab: Lab): Promise<Lane | undefined> {
  const { script, command } = await findScript(check.command, lab)
  const family = familyOfCheck(script, command, outcome)
  const workers = countWorkers(findMachine(), { most: mostWorkers })
  const program = script === undefined ? undefined : { name: exitName({ checkId: check.id }), file: script }
  if (family === 'python') return createPythonLane(lab, check, { workers, program })
  if (program !== undefined) return createNodeLane(lab, { failing: [program.file], others: [] }, { workers, program: program.name })
  const files = (await lab.files()).filter((file) => familyOfFile(file) === 'script' && !/(^|\/)node_modules\//.test(file))
  const words = new Set(command.split(/[\s"'`;&|()]+/).map((word) => word.replace(/^\.\//, '')))
  const named = files.filter((file) => words.has(file))
  const isTest = (file: string): boolean => testLike.test(file)
  // What a command names beside its tests may only make them ready.
  const tests = named.some(isTest) ? named.filter(isTest) : [...named, ...files.filter((file) => isTest(file) && !named.includes(file))]
  return tests.length === 0 ? undefined : createNodeLane(lab, { failing: tests.slice(0, maxGuessed), others: [] }, { workers, runner: runnerOf(command, outcome) })
}

function familyOfCheck(script: string | undefined, command: string, outcome: CheckOutcome | undefined): Family {
  const own = script === undefined ? undefined : familyOfFile(script)
  const seen = outcome?.tests?.cases.map(familyOf).find((family) => family !== undefined)
  return own ?? seen ?? (/\b(?:python3?|py\.?test|unittest|tox|nox)\b/.test(command) ? 'python' : 'script')
}
