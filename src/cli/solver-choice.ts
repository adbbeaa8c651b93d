import { Fault } from '../protocol/fault.ts'
import type { ConfigFile } from './config.ts'

export interface SolverChoice {
  readonly solver: 'model' | 'repair'
  /** `provider/id`, where the solver is a model. */
  readonly model: string | undefined
  /** The built-in solver tries first where the task looks like its kind. */
  readonly builtinFirst?: boolean
}

/** What `--solver` takes, and `solver` in the configuration, and WRIT_SOLVER. */
export const solverNames = ['auto', 'model', 'repair'] as const
type SolverWish = (typeof solverNames)[number]

/** Flags win over the environment, it wins over the configuration, and that over `auto`. @throws Fault `request-invalid` for a word in WRIT_SOLVER that is none of them. */
export function findSolverWish(flag: SolverWish | undefined, config: ConfigFile, env: NodeJS.ProcessEnv): { readonly wish: SolverWish; readonly source: 'flag' | 'WRIT_SOLVER' | 'configuration' | 'default' } {
  if (flag !== undefined) return { wish: flag, source: 'flag' }
  const named = env['WRIT_SOLVER']?.trim()
  if (named) {
    const wish = solverNames.find((name) => name === named)
    if (wish === undefined) throw new Fault('request-invalid', `WRIT_SOLVER is '${named}'; it is one of ${solverNames.join(', ')}`)
    return { wish, source: 'WRIT_SOLVER' }
  }
  return config.solver === undefined ? { wish: 'auto', source: 'default' } : { wish: config.solver, source: 'configuration' }
}

/** `auto` takes a model where one is configured, after the built-in repair engine has tried what looks like its kind; that alone where no model is. */
export async function chooseSolver(
  options: { readonly solver?: 'auto' | 'model' | 'repair'; readonly model?: string },
  config: ConfigFile,
  env: NodeJS.ProcessEnv,
  /** What else could be done where no model is configured. */
  otherwise = ', or use --solver repair',
): Promise<SolverChoice> {
  const { wish, source } = findSolverWish(options.solver, config, env)
  if (wish === 'repair' && !(options.model && source !== 'flag')) {
    if (options.model) throw new Fault('request-invalid', '--solver repair uses no model; leave out --model, or choose --solver model')
    return { solver: 'repair', model: undefined }
  }
  const { findModel } = await import('../adapters/model-ai-sdk/providers.ts')
  const found = findModel({ id: options.model ?? config.model, env })
  if (found) return { solver: 'model', model: `${found.provider}/${found.model}`, ...(wish === 'auto' ? { builtinFirst: true } : {}) }
  if (wish === 'model') throw new Fault('model-unconfigured', `no model is configured: give one with --model provider/id and its key in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, …)${otherwise}`)
  return { solver: 'repair', model: undefined }
}
