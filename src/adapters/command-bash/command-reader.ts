import type { CommandReading } from '../../protocol/command.ts'
import { readCommand } from '../../domain/command/read-command.ts'
import type { CommandPlace } from '../../engine/ports/commands.ts'

/** A script can start a script: after so many rounds the rest is unknown. */
const mostRounds = 8
const longestFile = 200_000

/** Reads commands for bash. Files of the workspace that a command would run are loaded through the place, and read with it. */
export function createCommandReader(): { read(command: string, place: CommandPlace): Promise<CommandReading> } {
  return {
    async read(command, place) {
      const files = new Map<string, string | undefined>()
      for (let round = 0; ; round += 1) {
        const { reading, wanted } = readCommand(command, { home: place.home, env: place.env, isSecret: (path) => place.isSecret(path), files })
        if (wanted.length === 0) return reading
        if (round >= mostRounds) return { ...reading, unknown: [...reading.unknown, { text: wanted.join(' ').slice(0, 500), why: 'scripts start scripts too deeply' }] }
        await Promise.all(wanted.map(async (path) => files.set(path, await load(path, place))))
      }
    },
  }
}

/** What is too long to be read whole is put in as something that nobody can know. */
async function load(path: string, place: CommandPlace): Promise<string | undefined> {
  const content = await place.readFile(path)
  return content !== undefined && content.length > longestFile ? '\uE000' : content
}
