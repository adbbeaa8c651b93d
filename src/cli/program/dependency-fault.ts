import type { Command } from 'commander'
import { collect, wholeNumber } from './arguments.ts'

/** Faults that came with a dependency. */
export function addDependencyFaultCommands(program: Command): void {
  program.command('dependency-fault')
    .description('find the change of a dependency since which a check fails, and prepare taking it back as a branch')
    .option('--check <command>', 'what fails (default: npm test)')
    .option('--net <host:port>', 'a registry that may be reached (repeatable; default: none, only npm\'s cache and files of the repository)', collect)
    .option('--advisories <source>', 'what is known against versions: a file or folder in OSV\'s form, or the address of a service that speaks its querybatch (default: the policy\'s)')
    .option('--timeout <seconds>', 'most time for one installation, and for one run of the check', wholeNumber, 300)
    .option('--json', 'the answer as JSON')
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .addHelpText('after', `
Only npm's package-lock.json, versions 2 and 3, is known (docs/dependency-faults.md). The newest commit counts, not what is uncommitted. Your
branch, index and files are not changed: the rollback is a branch of its own, and yours to take or drop.
Exit codes: 3 a draft waits for you · 1 no culprit was found · 2 the request is wrong or the lockfile is not known · 130 interrupted`)
    .action(async (options: Record<string, unknown>) => {
      const { dependencyFaultCommand } = await import('../commands/dependency-fault.ts')
      process.exitCode = await dependencyFaultCommand(options)
    })
}
