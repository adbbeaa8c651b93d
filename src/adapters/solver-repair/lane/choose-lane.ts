import type { Lab } from '../../../engine/ports/solver.ts'
import type { Group } from '../read-tests.ts'
import { sourceOf } from '../built-files.ts'
import { familyOf, familyOfFile, fileOf, testLike } from '../read-tests.ts'
import { findScript, runnerOf } from './find-script.ts'
import type { Lane } from './lane.ts'
import { createNodeLane } from './node-lane.ts'
import { createPythonLane } from './python-lane.ts'

/** Files with passing tests that help to tell suspect places from others. */
const maxOtherFiles = 8

/** The quick lane for what reported the tests. Whether it can run them, its survey says. */
export async function chooseLane(lab: Lab, group: Group, workers: number): Promise<Lane> {
  const script = group.byExit?.script === undefined ? undefined : { name: group.byExit.name, file: group.byExit.script }
  if (group.family === 'python') return createPythonLane(lab, group.check, { workers, program: script })
  if (script !== undefined) return createNodeLane(lab, { failing: [script.file], others: [] }, { workers, program: script.name })
  const known = new Set((group.outcome.tests?.cases ?? []).filter((test) => familyOf(test) === 'script').map((test) => fileOf(test)))
  // A check that did not end may not have come to the other files.
  if (group.outcome.endless !== undefined) for (const file of await lab.files()) if (familyOfFile(file) === 'script' && testLike.test(file) && !/(^|\/)node_modules\//.test(file)) known.add(file)
  const others = [...known].filter((file) => !group.files.includes(file)).slice(0, maxOtherFiles)
  const written = (files: readonly string[]): string[] => files.map((file) => sourceOf(group, file))
  const named = new Map([...group.sources ?? []].map(([built, source]) => [source, built]))
  return createNodeLane(lab, { failing: written(group.files), others: written(others) }, { workers, runner: runnerOf((await findScript(group.check.command, lab)).command, group.outcome), named })
}
