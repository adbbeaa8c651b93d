import { Argument, Option, type Command } from 'commander'
import { amount, collect, runRepo, runWord, wholeNumber } from './arguments.ts'

/** Commands with which people answer, amend and look at what was sealed away. */
export function addPeopleCommands(program: Command): void {
  program.command('approvals')
    .description('questions that wait for a person, over all runs; what is remembered, and forgetting it')
    .addArgument(new Argument('[action]', 'waiting: what is asked; show: all of one question, answering nothing; remembered: answers given once for all; forget: take one of them back').choices(['waiting', 'show', 'remembered', 'forget']).default('waiting'))
    .argument('[id]', 'show, forget: which')
    .option('--all', 'also what was answered, by whom and when, what came to nothing, and what a process asks in its terminal now')
    .option('--limit <n>', 'with --all: how many, newest first (50)', wholeNumber)
    .option('--repo <dir>', 'only of this repository')
    .option('--json', 'one JSON object a line')
    .action(async (action: 'waiting' | 'show' | 'remembered' | 'forget', id: string | undefined, options: Record<string, unknown>) => {
      const { approvalsCommand } = await import('../commands/approvals.ts')
      process.exitCode = await approvalsCommand(action, id, options)
    })

  program.command('approve')
    .description('say yes to what a run waits for, and go on with it')
    .argument('[ids...]', 'as writ approvals lists them, or a unique beginning; latest: what was asked last')
    .option('--all-of <run>', 'all that this run asks and you may answer')
    .option('--repo <dir>', 'of --all-of: the repository whose run it is')
    .option('--reason <text>', 'why; it is recorded')
    .option('--remember', 'answer the same for the same program or path in this repository from now on')
    .option('--choose <n>', 'where it offers choices: take this one instead of the first', wholeNumber)
    .option('--no-resume', 'only record the answer')
    .option('--yes', 'show it, and ask nothing')
    .action(async (ids: string[], options: Record<string, unknown>) => {
      const { answerCommand } = await import('../commands/answer.ts')
      process.exitCode = await answerCommand('approve', ids, options)
    })

  program.command('amend')
    .description('change the contract of a run that has not ended; the change is shown, signed and chained to the contract before')
    .argument('<run>', runWord)
    .option('--goal <words>', 'another goal')
    .option('--check <command>', 'a check instead of those it has (repeatable)', collect)
    .option('--scope <glob>', 'paths that may change, instead of those it has (repeatable)', collect)
    .option('--constraint <text>', 'something more that must hold of the result (repeatable)', collect)
    .option('--approver <name>', 'who may approve, instead of those it has; ada|bob names a deputy (repeatable)', collect)
    .option('--checkpoint <glob>', 'paths whose changes a person is to see (repeatable)', collect)
    .option('--deadline <when>', 'when to stop')
    .option('--max-turns <n>', 'most model turns', wholeNumber)
    .option('--max-budget-usd <amount>', 'most money to spend', amount)
    .option('--contract <file>', 'another contract instead, from a YAML file (schemas/contract.schema.json)')
    .option('--why <text>', 'the reason, which the solver is told')
    .option('--repo <dir>', runRepo)
    .option('--dry-run', 'only show what would change')
    .option('--yes', 'ask nothing')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { amendCommand } = await import('../commands/amend.ts')
      process.exitCode = await amendCommand(run, options)
    })

  program.command('quarantine')
    .description('changes that tripped a security rule and were sealed away: look at them, release or discard them')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'show', 'release', 'discard']).default('list'))
    .argument('[id]', 'RUN:q1, as the list shows it')
    .addOption(new Option('--reason <text>', 'why'))
    .option('--repo <dir>', 'only of this repository')
    .option('--json', 'as JSON')
    .action(async (action: 'list' | 'show' | 'release' | 'discard', id: string | undefined, options: Record<string, unknown>) => {
      const { quarantineCommand } = await import('../commands/quarantine.ts')
      process.exitCode = await quarantineCommand(action, id, options)
    })
}
