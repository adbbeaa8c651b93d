import { exitCodes, exitOf, type FaultCode } from '../protocol/error-codes.ts'
import { findSystemFault } from '../protocol/system-error.ts'
import { Fault, toMessage } from '../protocol/fault.ts'

/** Their messages may list what is wrong, a line each. */
const listing: ReadonlySet<FaultCode> = new Set(['request-invalid', 'contract-unreadable'])

/** Turns anything thrown into one sentence on stderr and an exit code. Stack traces only where `WRIT_DEBUG` asks for them. */
export async function reportFailure(error: unknown): Promise<number> {
  const debug = process.env.WRIT_DEBUG !== undefined && process.env.WRIT_DEBUG !== ''
  const mask = await openMask()
  if (error instanceof Fault) {
    // A list of what is wrong with a file is read line by line.
    process.stderr.write(`writ: ${mask(listing.has(error.code) ? error.message.trimEnd() : toMessage(error))}\n`)
    if (debug && error.stack) process.stderr.write(`${mask(error.stack)}\n`)
    return exitCodes[exitOf[error.code]]
  }
  const machine = findSystemFault(error, 'try again; writ list shows the runs that can go on.')
  if (machine) return reportFailure(machine)
  process.stderr.write(`writ: a fault of Writ itself: ${mask(toMessage(error))}\n`)
  process.stderr.write(debug && error instanceof Error && error.stack ? `${mask(error.stack)}\n` : 'Set WRIT_DEBUG=1 to see where. Nothing that was recorded is lost; writ list shows the run, writ resume goes on with it.\n')
  return exitCodes.fault
}

/** Messages quote what was given and what others answered. The key of placeholders may be what cannot be read: one of the moment does. */
async function openMask(): Promise<(text: string) => string> {
  const [{ randomBytes }, { createMasker }, { listSecretVariables }] = await Promise.all([
    import('node:crypto'),
    import('../domain/secrets/masker.ts'),
    import('../domain/secrets/known-values.ts'),
  ])
  const masker = createMasker({ key: randomBytes(32).toString('hex') })
  masker.learn(listSecretVariables(process.env), 'variable')
  return (text) => masker.mask(text)
}
