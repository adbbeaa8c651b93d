import { Command, CommanderError, Option } from 'commander'
import { exitCodes } from '../protocol/error-codes.ts'
import { version } from './version.ts'
import { reportFailure } from './failure.ts'
import { addWorkCommands } from './program/work.ts'
import { addPlanCommands } from './program/plan.ts'
import { addResultCommands } from './program/result.ts'
import { addPeopleCommands } from './program/people.ts'
import { addPolicyCommands } from './program/policy.ts'
import { addCheckCommands } from './program/check.ts'
import { addDependencyFaultCommands } from './program/dependency-fault.ts'
import { addLookCommands } from './program/look.ts'
import { addRecordCommands } from './program/record.ts'
import { addMachineCommands } from './program/machine.ts'
import { addNotifyCommands } from './program/notify.ts'
import { addEstimateCommands } from './program/estimates.ts'
import { addSpecialistCommands } from './program/specialists.ts'
import { addAutonomyCommands } from './program/autonomy.ts'
import { addBenchCommands } from './program/bench.ts'

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

Exit codes: 0 proven, or planned · 1 not achieved · 2 the request is wrong · 3 waiting for a person
            4 a limit was reached · 5 a fault of Writ · 130 interrupted`)

addWorkCommands(program)
addPlanCommands(program)
addResultCommands(program)
addLookCommands(program)
addPeopleCommands(program)
addPolicyCommands(program)
addAutonomyCommands(program)
addEstimateCommands(program)
addSpecialistCommands(program)
addCheckCommands(program)
addDependencyFaultCommands(program)
addRecordCommands(program)
addMachineCommands(program)
addNotifyCommands(program)
addBenchCommands(program)

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
