import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { put } from '../../src/cli/repair-bench/attempt-repair.ts'
import { readRepairTasks, type RepairTask } from '../../src/cli/repair-bench/repair-task.ts'

/**
 * `node test/repair/check-tasks.ts [part of a name]`: is each task what it says? As it is, a visible and a hidden test fail;
 * with `fixed/` in place, both sets pass. Plain processes, no sandbox.
 */
const tasks = fileURLToPath(new URL('tasks', import.meta.url))
const wanted = process.argv[2] ?? ''

function exitOf(command: string, files: readonly ReadonlyMap<string, Uint8Array>[]): { code: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), 'writ-task-'))
  try {
    for (const each of files) put(root, each)
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8', timeout: 60_000, env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' } })
    return { code: status, output: `${stdout}${stderr}` }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

export function findFlaws(task: RepairTask): string[] {
  const runs = [
    { what: 'no visible test fails as it is', command: task.command, files: [task.files], wantsPass: false },
    { what: 'no hidden test fails as it is', command: task.hidden, files: [task.files, task.hiddenFiles], wantsPass: false },
    { what: 'a visible test fails in the right version', command: task.command, files: [task.files, task.fixed], wantsPass: true },
    { what: 'a hidden test fails in the right version', command: task.hidden, files: [task.files, task.fixed, task.hiddenFiles], wantsPass: true },
  ]
  return [
    ...(task.fixed.size === 0 ? ['there is no fixed/'] : []),
    ...runs.flatMap(({ what, command, files, wantsPass }) => {
      const { code, output } = exitOf(command, files)
      return (code === 0) === wantsPass && code !== null ? [] : [`${what}:\n${output.slice(-1500)}`]
    }),
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let wrong = 0
  const chosen = readRepairTasks(tasks).filter((task) => task.name.includes(wanted))
  for (const task of chosen) {
    const flaws = findFlaws(task)
    wrong += flaws.length
    for (const flaw of flaws) console.log(`${task.name}: ${flaw}`)
  }
  const count = (key: (task: RepairTask) => string): string => JSON.stringify(Object.fromEntries([...Map.groupBy(chosen, key)].map(([name, some]) => [name, some.length])))
  console.log(`${chosen.length} tasks, ${wrong} flaws; ${count((task) => task.language)} ${count((task) => task.set)}`)
  process.exitCode = wrong === 0 ? 0 : 1
}
