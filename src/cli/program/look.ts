import { Option, type Command } from 'commander'
import { eventNumber, interpretSchemas, runRepo, runWord, wholeNumber } from './arguments.ts'

/** Commands that only look at what runs did. */
export function addLookCommands(program: Command): void {
  program.command('list')
    .description('runs, newest first')
    .argument('[words...]', 'only runs whose goal, commits or files have these words')
    .option('--repo <dir>', 'only runs of this repository')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .option('--all', 'also the child runs that worked on tasks of others')
    .addOption(new Option('--children', 'the same').hideHelp())
    .option('--json', 'one JSON object a line')
    .option('--reindex', 'make the index again from the rollouts first')
    .action(async (words: string[], options: Record<string, unknown>) => {
      const { listCommand } = await import('../commands/list.ts')
      process.exitCode = await listCommand(words, { ...options, all: options['all'] === true || options['children'] === true })
    })

  program.command('show')
    .description('the report of a run: what was asked, done, proven and left')
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .option('--json', 'as JSON')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { showCommand } = await import('../commands/show.ts')
      process.exitCode = await showCommand(run, options)
    })

  const logs = program.command('log')
    .description('the events of a run')
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .option('-f, --follow', 'keep printing while the run goes on')
    .option('--json', 'the stored lines as they are')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { logCommand } = await import('../commands/log.ts')
      process.exitCode = await logCommand(run, options)
    })

  logs.command('repair')
    .description('end a damaged record before its first bad line, so that the run can go on; the original is kept')
    .argument('<run>', 'a run id, or a unique part of its beginning or end')
    .option('--repo <dir>', runRepo)
    .option('--yes', 'ask nothing')
    .option('--json', 'as JSON; changes nothing without --yes')
    .action(async (run: string, options: Record<string, unknown>, command: Command) => {
      const { logRepairCommand } = await import('../commands/log-repair.ts')
      process.exitCode = await logRepairCommand(run, { ...options, ...command.optsWithGlobals() })
    })

  program.command('replay')
    .description('derive every decision of a run again from its log, offline, and name the first that differs')
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .option('--rebuild <dir>', 'also write the repository as it was into this empty directory')
    .option('--at <seq>', 'rebuild it as it was after this event (default: the last)', eventNumber)
    .option('--json', 'as JSON')
    .addHelpText('after', `
Nothing is sent and nothing of the run is started. Exits with 0 when all comes out as recorded, 1 when something does not.`)
    .action(async (run: string, options: Record<string, unknown>) => {
      await interpretSchemas()
      const { replayCommand } = await import('../commands/replay.ts')
      process.exitCode = await replayCommand(run, options)
    })

  program.command('diff')
    .description('what a run changed, as a unified diff')
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .option('--stat', 'only names and counts')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { diffCommand } = await import('../commands/diff.ts')
      process.exitCode = await diffCommand(run, options)
    })
}
