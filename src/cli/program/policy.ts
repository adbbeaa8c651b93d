import { Argument, type Command } from 'commander'
import { collect, eventNumber, runRepo } from './arguments.ts'

/** `writ policy` and what it can do. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy')
    .description('the rules in force here: bundles, their layers, who owns them')
    .option('--repo <dir>', 'as seen from this repository (default: the one around the working directory)')
    .option('--json', 'as JSON')
    .action(async (options: Record<string, unknown>) => {
      const { policyListCommand } = await import('../commands/policy-list.ts')
      process.exitCode = await policyListCommand(options)
    })

  policy.command('check')
    .description('what the policy says to a call, as JSON; exit 0 allow, 3 ask, 1 deny')
    .option('--tool <name>', 'a tool: shell, edit, read …')
    .option('--input <json>', 'its input, like {"command":"npm publish"}')
    .option('--action <name>', 'instead of a tool: integrate, deliver, amend, connect, delegate, approve, continue')
    .option('--path <path>', 'integrate: a changed path (repeatable)', collect)
    .option('--host <host:port>', 'connect: which host')
    .option('--unproven', 'deliver: of a result that is not proven')
    .option('--confidence <n>', 'integrate: how sure the solver is, 0 to 1', Number)
    .option('--grant <host:port>', 'as if the contract granted this host (repeatable)', collect)
    .option('--scope <glob>', 'as if the contract had this scope (repeatable)', collect)
    .option('--at <instant>', 'as if it were then, like 2026-05-01T12:00:00Z')
    .option('--autonomy <level>', 'as if this level were earned', Number)
    .option('--as <who>', 'who asks: agent, specialist, hook, person', 'agent')
    .option('--repo <dir>', runRepo)
    .action(async (options: Record<string, unknown>, command: Command) => {
      const { policyCheckCommand } = await import('../commands/policy-check.ts')
      process.exitCode = await policyCheckCommand({ ...options, ...command.optsWithGlobals() })
    })

  policy.command('test')
    .description('run the cases kept beside the rules (cases.yaml)')
    .addArgument(new Argument('[dir]', 'a bundle, installed or not (default: all in force, and the built-in)'))
    .option('--json', 'as JSON')
    .action(async (dir: string | undefined, options: Record<string, unknown>, command: Command) => {
      const { policyTestCommand } = await import('../commands/policy-test.ts')
      process.exitCode = await policyTestCommand(dir, { ...options, ...command.optsWithGlobals() })
    })

  policy.command('lint')
    .description('find rules that can never match, contradict, or are shadowed')
    .argument('[dir]', 'a bundle, installed or not (default: all in force)')
    .option('--json', 'as JSON')
    .action(async (dir: string | undefined, options: Record<string, unknown>, command: Command) => {
      const { policyLintCommand } = await import('../commands/policy-lint.ts')
      process.exitCode = await policyLintCommand(dir, { ...options, ...command.optsWithGlobals() })
    })

  policy.command('explain')
    .description('why a decision of a run came out as it did')
    .argument('<event>', 'the number of the event, as writ log shows it', eventNumber)
    .option('--run <run>', 'which run (default: the newest of this repository)', 'latest')
    .option('--repo <dir>', runRepo)
    .option('--json', 'as JSON')
    .action(async (event: number, options: Record<string, unknown>, command: Command) => {
      const { policyExplainCommand } = await import('../commands/policy-explain.ts')
      process.exitCode = await policyExplainCommand(event, { ...options, ...command.optsWithGlobals() } as { run: string })
    })

  policy.command('trust')
    .description('let the rules and hooks that this repository brings count, as they are now')
    .option('--repo <dir>', runRepo)
    .option('--yes', 'ask nothing')
    .action(async (options: Record<string, unknown>, command: Command) => {
      const { policyTrustCommand } = await import('../commands/policy-trust.ts')
      process.exitCode = await policyTrustCommand({ ...options, ...command.optsWithGlobals() })
    })

  policy.command('distrust')
    .description('what this repository brings counts no more')
    .option('--repo <dir>', runRepo)
    .action(async (options: Record<string, unknown>, command: Command) => {
      const { policyDistrustCommand } = await import('../commands/policy-trust.ts')
      process.exitCode = await policyDistrustCommand({ ...options, ...command.optsWithGlobals() })
    })
}
