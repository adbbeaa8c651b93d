import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../protocol/error-codes.ts'
import { version } from './version.ts'
import { reportFailure } from './failure.ts'

/** Every command loads its own code when it is called: `--help` and shell completion stay instant. */
const program = new Command('writ')
  .description('Carries a goal for a repository to a commit that is proven, reversible and on the record.')
  .version(version, '-v, --version')
  .showHelpAfterError('(writ --help lists the commands; writ COMMAND --help its options)')
  .enablePositionalOptions()
  .exitOverride()
  .addHelpText('after', `
Examples:
  writ run "make the failing tests pass"
  writ run "the webhook retries must stop after five tries" --check "npm test" --scope "src/**"
  writ show latest      writ diff latest      writ accept latest      writ reject latest

Exit codes: 0 proven · 1 not achieved · 2 the request is wrong · 3 waiting for a person
            4 a limit was reached · 5 a fault of Writ · 130 interrupted`)

/** Compiling every schema costs a run more than all the parsing of its first second; it must be said before any is made. */
async function interpretSchemas(): Promise<void> {
  const { z } = await import('zod')
  z.config({ jitless: true })
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value]

function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It takes a whole number of at least 1.')
  return number
}

function eventNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || value.trim() === '') throw new InvalidArgumentError('It takes the number of an event, as writ log shows it.')
  return number
}

function amount(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0 || value.trim() === '') throw new InvalidArgumentError('It takes an amount in US dollars, like 0.50.')
  return number
}

/** What every command that is about one run takes. */
const runWord = 'a run id, a unique part of its beginning or end, or `latest`: the newest of this repository'
const runRepo = 'the repository whose run it is (default: the one around the working directory)'

const formats = new Option('--output-format <format>', 'how the answer is printed on stdout').choices(['text', 'json', 'stream-json']).default('text')

program.command('run')
  .description('carry a goal to a proven commit')
  .argument('[goal]', 'what is to be true in the end, in words; `-` reads it from standard input')
  .option('--check <command>', 'a command that exits with 0 when the goal is met (repeatable; found in the repository where none is given)', collect)
  .option('--scope <glob>', 'paths that may change (repeatable; default: all)', collect)
  .option('--constraint <text>', 'something that must hold of the result (repeatable)', collect)
  .option('--deadline <when>', 'when to stop: 20m, 2h, or an instant like 2026-05-01T12:00:00Z')
  .option('--max-turns <n>', 'most model turns (default 200)', wholeNumber)
  .option('--max-budget-usd <amount>', 'most money to spend', amount)
  .option('--model <provider/id>', 'the model to ask, like openai/gpt-5.5, anthropic/claude-opus-5-5, openai-compatible/qwen3')
  .addOption(new Option('--effort <level>', 'how hard the model should think').choices(['low', 'medium', 'high', 'xhigh']))
  .addOption(new Option('--solver <which>', 'a model, or the built-in repair engine; auto takes a model where one is configured').choices(['auto', 'model', 'repair']).default('auto'))
  .option('--contract <file>', 'goal, checks, scope and bounds from a YAML file (schemas/contract.schema.json)')
  .option('--repo <dir>', 'the repository (default: the one around the working directory)')
  .option('--base <rev>', 'start from this commit instead of HEAD')
  .option('--include-dirty', 'start from HEAD plus the uncommitted changes')
  .option('--apply', 'accept the result into the current branch when it is proven')
  .option('--continue', 'go on with the newest run of this repository that has not ended')
  .option('--yes', 'answer every question with yes')
  .addOption(formats)
  .action(async (goal: string | undefined, options: Record<string, unknown>) => {
    await interpretSchemas()
    const { runCommand } = await import('./commands/run.ts')
    process.exitCode = await runCommand(goal, options)
  })

program.command('fork')
  .description('start a new run from where another one was: with another model, or an amended contract')
  .argument('<run>', runWord)
  .option('--at <seq>', 'from how it was after this event, as writ log shows it (default: the last)', eventNumber)
  .option('--goal <words>', 'another goal')
  .option('--check <command>', 'a check instead of those it had (repeatable)', collect)
  .option('--scope <glob>', 'paths that may change, instead of those it had (repeatable)', collect)
  .option('--constraint <text>', 'something more that must hold of the result (repeatable)', collect)
  .option('--deadline <when>', 'when to stop: 20m, 2h, or an instant like 2026-05-01T12:00:00Z')
  .option('--max-turns <n>', 'most model turns', wholeNumber)
  .option('--max-budget-usd <amount>', 'most money to spend', amount)
  .option('--model <provider/id>', 'the model to ask (default: the one that it asked)')
  .addOption(new Option('--effort <level>', 'how hard the model should think').choices(['low', 'medium', 'high', 'xhigh']))
  .addOption(new Option('--solver <which>', 'only a model can go on from another run').choices(['auto', 'model', 'repair']).default('auto').hideHelp())
  .option('--contract <file>', 'a contract file instead of the contract that it had')
  .option('--repo <dir>', runRepo)
  .option('--apply', 'accept the result into the current branch when it is proven')
  .option('--yes', 'answer every question with yes')
  .addOption(formats)
  .addHelpText('after', `
The files are as they were at that event, the base is the same, the conversation is a new one that is told what was done.`)
  .action(async (run: string, options: Record<string, unknown>) => {
    await interpretSchemas()
    const { forkCommand } = await import('./commands/fork.ts')
    process.exitCode = await forkCommand(run, options)
  })

program.command('resume')
  .description('go on with a run that was interrupted or met a fault')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('--yes', 'answer every question with yes')
  .addOption(new Option('--in-doubt <answer>', 'what to do with a call that was cut off and may have had an effect outside').choices(['repeat', 'skip']))
  .addOption(formats)
  .action(async (run: string, options: Record<string, unknown>) => {
    const { resumeCommand } = await import('./commands/run.ts')
    process.exitCode = await resumeCommand(run, options)
  })

program.command('list')
  .description('runs, newest first')
  .argument('[words...]', 'only runs whose goal, commits or files have these words')
  .option('--repo <dir>', 'only runs of this repository')
  .option('--limit <n>', 'how many', wholeNumber, 20)
  .option('--json', 'one JSON object a line')
  .option('--reindex', 'make the index again from the rollouts first')
  .action(async (words: string[], options: Record<string, unknown>) => {
    const { listCommand } = await import('./commands/list.ts')
    process.exitCode = await listCommand(words, options)
  })

program.command('show')
  .description('the report of a run: what was asked, done, proven and left')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('--json', 'as JSON')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { showCommand } = await import('./commands/show.ts')
    process.exitCode = await showCommand(run, options)
  })

const logs = program.command('log')
  .description('the events of a run')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('-f, --follow', 'keep printing while the run goes on')
  .option('--json', 'the stored lines as they are')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { logCommand } = await import('./commands/log.ts')
    process.exitCode = await logCommand(run, options)
  })

logs.command('repair')
  .description('end a damaged record before its first bad line, so that the run can go on; the original is kept')
  .argument('<run>', 'a run id, or a unique part of its beginning or end')
  .option('--repo <dir>', runRepo)
  .option('--yes', 'ask nothing')
  .option('--json', 'as JSON; changes nothing without --yes')
  .action(async (run: string, options: Record<string, unknown>, command: Command) => {
    const { logRepairCommand } = await import('./commands/log-repair.ts')
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
    const { replayCommand } = await import('./commands/replay.ts')
    process.exitCode = await replayCommand(run, options)
  })

program.command('diff')
  .description('what a run changed, as a unified diff')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('--stat', 'only names and counts')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { diffCommand } = await import('./commands/diff.ts')
    process.exitCode = await diffCommand(run, options)
  })

program.command('accept')
  .description("bring a run's result into the current branch")
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .addOption(new Option('--strategy <how>', 'how the commits arrive; patch changes only files, commits nothing').choices(['merge', 'squash', 'rebase', 'patch']).default('merge'))
  .option('--unproven', 'accept a result that was not proven')
  .option('--yes', 'ask nothing')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { acceptCommand } = await import('./commands/accept.ts')
    process.exitCode = await acceptCommand(run, options)
  })

program.command('undo')
  .description('take an accepted result back: the branch goes back, or gets a revert where something came after')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('--revert', 'always by revert commits, also where the branch could go back')
  .option('--dry-run', 'only say what would be done')
  .option('--json', 'as JSON')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { undoCommand } = await import('./commands/undo.ts')
    process.exitCode = await undoCommand(run, options)
  })

program.command('rollback')
  .description('take a run that has stopped back to an earlier point, files and all; writ resume goes on from there')
  .argument('<run>', runWord)
  .requiredOption('--to <place>', 'the number of an event (writ log shows them), or a task like t2: when it was started')
  .option('--why <text>', 'the reason, which the solver is told')
  .option('--repo <dir>', runRepo)
  .option('--dry-run', 'only say what would change')
  .option('--json', 'as JSON')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { rollbackCommand } = await import('./commands/rollback.ts')
    process.exitCode = await rollbackCommand(run, options as { to: string })
  })

program.command('reject')
  .description('say no to a result; its branch is kept unless --delete-branch')
  .argument('<run>', runWord)
  .option('--repo <dir>', runRepo)
  .option('--reason <text>', 'why')
  .option('--delete-branch', 'also delete the branch of the run (its commits stay in the record)')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { rejectCommand } = await import('./commands/accept.ts')
    process.exitCode = await rejectCommand(run, options)
  })

program.command('verify')
  .description('what is proven about a commit, a run or a bundle, checked offline')
  .argument('<what>', 'a commit, a run (id, unique part of it, `latest`), or a file with an attestation')
  .option('--key <file>', 'whose key counts: a public key in PEM form (default: those of writ keys list)')
  .option('--attest', 'first sign what a crash or a full disk left unsigned')
  .option('--repo <dir>', 'the repository in which the commit is looked for (default: the one around the working directory)')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExit codes: 0 verified · 1 not verified · 2 the request is wrong')
  .action(async (what: string, options: Record<string, unknown>) => {
    const { verifyCommand } = await import('./commands/verify.ts')
    process.exitCode = await verifyCommand(what, options)
  })

program.command('export')
  .description('a run as one file, to show, verify and replay it elsewhere')
  .argument('<run>', runWord)
  .option('-o, --output <file>', 'where to (default: RUN.writ.tar.gz in the working directory)')
  .option('--with-files', 'also the files of the repository as the run saw them, so that it can be rebuilt elsewhere')
  .option('--repo <dir>', runRepo)
  .option('--json', 'as JSON')
  .action(async (run: string, options: Record<string, unknown>) => {
    const { exportCommand } = await import('./commands/export.ts')
    process.exitCode = await exportCommand(run, options)
  })

program.command('import')
  .description('take in a run that writ export made')
  .argument('<file>', 'what writ export made')
  .option('--json', 'as JSON')
  .action(async (file: string, options: Record<string, unknown>) => {
    const { importCommand } = await import('./commands/import.ts')
    process.exitCode = await importCommand(file, options)
  })

program.command('keys')
  .description('the key that signs what runs did, and whose signatures count')
  .addArgument(new Argument('[action]', 'list; rotate: a new key signs from now on; export: print a public key; trust: let another key count; forget: not any more').choices(['list', 'rotate', 'export', 'trust', 'forget']).default('list'))
  .argument('[key]', 'export, forget: a key id or its beginning (default: the key that signs) · trust: a file with a public key')
  .option('--name <who>', 'trust: whose key it is')
  .option('--json', 'list: one JSON object a line')
  .action(async (action: 'list' | 'rotate' | 'export' | 'trust' | 'forget', key: string | undefined, options: Record<string, unknown>) => {
    const { keysCommand } = await import('./commands/keys.ts')
    process.exitCode = await keysCommand(action, key, options)
  })

program.command('doctor')
  .description('is everything here that runs need? with the mend for what is not')
  .option('--json', 'as JSON')
  .action(async (options: Record<string, unknown>) => {
    const { doctorCommand } = await import('./commands/doctor.ts')
    process.exitCode = await doctorCommand(options)
  })

program.command('clean')
  .description('remove what dead runs left behind, and on request what decided runs keep; shows it and asks first')
  .option('--older-than <time>', 'also snapshots and outputs of runs that you accepted or rejected and that ended before, like 30d, 2w, 12h')
  .option('--keep <n>', 'the same, but of all of them except the newest n', wholeNumber)
  .option('--records', 'with them their whole records')
  .option('--dry-run', 'only show it')
  .option('--yes', 'ask nothing')
  .option('--json', 'as JSON')
  .action(async (options: Record<string, unknown>) => {
    const { cleanCommand } = await import('./commands/clean.ts')
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
    const { sandboxCommand } = await import('./commands/sandbox.ts')
    process.exitCode = await sandboxCommand(command, options)
  })

program.command('config')
  .description('the configuration in force, and where each part comes from')
  .option('--json', 'as JSON')
  .option('--repo <dir>', 'as seen from this directory')
  .action(async (options: Record<string, unknown>) => {
    const { configCommand } = await import('./commands/config.ts')
    process.exitCode = await configCommand(options)
  })

program.command('completion')
  .description('print a script that completes commands, options and runs in your shell')
  .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
  .addHelpText('after', `
To try it:  eval "$(writ completion bash)"     eval "$(writ completion zsh)"     writ completion fish | source
To keep it: put that line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish`)
  .action(async (shell: 'bash' | 'zsh' | 'fish') => {
    const { completionCommand } = await import('./commands/completion.ts')
    process.exitCode = await completionCommand(shell, program)
  })

program.option('--no-color', 'plain text, as with NO_COLOR=1; may also come after the command')
for (const command of program.commands.flatMap((each) => [each, ...each.commands])) command.exitOverride().addOption(new Option('--no-color', 'plain text').hideHelp())
program.hook('preAction', (_, command) => {
  if ([program, command].some((each) => each.getOptionValue('color') === false)) process.env.NO_COLOR = '1'
})

// A reader that goes away (`writ log RUN | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes['request-wrong']
  else process.exitCode = await reportFailure(error)
}
