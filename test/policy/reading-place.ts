import { toSecrecy } from '../../src/domain/text/secret-paths.ts'
import type { CommandPlace } from '../../src/engine/ports/commands.ts'

/** A place for commands to be read at, with these files in it. */
export function placeWith(files: Readonly<Record<string, string>> = {}): CommandPlace {
  return {
    home: '/home/agent/repository',
    env: { HOME: '/home/agent', PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    isSecret: (path) => toSecrecy(path) === 'yes',
    readFile: (path) => Promise.resolve(files[path]),
  }
}
