import type { Plan } from '../protocol/plan.ts'
import { Fault } from '../protocol/fault.ts'
import { inputShare, type ExpectedCost } from './plan-view.ts'

/** What the tasks are expected to take, in tokens and at the list prices of the model. */
export async function expectCost({ tasks }: Plan, model: string | undefined): Promise<ExpectedCost> {
  const tokens = tasks.reduce((sum, task) => sum + (task.estimate?.tokens ?? 0), 0)
  const unknown = tasks.filter((task) => (task.estimate?.tokens ?? 0) === 0).length
  // Tasks are off independently of one another, as far as anybody knows: their variances add up.
  const spread = Number(Math.hypot(...tasks.map((task) => task.estimate?.tokensSpread ?? 0)).toPrecision(3))
  return { tokens, spread, unknown, usd: model === undefined || tokens === 0 ? undefined : await toUsd(model, tokens) }
}

async function toUsd(model: string, tokens: number): Promise<number | undefined> {
  const [{ getEndpoint }, { loadPrice }] = await Promise.all([import('../adapters/model-ai-sdk/providers.ts'), import('../adapters/model-ai-sdk/price.ts')])
  const input = Math.round(tokens * inputShare)
  let endpoint
  try {
    endpoint = getEndpoint(model, process.env)
  } catch (error) {
    // Whoever looks at a plan need not have what it takes to ask its model.
    if (error instanceof Fault) return undefined
    throw error
  }
  const price = await loadPrice(endpoint)
  return price.toCost({ inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: tokens - input, text: tokens - input, reasoning: 0 } }, undefined)
}
