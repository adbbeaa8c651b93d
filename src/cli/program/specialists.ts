import type { Command } from 'commander'

/** Commands about whom a plan's tasks are given to. */
export function addSpecialistCommands(program: Command): void {
  program.command('specialists')
    .description('whom the tasks of a plan are given to: their tools, models, bounds and files')
    .argument('[name]', 'one of them, with the words that it is told')
    .option('--repo <dir>', 'the repository whose specialists count as well (default: the one around the working directory)')
    .option('--json', 'as JSON')
    .addHelpText('after', `
Yours are files in ~/.config/writ/specialists, a repository's in .writ/specialists (inert until writ policy trust).
docs/specialists.md shows how to write one.`)
    .action(async (name: string | undefined, options: Record<string, unknown>) => {
      const { specialistsCommand } = await import('../commands/specialists.ts')
      process.exitCode = await specialistsCommand(name, options)
    })
}
