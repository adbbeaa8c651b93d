import { InvalidArgumentError, type Command } from 'commander'

const mostSeconds = 86_400

function seconds(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0 || number > mostSeconds || value.trim() === '') throw new InvalidArgumentError(`It takes a number of seconds from 0 to ${mostSeconds}.`)
  return number
}

/** Commands about plans: graphs of tasks. */
export function addPlanCommands(program: Command): void {
  const plan = program.command('plan').description('plans: graphs of tasks, and when each of them would be worked on')

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

docs/plans.md describes the format. Exit codes: 0 scheduled · 2 the plan is wrong`)
    .action(async (file: string, options: { seconds: number; json?: boolean }) => {
      const { planScheduleCommand } = await import('../commands/plan-schedule.ts')
      process.exitCode = await planScheduleCommand(file, options)
    })
}
