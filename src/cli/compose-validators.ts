import { join } from 'node:path'
import type { DiskCache } from '../adapters/validation-cache/validation-cache.ts'
import type { PersonTrees } from '../adapters/workspace-git/person-trees.ts'
import { digestOf } from '../domain/digest.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { ValidationSettings } from '../domain/validation/settings.ts'
import type { Clock } from '../engine/ports/clock.ts'
import type { Blobs } from '../engine/ports/event-log.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { Validator, Validators } from '../engine/ports/validation.ts'
import { Fault } from '../protocol/fault.ts'
import type { ConfigFile } from './config.ts'
import type { Places } from './places.ts'

/*
 * The part of `compose` that validation takes: every validator that Writ brings, and what they are run with. Their code is
 * loaded when something is validated for the first time.
 */

/** All of them, in the order of the stages, those that the settings switch off included. @throws Fault `request-invalid` where two have one name. */
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
  return requireOwnNames([...changeValidators(trees), createSyntaxValidator(), ...toolValidators(), ...securityValidators(), ...shapeValidators(trees), ...testValidators(createCheckFinder()), ...commandValidators(settings)])
}

/** Those of `writ check`: there is no proof behind it, so the tests themselves are among them. */
export async function openCheckValidators(settings: ValidationSettings, sandbox: Sandbox, memoryMb?: number): Promise<readonly Validator[]> {
  const [validators, { createTestsValidator }, { createCheckFinder }, { createCheckRunner }] = await Promise.all([
    openValidators(settings), import('../adapters/validate-tests/tests.ts'), import('../adapters/check-finder/check-finder.ts'), import('../adapters/check-command/check-runner.ts'),
  ])
  const runner = createCheckRunner({ sandbox, blobs: unkept, ...(memoryMb === undefined ? {} : { limits: { memoryMb } }) })
  // What the tests say comes before how much they see.
  return [createTestsValidator(createCheckFinder(), runner), ...validators]
}

/** What a check printed is told by its end; nothing of it is stored. */
const unkept: Blobs = {
  put: async (content) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    return { digest: digestOf(bytes), bytes: bytes.length }
  },
  get: async () => { throw new Fault('request-invalid', 'outputs of writ check are not kept') },
  slice: async () => { throw new Fault('request-invalid', 'outputs of writ check are not kept') },
}

export interface RunValidatorParts {
  readonly places: Places
  readonly sandbox: Sandbox
  readonly clock: Clock
  readonly mask: (text: string) => string
  readonly policy: Policy
}

/** The same behind the engine's port. A start does not pay for what is only used after the first edit. */
export function openValidatorsFor({ places, policy, ...parts }: RunValidatorParts): Validators {
  const open = async (): Promise<Validators> => {
    const [validators, cache, { createValidators }] = await Promise.all([
      openValidators(readPolicySettings(policy.settings).validation), openValidationCache(places, parts.clock), import('../engine/validation/run-validators.ts'),
    ])
    const engine = createValidators({ ...parts, validators, cache })
    return {
      lookAt: async (request) => (await import('../engine/validation/look-at-content.ts')).lookAtContent(validators, request, parts),
      validate: async (request) => {
        const validations = await engine.validate(request)
        cache.prune()
        return validations
      },
    }
  }
  let opening: Promise<Validators> | undefined
  const opened = (): Promise<Validators> => (opening ??= open())
  return { validate: async (request) => (await opened()).validate(request), lookAt: async (request) => (await (await opened()).lookAt?.(request)) ?? [] }
}

/** Results are kept, shown and switched off by name. */
export function requireOwnNames(validators: readonly Validator[]): readonly Validator[] {
  const seen = new Set<string>()
  for (const { id } of validators) {
    if (seen.has(id)) throw new Fault('request-invalid', `two validators are called '${id}'; give the one in the settings another id`)
    seen.add(id)
  }
  return validators
}

export async function openValidationCache(places: Places, clock: Pick<Clock, 'now'>): Promise<DiskCache> {
  const { createValidationCache } = await import('../adapters/validation-cache/validation-cache.ts')
  return createValidationCache({ directory: join(places.state, 'validation'), now: () => clock.now() })
}

export async function openTrees(directory: string, places: Places, clock: Pick<Clock, 'now'>, env: NodeJS.ProcessEnv = process.env): Promise<PersonTrees> {
  const { openPersonTrees } = await import('../adapters/workspace-git/person-trees.ts')
  return openPersonTrees(directory, { stateDir: places.state, env, now: () => clock.now() })
}

/** Takes the secrets of this environment and of the repository's own files out of text, and everything that looks like one. */
export async function openFindingMask(places: Places, config: ConfigFile, root: string, env: NodeJS.ProcessEnv = process.env): Promise<(text: string) => string> {
  const [{ openMaskKey }, { readSecretFiles }, { createMasker }, { listSecretVariables }] = await Promise.all([
    import('../adapters/secret-files/mask-key.ts'),
    import('../adapters/secret-files/read-secret-files.ts'),
    import('../domain/secrets/masker.ts'),
    import('../domain/secrets/known-values.ts'),
  ])
  const masker = createMasker({ key: openMaskKey(places.state) })
  masker.learn(listSecretVariables(env, config.secrets?.variables), 'variable')
  masker.learn(await readSecretFiles({ root, repository: root, paths: [] }, config.secrets?.files ?? []), 'file')
  return (text) => masker.mask(text)
}
