import type { Command } from 'commander'

/** What the record says of estimates. */
export function addEstimateCommands(program: Command): void {
  program.command('estimates')
    .description('how estimates of tasks and words of confidence did, here and elsewhere; what a task is expected to take now')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .option('--json', 'one JSON object')
    .addHelpText('after', `
Tasks of all runs on this machine are learned from, those of this repository most. Nothing of them leaves the machine, and a
run that was imported teaches nothing. docs/estimates.md says how it is computed.`)
    .action(async (options: Record<string, unknown>) => {
      const { estimatesCommand } = await import('../commands/estimates.ts')
      process.exitCode = await estimatesCommand(options)
    })
}
