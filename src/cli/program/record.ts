import { Argument, type Command } from 'commander'
import { runRepo, runWord } from './arguments.ts'

/** Commands about the record itself: signatures, archives, keys. */
export function addRecordCommands(program: Command): void {
  program.command('verify')
    .description('what is proven about a commit, a run or a bundle, checked offline')
    .argument('<what>', 'a commit, a run (id, unique part of it, `latest`), or a file with an attestation')
    .option('--key <file>', 'whose key counts: a public key in PEM form (default: those of writ keys list)')
    .option('--attest', 'first sign what a crash or a full disk left unsigned')
    .option('--repo <dir>', 'the repository in which the commit is looked for (default: the one around the working directory)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit codes: 0 verified · 1 not verified · 2 the request is wrong')
    .action(async (what: string, options: Record<string, unknown>) => {
      const { verifyCommand } = await import('../commands/verify.ts')
      process.exitCode = await verifyCommand(what, options)
    })

  program.command('export')
    .description('a run as one file, with its child runs, to show, verify and replay it elsewhere')
    .argument('<run>', runWord)
    .option('-o, --output <file>', 'where to (default: RUN.writ.tar.gz in the working directory)')
    .option('--with-files', 'also the files of the repository as the run saw them, so that it can be rebuilt elsewhere')
    .option('--repo <dir>', runRepo)
    .option('--json', 'as JSON')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { exportCommand } = await import('../commands/export.ts')
      process.exitCode = await exportCommand(run, options)
    })

  program.command('import')
    .description('take in a run that writ export made')
    .argument('<file>', 'what writ export made')
    .option('--json', 'as JSON')
    .action(async (file: string, options: Record<string, unknown>) => {
      const { importCommand } = await import('../commands/import.ts')
      process.exitCode = await importCommand(file, options)
    })

  program.command('keys')
    .description('the key that signs what runs did, and whose signatures count')
    .addArgument(new Argument('[action]', 'list; rotate: a new key signs from now on; export: print a public key; trust: let another key count; forget: not any more').choices(['list', 'rotate', 'export', 'trust', 'forget']).default('list'))
    .argument('[key]', 'export, forget: a key id or its beginning (default: the key that signs) · trust: a file with a public key')
    .option('--name <who>', 'trust: whose key it is')
    .option('--json', 'list: one JSON object a line')
    .action(async (action: 'list' | 'rotate' | 'export' | 'trust' | 'forget', key: string | undefined, options: Record<string, unknown>) => {
      const { keysCommand } = await import('../commands/keys.ts')
      process.exitCode = await keysCommand(action, key, options)
    })
}
