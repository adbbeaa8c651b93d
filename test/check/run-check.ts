import { Command, CommanderError } from 'commander'
import { reportFailure } from '../../src/cli/failure.ts'
import { addCheckCommands } from '../../src/cli/program/check.ts'
import { exitCodes } from '../../src/protocol/error-codes.ts'
import { sampleValidators } from './sample-validators.ts'

// The command as it is, with the validators of this folder instead of those that Writ brings.
const program = new Command('writ').exitOverride()
addCheckCommands(program, async () => sampleValidators)
for (const command of program.commands) command.exitOverride()
try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : exitCodes['request-wrong']) : await reportFailure(error)
}
