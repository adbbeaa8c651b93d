import { createValidationCache } from '../adapters/validation-cache/validation-cache.ts'
import { createValidators } from '../engine/validation/run-validators.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { ValidationSettings } from '../domain/validation/settings.ts'
import type { Clock } from '../engine/ports/clock.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { Validator, Validators } from '../engine/ports/validation.ts'

export interface ValidatorParts {
  readonly stateDir: string
  readonly sandbox: Sandbox
  readonly clock: Pick<Clock, 'elapsed'>
  readonly mask: (text: string) => string
}

/** Every validator that there is, in the order of the stages. Their code is loaded when something is validated for the first time. */
export async function openValidators(settings: ValidationSettings): Promise<readonly Validator[]> {
  const [{ changeValidators }, { createSyntaxValidator }, { toolValidators }, { securityValidators }, { shapeValidators }, { testValidators }, { commandValidators }, { createSyntaxTrees }, { createCheckFinder }] = await Promise.all([
    import('../adapters/validate-change/change-validator.ts'),
    import('../adapters/check-syntax/syntax-validator.ts'),
    import('../adapters/validate-tools/tool-validators.ts'),
    import('../adapters/validate-security/security-validators.ts'),
    import('../adapters/validate-shape/shape-validators.ts'),
    import('../adapters/validate-tests/test-validators.ts'),
    import('../adapters/validate-tools/sarif-command.ts'),
    import('../adapters/check-syntax/syntax-trees.ts'),
    import('../adapters/check-finder/check-finder.ts'),
  ])
  const trees = createSyntaxTrees()
  return [...changeValidators(trees), createSyntaxValidator(), ...toolValidators(), ...securityValidators(), ...shapeValidators(trees), ...testValidators(createCheckFinder()), ...commandValidators(settings)]
}

/** The same behind the engine's port. A start does not pay for what is only used after the first edit. */
export function openValidatorsFor(parts: ValidatorParts & { readonly policy: Policy }): Validators {
  let opening: Promise<Validators> | undefined
  const { policy, ...rest } = parts
  return {
    validate: async (request) => {
      opening ??= openValidators(readPolicySettings(policy.settings).validation).then((validators) => createValidators({ ...rest, validators, cache: createValidationCache(parts.stateDir) }))
      return (await opening).validate(request)
    },
  }
}
