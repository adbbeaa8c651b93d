import { InvalidArgumentError, Option, type Command } from 'commander'
import { collect, eventNumber, runRepo } from './arguments.ts'

function count(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || value.trim() === '') throw new InvalidArgumentError('It takes a whole number.')
  return number
}

function share(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0 || number > 1 || value.trim() === '') throw new InvalidArgumentError('It takes a number from 0 to 1.')
  return number
}

const repoRules = 'the repository whose rules count as well (default: the one around the working directory)'

/** Commands about the rules that decide what may happen. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy')
    .description('the rules that decide what may happen: what is in force, what it would say, and whether it is sound')
    .option('--rules', 'also every rule, with what it is for')
    .option('--repo <dir>', repoRules)
    .option('--json', 'as JSON')
    .addHelpText('after', `
docs/policy.md shows how to write, test and install rules of your own.`)
    .action(async (options: Record<string, unknown>) => {
      const { policyListCommand } = await import('../commands/policy-list.ts')
      process.exitCode = await policyListCommand(options)
    })
  addCheck(policy)

  policy.command('test')
    .description('ask the cases that lie beside rules, and say which come out otherwise')
    .argument('[dir]', 'a bundle\'s folder, installed or not (default: every bundle in force)')
    .option('--repo <dir>', repoRules)
    .option('--json', 'as JSON')
    .action(async (folder: string | undefined, _: unknown, command: Command) => {
      const { policyTestCommand } = await import('../commands/policy-test.ts')
      process.exitCode = await policyTestCommand(folder, command.optsWithGlobals())
    })

  policy.command('explain')
    .description('why something was allowed, asked about or denied in a run')
    .argument('<event>', 'the number of an event with a decision, as writ log shows it', eventNumber)
    .option('--run <run>', 'a run id, a unique part of it, or `latest`', 'latest')
    .option('--repo <dir>', runRepo)
    .option('--json', 'as JSON')
    .action(async (event: number, _: unknown, command: Command) => {
      const { policyExplainCommand } = await import('../commands/policy-explain.ts')
      process.exitCode = await policyExplainCommand(event, command.optsWithGlobals())
    })

  policy.command('lint')
    .description('find rules that can never hold, contradict each other, or are shadowed')
    .argument('[dir]', 'a bundle\'s folder, installed or not (default: every bundle in force)')
    .option('--repo <dir>', repoRules)
    .option('--json', 'as JSON')
    .action(async (folder: string | undefined, _: unknown, command: Command) => {
      const { policyLintCommand } = await import('../commands/policy-lint.ts')
      process.exitCode = await policyLintCommand(folder, command.optsWithGlobals())
    })

  policy.command('trust')
    .description('show what a repository\'s own rules, hooks and specialists would do, and let them count exactly as they are now')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .option('--yes', 'ask nothing')
    .option('--json', 'as JSON; changes nothing without --yes')
    .action(async (_: unknown, command: Command) => {
      const { policyTrustCommand } = await import('../commands/policy-trust.ts')
      process.exitCode = await policyTrustCommand(command.optsWithGlobals())
    })

  policy.command('distrust')
    .description('a repository\'s own rules, hooks and specialists do not count any more')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .option('--json', 'as JSON')
    .action(async (_: unknown, command: Command) => {
      const { policyDistrustCommand } = await import('../commands/policy-trust.ts')
      process.exitCode = await policyDistrustCommand(command.optsWithGlobals())
    })
}

function addCheck(policy: Command): void {
  policy.command('check')
    .description('what the policy would say: one question, answered as JSON')
    .option('--tool <name>', 'a call of this tool')
    .option('--input <json>', 'with this input')
    .option('--path <path>', 'a path that a call of an unknown tool would write, or read as read:PATH (repeatable)', collect)
    .addOption(new Option('--effect <class>', 'what a call of an unknown tool can do').choices(['read', 'reversible', 'irreversible']))
    .option('--integrate <path...>', 'making changes of these paths part of a result')
    .addOption(new Option('--risk <risk>', 'of that task').choices(['low', 'medium', 'high']))
    .option('--confidence <share>', 'of its solver, 0 to 1', share)
    .option('--wanted', 'the contract asks for a checkpoint there')
    .addOption(new Option('--action <action>', 'something else').choices(['deliver', 'amend', 'connect', 'delegate', 'approve', 'continue']))
    .option('--question <json>', 'or all of it at once, in the form of a case (docs/policy.md): what no option has, too')
    .option('--proven', 'what is delivered is proven')
    .option('--branch <name>', 'where it is delivered')
    .option('--host <host>', 'to connect to, as host or host:port')
    .option('--quarantined <n>', 'changes that were sealed away so far', count)
    .option('--grant <host>', 'the contract grants this host, as host or host:port (repeatable)', collect)
    .option('--scope <glob>', 'the contract\'s scope (repeatable)', collect)
    .addOption(new Option('--as <who>', 'who wants it').choices(['agent', 'specialist', 'hook', 'person']).default('agent'))
    .option('--name <name>', 'and how they are called')
    .option('--depth <n>', 'specialists above them', count)
    .option('--fan-out <n>', 'specialists of theirs at work', count)
    .option('--autonomy <level>', 'what the record has earned, 0 to 4', count)
    .option('--calls-in-minute <n>', 'calls of the tool within the last minute', count)
    .option('--at <when>', 'at this instant (default: now)')
    .option('--repo <dir>', repoRules)
    .option('--json', 'it is JSON anyway')
    .addHelpText('after', `
Exits with 0 when it is allowed, 3 when a person would be asked, 1 when it is denied, 2 when the question is wrong.

Examples:
  writ policy check --tool shell --input '{"command":"npm publish"}' --grant registry.example.org
  writ policy check --tool edit --input '{"path":".env","edits":[{"find":"a","replace":"b"}]}'
  writ policy check --integrate package.json package-lock.json
  writ policy check --action deliver --at 2026-12-24T12:00:00+01:00
  writ policy check --question '{"action":"approve","as":"person","name":"ada","kind":"deliver","requested_by":"bob"}'
A command is read with the scripts that it starts, as the commit has them that a run would start from.`)
    .action(async (_: unknown, command: Command) => {
      const { policyCheckCommand } = await import('../commands/policy-check.ts')
      process.exitCode = await policyCheckCommand(command.optsWithGlobals())
    })
}
