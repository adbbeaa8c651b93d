import { Option, type Command } from 'commander'
import { interpretSchemas, wholeNumber } from './arguments.ts'

/** Commands that measure Writ itself. */
export function addBenchCommands(program: Command): void {
  const bench = program.command('bench').description('measure how well Writ does on folders of tasks')

  bench.command('repair')
    .description('let the built-in repair engine mend each task of a folder, and judge it by tests that it does not see')
    .argument('<dir>', 'a folder of tasks, or one task: a folder with a task.json (docs/repair-bench.md)')
    .option('--only <text>', 'only tasks with this text in their name, or of this kind of fault')
    .addOption(new Option('--set <set>', 'only tasks of this set').choices(['tune', 'held']))
    .option('--seconds <s>', 'most time for each task', wholeNumber, 60)
    .option('--json', 'one JSON object a line: each task, then the rates')
    .option('-v, --verbose', 'with what the engine says, and the change')
    .addHelpText('after', `
Each task is put into a new repository and mended by a run as writ run makes it: sandbox, checks, proof. The run and its record are
removed again; the folder is only read. TESTS: the run was proven. HIDDEN: the hidden tests pass on its commit. No model is asked.
Exit codes: 0 all tasks were tried, whatever came of them · 2 the request or a task is wrong · 130 interrupted`)
    .action(async (directory: string, options: { seconds: number }) => {
      await interpretSchemas()
      const { benchRepairCommand } = await import('../commands/bench-repair.ts')
      process.exitCode = await benchRepairCommand(directory, options)
    })
}
