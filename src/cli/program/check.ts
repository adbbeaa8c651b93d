import { Option, type Command } from 'commander'
import { collect } from './arguments.ts'

/** `writ check`: the stages of validation on any working tree. */
export function addCheckCommands(program: Command): void {
  program.command('check')
    .description('run the stages of validation on what you changed, without a model: for CI and before a commit')
    .option('--base <rev>', 'what to compare with (default: HEAD, or where a clean branch left the main one)')
    .option('--staged', 'look at what is staged, as it would be committed')
    .option('--only <id>', 'only this validator (repeatable)', collect)
    .option('--skip <id>', 'not this validator (repeatable)', collect)
    .addOption(new Option('--stage <stage...>', 'only these stages').choices(['change', 'static', 'security', 'shape', 'tests', 'performance']))
    .addOption(new Option('--format <format>', 'how the answer is printed').choices(['text', 'json', 'sarif']).default('text'))
    .option('-o, --output <file>', 'write the answer there instead of standard output')
    .option('--settings <file>', 'settings of validation (YAML) instead of those of the policy')
    .option('--strict', 'warnings and what could not be checked count as failures')
    .option('--no-cache', 'look at everything again')
    .option('--list', 'only name the validators')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .addHelpText('after', '\nExit codes: 0 nothing new · 1 a stage failed · 2 the request is wrong')
    .action(async (options: Record<string, unknown>) => {
      const { checkCommand } = await import('../commands/check.ts')
      process.exitCode = await checkCommand(options as { format: 'text' | 'json' | 'sarif' })
    })
}
