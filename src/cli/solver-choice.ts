import { Fault } from '../protocol/fault.ts'
import type { ConfigFile } from './config.ts'

export interface SolverChoice {
  readonly solver: 'model' | 'repair'
  /** `provider/id`, where the solver is a model. */
  readonly model: string | undefined
}

/** `auto` takes a model where one is configured, and the built-in repair engine where none is. */
export async function chooseSolver(
  options: { readonly solver?: 'auto' | 'model' | 'repair'; readonly model?: string },
  config: ConfigFile,
  env: NodeJS.ProcessEnv,
  /** What else could be done where no model is configured. */
  otherwise = ', or use --solver repair',
): Promise<SolverChoice> {
  if (options.solver === 'repair') {
    if (options.model) throw new Fault('request-invalid', '--solver repair uses no model; leave out --model, or choose --solver model')
    return { solver: 'repair', model: undefined }
  }
  const { findModel } = await import('../adapters/model-ai-sdk/providers.ts')
  const found = findModel({ id: options.model ?? config.model, env })
  if (found) return { solver: 'model', model: `${found.provider}/${found.model}` }
  if (options.solver === 'model') throw new Fault('model-unconfigured', `no model is configured: give one with --model provider/id and its key in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, …)${otherwise}`)
  return { solver: 'repair', model: undefined }
}
