import type { Specialist } from './specialist.ts'

/** Which models the tiers are, as `provider/id`. */
export interface ModelTiers {
  readonly small?: string | undefined
  readonly large?: string | undefined
}

/** The model that a specialist works with: its own, that of its tier where the configuration names one, else the run's. */
export function chooseModelFor({ model }: Pick<Specialist, 'model'>, runModel: string | undefined, tiers: ModelTiers = {}): string | undefined {
  if (model === undefined) return runModel
  return model === 'small' || model === 'large' ? (tiers[model] ?? runModel) : model
}
