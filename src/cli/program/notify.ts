import { Argument, type Command } from 'commander'

/** Commands about how people are told what happens. */
export function addNotifyCommands(program: Command): void {
  program.command('notify')
    .description('where you are told what runs do, and what waits to be delivered')
    .addArgument(new Argument('[action]', 'list; test: send a message to every channel and say what came back; deliver: what waits, now').choices(['list', 'test', 'deliver']).default('list'))
    .option('--channel <name>', 'only this one')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nChannels are configured in config.yaml under notify: docs/hooks.md shows how.\nExit codes: 0 all delivered · 1 something was not · 2 the request is wrong')
    .action(async (action: 'list' | 'test' | 'deliver', options: Record<string, unknown>) => {
      const { notifyCommand } = await import('../commands/notify.ts')
      process.exitCode = await notifyCommand(action, options)
    })
}
