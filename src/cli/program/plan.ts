import { InvalidArgumentError, type Command } from 'commander'
import { collect, interpretSchemas, runRepo, runWord, wholeNumber, fewPlans } from './arguments.ts'
import { addBaseOptions, addGoalOptions } from './goal-options.ts'

const mostSeconds = 86_400

function seconds(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0 || number > mostSeconds || value.trim() === '') throw new InvalidArgumentError(`It takes a number of seconds from 0 to ${mostSeconds}.`)
  return number
}

/** Commands about plans: graphs of tasks. */
export function addPlanCommands(program: Command): void {
  const plan = program.command('plan')
    .description('divide a goal into a graph of tasks, and stop there: what would be done, when, for how much, and what is not known')
    .argument('[goal]', 'what is to be true in the end, in words; `-` reads it from standard input')
    .enablePositionalOptions()
  addGoalOptions(plan)
  addBaseOptions(plan)
  plan
    .option('--workers <n>', 'tasks side by side (default: 2)', wholeNumber)
    .option('--plans <n>', 'ask for so many plans that differ in kind, and take the best (at most 8)', fewPlans)
    .option('-o, --output <file>', 'write the plan there, as YAML that can be edited; - prints it (default: beside the record)')
    .option('--force', 'write over the file')
    .option('--yes', 'answer every question with yes')
    .option('--json', 'as JSON')
    .addHelpText('after', `
Nothing is changed and no task begins. Without a model the plan comes from the failing checks.
Then: writ plan check FILE, writ plan schedule FILE, writ run --plan FILE.

docs/plans.md describes plans. Exit codes: 0 there is a plan · 1 there can be none · 2 the request is wrong · 3 waiting for a person · 4 a limit was reached`)
    .action(async (goal: string | undefined, options: Record<string, unknown>) => {
      await interpretSchemas()
      const { planCommand } = await import('../commands/plan.ts')
      process.exitCode = await planCommand(goal, options)
    })

  plan.command('show')
    .description('a plan of a run, how each task stands, and the schedule from now on')
    .argument('<run>', `${runWord}; RUN@2 is revision 2 of its plan`)
    .option('--repo <dir>', runRepo)
    .option('-o, --output <file>', 'write the plan into a file that can be edited; - prints it')
    .option('--force', 'write over the file')
    .option('--json', 'as JSON')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { planShowCommand } = await import('../commands/plan-show.ts')
      process.exitCode = await planShowCommand(run, options)
    })

  plan.command('diff')
    .description('what is new in a plan against another: tasks added, removed and changed, field by field')
    .argument('<a>', 'a plan file, a run (its newest plan), or RUN@2 (revision 2 of it)')
    .argument('<b>', 'the same, of what is newer')
    .option('--repo <dir>', runRepo)
    .option('--json', 'as JSON')
    .action(async (a: string, b: string, options: Record<string, unknown>) => {
      const { planDiffCommand } = await import('../commands/plan-diff.ts')
      process.exitCode = await planDiffCommand(a, b, options)
    })

  plan.command('check')
    .description('judge a plan file as writ run --plan would, without running anything')
    .argument('<file>', 'a plan, YAML or JSON (schemas/plan.schema.json)')
    .option('--check <command>', 'a check of the goal, instead of those in the file (repeatable)', collect)
    .option('--scope <glob>', 'paths that may change, instead of those in the file (repeatable)', collect)
    .option('--contract <file>', 'a contract file beside it')
    .option('--repo <dir>', 'the repository whose checks count where the plan names none (default: the one around the working directory)')
    .option('--json', 'as JSON')
    .addHelpText('after', `
All faults are named at once, with their lines. Exit codes: 0 it can be carried out · 2 it cannot`)
    .action(async (file: string, options: Record<string, unknown>) => {
      const { planCheckCommand } = await import('../commands/plan-check.ts')
      process.exitCode = await planCheckCommand(file, options)
    })

  plan.command('schedule')
    .description('schedule the tasks of a plan file within its capacity, and say how good that is')
    .argument('<file>', 'a plan, YAML or JSON (schemas/plan.schema.json)')
    .option('--seconds <s>', 'how long to search at most; it ends as soon as nothing better is possible; 0: priority rules only', seconds, 2)
    .option('--json', 'as JSON (schemas/schedule.schema.json)')
    .addHelpText('after', `
Nothing is run and nothing is written. Times are minutes from the beginning.
The answer says "proven" only if no shorter schedule exists that misses deadlines as little.

Example, plan.yaml:
  capacity: { workers: 2, tokens_per_minute: 20000 }
  tasks:
    - { id: parser, estimate: { minutes: 30, tokens: 300000 }, scope: ["src/parser/**"] }
    - { id: printer, estimate: { minutes: 20 }, scope: ["src/printer/**"] }
    - { id: docs, estimate: { minutes: 10, spread: 5 }, scope: ["docs/**"], depends_on: [parser, printer], deadline: 45 }
  writ plan schedule plan.yaml

A file for a run has a goal as well, and tasks with a subgoal and checks: docs/plans.md describes the format. Exit codes: 0 scheduled · 2 the plan is wrong`)
    .action(async (file: string, options: { seconds: number; json?: boolean }) => {
      const { planScheduleCommand } = await import('../commands/plan-schedule.ts')
      process.exitCode = await planScheduleCommand(file, options)
    })
}
