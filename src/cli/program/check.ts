import { Option, type Command } from 'commander'
import type { openCheckValidators } from '../compose-validators.ts'

/** Validation without a model. `open`: other validators than those that Writ brings, for tests. */
export function addCheckCommands(program: Command, open?: typeof openCheckValidators): void {
  program.command('check')
    .description('run the stages of validation on a working tree, without a model: for CI and before a commit')
    .option('--base <rev>', 'compare with where this history left REV (default: HEAD; in a tree without changes, the upstream or main branch)')
    .option('--staged', 'the index instead of the working tree: what would be committed; without the stages tests and performance')
    .option('--full', 'with --staged: all stages')
    .option('--all', 'every file, as if all of it were new')
    .option('--only <id...>', 'only these validators')
    .option('--skip <id...>', 'not these validators')
    .addOption(new Option('--stage <stage...>', 'only these stages').choices(['change', 'static', 'security', 'shape', 'tests', 'performance']))
    .addOption(new Option('--format <format>', 'how the answer is written').choices(['text', 'json', 'sarif']).default('text'))
    .option('-o, --output <file>', 'write the answer into this file instead of standard output')
    .option('--contract <file>', 'a contract whose scope and checks hold, as for writ run')
    .option('--settings <file>', 'settings of the validators, a YAML file (docs/check.md)')
    .option('--no-cache', 'look at everything anew')
    .option('--strict', 'warnings fail too, and so does what could not be checked')
    .option('--list', 'name all validators, and whether they would run here')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .addHelpText('after', `
Your files and your index are only read. What the base has too is counted, never blamed on the change.
Exit codes: 0 no new errors · 1 a stage failed · 2 the request is wrong · 130 interrupted`)
    .action(async (options: Record<string, unknown>) => {
      const { checkCommand } = await import('../commands/check.ts')
      process.exitCode = await checkCommand(options, open)
    })
}
