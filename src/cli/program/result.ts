import { type Command, Option } from 'commander'
import { Fault } from '../../protocol/fault.ts'
import { runRepo, runWord } from './arguments.ts'

/** Commands with which a person decides about a result. */
export function addResultCommands(program: Command): void {
  program.command('accept')
    .description("bring a run's result into the current branch")
    .argument('<run>', runWord)
    .option('--repo <dir>', runRepo)
    .addOption(new Option('--strategy <how>', 'how the commits arrive; patch changes only files, commits nothing').choices(['merge', 'squash', 'rebase', 'patch']).default('merge'))
    .option('--unproven', 'accept a result that was not proven')
    .option('--yes', 'ask nothing')
    .action(async (run: string, options: Record<string, unknown>) => {
      const { acceptCommand } = await import('../commands/accept.ts')
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
      const { undoCommand } = await import('../commands/undo.ts')
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
      const { rollbackCommand } = await import('../commands/rollback.ts')
      process.exitCode = await rollbackCommand(run, options as { to: string })
    })

  program.command('reject')
    .description('say no: to a question (an id of writ approvals), or to the result of a run; its branch is kept unless --delete-branch. A child run is rejected with the run that it is a part of, by itself only where that was accepted without it')
    .argument('[what...]', `ids of writ approvals (they begin with ap_), or one run: ${runWord}`)
    .option('--all-of <run>', 'of questions: all that this run asks and you may answer')
    .option('--repo <dir>', runRepo)
    .option('--reason <text>', 'why; a solver is told')
    .option('--no-resume', 'of a question: only record the answer')
    .option('--delete-branch', 'also delete the branch of the run (its commits stay in the record)')
    .action(async (words: string[], options: Record<string, unknown>) => {
      const questions = words.filter((word) => word.startsWith('ap_'))
      const [first] = words
      if (options['allOf'] !== undefined || (questions.length > 0 && questions.length === words.length)) {
        const { answerCommand } = await import('../commands/answer.ts')
        process.exitCode = await answerCommand('deny', words, options)
        return
      }
      if (first === undefined) throw new Fault('request-invalid', 'say what to reject: ids from writ approvals, --all-of RUN, or a run whose result you do not want')
      if (words.length > 1) throw new Fault('request-invalid', `${words.slice(0, 10).join(', ')} are not all ids of questions (those begin with ap_); the result of a run is rejected alone`)
      const { rejectCommand } = await import('../commands/accept.ts')
      process.exitCode = await rejectCommand(first, options)
    })
}
