import { readCommand } from '../../domain/command/read-command.ts'
import type { CommandReader } from '../../engine/ports/commands.ts'
import { openShellParser } from './parse-shell.ts'

/** Rounds in which scripts lead to other scripts, and files that are read in all. */
const mostRounds = 6
const mostFiles = 40

/** Reads commands of bash and its relatives. The grammar is loaded with the first. */
export function createCommandReader(): CommandReader {
  return {
    read: async (command, { home, env, isSecret, readFile }) => {
      const parse = await openShellParser()
      const files = new Map<string, string | undefined>()
      for (let round = 0; ; round += 1) {
        const { acts, unknown, wanted } = readCommand(command, { home, env, isSecret, files, parse })
        const missing = wanted.filter((path) => !files.has(path)).slice(0, mostFiles - files.size)
        if (missing.length === 0 || round === mostRounds) return { acts, unknown }
        for (const path of missing) files.set(path, await readFile(path))
      }
    },
  }
}
