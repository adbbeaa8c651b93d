import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import { count } from '../report/words.ts'
import type { RunState } from '../run-state.ts'
import { groupFailing, shorten } from './propose.ts'

/** Most tasks of a plan that nobody but the checks made; what is more goes into the last one. */
const mostGroups = 100

interface Group {
  readonly names: string[]
  /** Checks of the goal that show it. */
  readonly checks: Set<string>
  readonly command: string | undefined
}

/**
 * A plan from what fails: one task for each test file, that its own tests tell to be done and that serves the checks that show it.
 * Nothing orders them, for nothing is known of what they have to do with one another. What cannot be run by itself is one task for
 * each check, after those of the same check: it passes only when they do. Undefined where nothing fails.
 */
export function proposeGraph(state: RunState): { readonly plan: Plan; readonly why: string } | undefined {
  const { contract, baseline } = state
  if (!contract) return undefined
  const groups = new Map<string, Group>()
  for (const outcome of baseline.values()) {
    for (const [name, names] of groupFailing(outcome)) {
      const file = outcome.tests && name !== outcome.command ? toFileCommand(outcome, name) : undefined
      const key = groups.size < mostGroups && file !== undefined ? `file ${name}` : `check ${outcome.checkId}`
      const group = groups.get(key) ?? { names: [], checks: new Set<string>(), command: key.startsWith('file') ? file : undefined }
      group.names.push(...names.filter((each) => !group.names.includes(each)))
      group.checks.add(outcome.checkId)
      groups.set(key, group)
    }
  }
  if (groups.size === 0) return undefined
  const checks: Check[] = []
  // What can be run by itself comes first: the rest may wait for it.
  const ordered = [...groups].toSorted(([, a], [, b]) => Number(a.command === undefined) - Number(b.command === undefined))
  const tasks: Task[] = []
  for (const [index, [key, { names, checks: shownBy, command }]] of ordered.entries()) {
    const id = `t${index + 1}`
    if (command !== undefined) checks.push({ id: `${id}-k1`, command, origin: 'model', timeoutMs: longestOf(contract.checks, shownBy) })
    const about = key.slice(key.indexOf(' ') + 1)
    tasks.push({
      id, title: shorten(`Mend ${names.length === 1 ? `the failing test “${shorten(names[0] ?? '', 120)}”` : `${names.length} failing tests of ${about}`}`, 200),
      subgoal: shorten(`Make these tests pass without breaking others: ${names.join('; ')}`, 4000), scope: [...contract.scope],
      checks: command === undefined ? [...shownBy] : [`${id}-k1`], ...(command === undefined ? {} : { serves: [...shownBy] }),
      tests: names.slice(0, 1000), role: 'coder', risk: 'low', reversible: true, rules: [],
      dependsOn: command === undefined ? tasks.filter((task) => (task.serves ?? []).some((check) => shownBy.has(check))).map((task) => task.id) : [],
    })
  }
  return { plan: { version: 1, revision: 0, tasks, ...(checks.length > 0 ? { checks } : {}) }, why: `one task for each group of failing tests: ${count(tasks.length, 'group')}` }
}

function longestOf(checks: readonly Check[], ids: ReadonlySet<string>): number {
  return Math.max(1000, ...checks.filter(({ id }) => ids.has(id)).map(({ timeoutMs }) => timeoutMs))
}

/** Runs the tests of one file and no others, by the runner that named them; undefined where that cannot be said in a plain command. */
function toFileCommand({ command, tests }: CheckOutcome, file: string): string | undefined {
  if (!/^[\w./@+-]+$/.test(file) || file.startsWith('-')) return undefined
  const python = /^([\w./-]*python[\d.]*) -m /.exec(command)?.[1] ?? 'python3'
  switch (tests?.runner) {
    case 'node-test': return /\.[cm]?[jt]s$/.test(file) ? `node --test ${file}` : undefined
    case 'pytest': return file.endsWith('.py') ? `${python} -m pytest ${file}` : undefined
    case 'vitest': return `npx --no-install vitest run ${file}`
    case 'jest': return `npx --no-install jest --runTestsByPath ${file}`
    case 'mocha': return `npx --no-install mocha ${file}`
    default: return undefined
  }
}
