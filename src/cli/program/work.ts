import { Option, type Command } from 'commander'
import { addBaseOptions, addGoalOptions } from './goal-options.ts'
import { amount, collect, eventNumber, fewPlans, formats, interpretSchemas, runRepo, runWord, wholeNumber, workerCount } from './arguments.ts'

/** Commands that carry a goal, and go on with it. */
export function addWorkCommands(program: Command): void {
  const run = program.command('run')
    .description('carry a goal to a proven commit')
    .argument('[goal]', 'what is to be true in the end, in words; `-` reads it from standard input')
  addGoalOptions(run)
  run
    .option('--workers <n>', 'divide the goal into tasks first, and work on so many of them at the same time', workerCount)
    .option('--plans <n>', 'with --workers: ask for so many plans that differ in kind, and take the best (at most 8)', fewPlans)
    .option('--write-tests', 'with a plan: a test writer derives tests for each task first, and whoever does the task cannot change them')
    .addOption(new Option('--review <which>', 'with a plan: whose work a reviewer sees before it is integrated (default: risky)').choices(['none', 'risky', 'all']))
    .option('--confirm-plan', 'with a plan: a person agrees to it before its tasks begin, and later to what is new in it')
    .option('--plan <file>', 'the tasks from a plan file, as writ plan writes it (schemas/plan.schema.json)')
  addBaseOptions(run)
  run
    .option('--apply', 'accept the result into the current branch when it is proven')
    .option('--continue', 'go on with the newest run of this repository that has not ended')
    .option('--yes', 'answer every question with yes')
    .addOption(new Option('--batch <mark>', 'set by writ batch').hideHelp())
    .addOption(formats)
    .action(async (goal: string | undefined, options: Record<string, unknown>) => {
      await interpretSchemas()
      const { runCommand } = await import('../commands/run.ts')
      process.exitCode = await runCommand(goal, options)
    })

  program.command('batch')
    .description('carry many goals, within one budget and with one report')
    .argument('<file>', 'goals in YAML (schemas/batch.schema.json), or a .jsonl file with one on each line, as JSON or in words')
    .option('--parallel <n>', 'runs at the same time (default: what the file says, else 2)', wholeNumber)
    .option('--max-turns <n>', 'most model turns of all together', wholeNumber)
    .option('--max-budget-usd <amount>', 'most money of all together', amount)
    .option('--continue', 'go on with the runs of this file that have not ended, and begin those that have not begun')
    .option('--json', 'the report as JSON')
    .addHelpText('after', `
Goals that share repository, base, model and scope form a group: groups go side by side, each in its own order. Nobody is asked
anything: a run that needs a person waits (exit 3), and --continue goes on with it once it is answered.`)
    .action(async (file: string, options: Record<string, unknown>) => {
      await interpretSchemas()
      const { batchCommand } = await import('../commands/batch.ts')
      process.exitCode = await batchCommand(file, options)
    })

  program.command('fork')
    .description('start a new run from where another one was: with another model, or an amended contract')
    .argument('<run>', runWord)
    .option('--at <seq>', 'from how it was after this event, as writ log shows it (default: the last)', eventNumber)
    .option('--goal <words>', 'another goal')
    .option('--check <command>', 'a check instead of those it had (repeatable)', collect)
    .option('--scope <glob>', 'paths that may change, instead of those it had (repeatable)', collect)
    .option('--constraint <text>', 'something more that must hold of the result (repeatable)', collect)
    .option('--deadline <when>', 'when to stop: 20m, 2h, or an instant like 2026-05-01T12:00:00Z')
    .option('--max-turns <n>', 'most model turns', wholeNumber)
    .option('--max-budget-usd <amount>', 'most money to spend', amount)
    .option('--model <provider/id>', 'the model to ask (default: the one that it asked)')
    .addOption(new Option('--effort <level>', 'how hard the model should think').choices(['low', 'medium', 'high', 'xhigh']))
    .addOption(new Option('--solver <which>', 'only a model can go on from another run').choices(['auto', 'model', 'repair']).default('auto').hideHelp())
    .option('--contract <file>', 'a contract file instead of the contract that it had')
    .option('--repo <dir>', runRepo)
    .option('--apply', 'accept the result into the current branch when it is proven')
    .option('--yes', 'answer every question with yes')
    .addOption(formats)
    .addHelpText('after', `
The files are as they were at that event, the base is the same, the conversation is a new one that is told what was done.`)
    .action(async (run: string, options: Record<string, unknown>) => {
      await interpretSchemas()
      const { forkCommand } = await import('../commands/fork.ts')
      process.exitCode = await forkCommand(run, options)
    })

  program.command('resume')
    .description('go on with a run that was interrupted or met a fault')
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .option('--yes', 'answer every question with yes')
    .addOption(new Option('--in-doubt <answer>', 'what to do with a call that was cut off and may have had an effect outside').choices(['repeat', 'skip']))
    .addOption(formats)
    .action(async (run: string, options: Record<string, unknown>) => {
      const { resumeCommand } = await import('../commands/run.ts')
      process.exitCode = await resumeCommand(run, options)
    })
}
