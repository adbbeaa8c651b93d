import { createInterface } from 'node:readline/promises'
import { Fault } from '../protocol/fault.ts'

/**
 * Asks a person at the terminal; anything but a yes is a no, and so is the end of the input. Who calls it makes sure that somebody is there.
 * @throws Fault `cancelled` when they press Ctrl-C
 */
export async function askYes(prompt: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const said = await new Promise<string>((resolve, reject) => {
      // The terminal gives Ctrl-C to whoever reads from it: it ends the command here as it does elsewhere.
      lines.once('SIGINT', () => reject(new Fault('cancelled', 'interrupted while it asked: nothing was answered, and nothing was changed')))
      lines.once('close', () => resolve(''))
      lines.question(prompt).then(resolve, reject)
    })
    return /^y(es)?$/i.test(said.trim())
  } finally {
    lines.close()
  }
}
