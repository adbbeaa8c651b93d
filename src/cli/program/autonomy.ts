import type { Command } from 'commander'

/** What is trusted, and why. */
export function addAutonomyCommands(program: Command): void {
  program.command('autonomy')
    .description('what may go unasked in each domain of a repository, earned by its record; why, and what would change it')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .option('--area <glob>', 'only these folders, like src/**')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', `
Levels: 0 asks always · 1 asks often (where everything begins) · 2 usual · 3 trusted · 4 free. Rules of the policy speak of them.
They are computed from the record alone; writ list --reindex reads all of it again.`)
    .action(async (options: Record<string, unknown>) => {
      const { autonomyCommand } = await import('../commands/autonomy.ts')
      process.exitCode = await autonomyCommand(options)
    })
}
