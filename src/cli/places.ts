import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Writ keeps its things, after the XDG base directory specification. */
export interface Places {
  readonly state: string
  readonly config: string
}

export function getPlaces(env: NodeJS.ProcessEnv): Places {
  const home = env.HOME || homedir()
  const absolute = (path: string | undefined) => (path?.startsWith('/') ? path : undefined) // the specification: ignore relative ones
  return {
    state: join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'writ'),
    config: join(absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'writ'),
  }
}
