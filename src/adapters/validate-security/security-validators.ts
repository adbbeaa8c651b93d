import type { Validator } from '../../engine/ports/validation.ts'
import { createDependenciesValidator } from './dependencies.ts'
import { createInjectionValidator } from './injection.ts'
import { createLicencesValidator } from './licences.ts'
import { createPatternsValidator } from './patterns.ts'
import { createSecretsValidator } from './secrets.ts'
import { createTamperingValidator } from './tampering.ts'

/** The stage of security, the quick ones first. */
export function securityValidators(): readonly Validator[] {
  return [createSecretsValidator(), createInjectionValidator(), createTamperingValidator(), createPatternsValidator(), createDependenciesValidator(), createLicencesValidator()]
}
