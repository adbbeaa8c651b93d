import { join } from 'node:path'
import type { DiskCache } from '../adapters/validation-cache/validation-cache.ts'
import type { PersonTrees } from '../adapters/workspace-git/person-trees.ts'
import type { ValidationSettings } from '../domain/validation/settings.ts'
import type { Clock } from '../engine/ports/clock.ts'
import type { Validator } from '../engine/ports/validation.ts'
import { Fault } from '../protocol/fault.ts'
import type { ConfigFile } from './config.ts'
import type { Places } from './places.ts'

/*
 * The part of `compose` that validation takes: every validator that Writ brings, and what they are run with. Each list is
 * loaded when it is opened.
 */
type OpenList = (settings: ValidationSettings) => Promise<readonly Validator[]>

const lists: readonly OpenList[] = []

/** All validators, those that the settings switch off included. @throws Fault `request-invalid` where two have one name. */
export async function openValidators(settings: ValidationSettings): Promise<readonly Validator[]> {
  return requireOwnNames((await Promise.all(lists.map((open) => open(settings)))).flat())
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
