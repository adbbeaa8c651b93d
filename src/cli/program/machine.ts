import { Argument, type Command } from 'commander'
import { wholeNumber } from './arguments.ts'

/** Commands about this machine and how Writ is set up on it. */
export function addMachineCommands(program: Command): void {
  program.command('doctor')
    .description('is everything here that runs need? with the mend for what is not')
    .option('--json', 'as JSON')
    .action(async (options: Record<string, unknown>) => {
      const { doctorCommand } = await import('../commands/doctor.ts')
      process.exitCode = await doctorCommand(options)
    })

  program.command('clean')
    .description('remove what dead runs left behind, and on request what decided runs keep; shows it and asks first')
    .option('--older-than <time>', 'also snapshots and outputs of runs that you accepted or rejected and that ended before, like 30d, 2w, 12h; child runs go with theirs')
    .option('--keep <n>', 'the same, but of all of them except the newest n', wholeNumber)
    .option('--records', 'with them their whole records')
    .option('--dry-run', 'only show it')
    .option('--yes', 'ask nothing')
    .option('--json', 'as JSON')
    .action(async (options: Record<string, unknown>) => {
      const { cleanCommand } = await import('../commands/clean.ts')
      process.exitCode = await cleanCommand(options)
    })

  program.command('sandbox')
    .description('run a command in the very sandbox that runs use')
    .usage('[options] -- COMMAND [ARG...]')
    .argument('<command...>', 'the command and its arguments')
    .option('--net <hosts>', '`none`, or HOST:PORT,… that it may reach', 'none')
    .option('--read-only', 'the working directory cannot be written')
    .option('--memory <mb>', 'most memory in MiB', wholeNumber, 4096)
    .option('--timeout <seconds>', 'most time', wholeNumber, 600)
    .option('--repo <dir>', 'the directory it may see (default: the repository around the working directory, or that directory)')
    .passThroughOptions()
    .action(async (command: string[], options: Record<string, unknown>) => {
      const { sandboxCommand } = await import('../commands/sandbox.ts')
      process.exitCode = await sandboxCommand(command, options)
    })

  program.command('config')
    .description('the configuration in force, and where each part comes from')
    .option('--json', 'as JSON')
    .option('--repo <dir>', 'as seen from this directory')
    .action(async (options: Record<string, unknown>) => {
      const { configCommand } = await import('../commands/config.ts')
      process.exitCode = await configCommand(options)
    })

  program.command('completion')
    .description('print a script that completes commands, options and runs in your shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', `
To try it:  eval "$(writ completion bash)"     eval "$(writ completion zsh)"     writ completion fish | source
To keep it: put that line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish`)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionCommand } = await import('../commands/completion.ts')
      process.exitCode = await completionCommand(shell, program)
    })
}
