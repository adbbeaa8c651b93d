import type { Stage } from '../../protocol/evidence.ts'
import { toMessage } from '../../protocol/fault.ts'
import { count } from '../../domain/report/words.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { ValidationRequest, Validator } from '../ports/validation.ts'
import { openSubject, type OpenSubject } from './open-subject.ts'
import { isAsked } from './run-validators.ts'
import { withinTime } from './within-time.ts'

export interface SurveyedValidator {
  readonly id: string
  readonly stage: Stage
  readonly kind: Validator['kind']
  /** Would it look at anything here? */
  readonly runs: boolean
  /** What at, or why not. */
  readonly why: string
}

const findMs = 30_000

/** What each validator would do with a change. Programs are looked for; nothing is validated. */
export async function surveyValidators(validators: readonly Validator[], request: ValidationRequest, parts: { readonly sandbox: Sandbox; readonly clock: Clock }): Promise<readonly SurveyedValidator[]> {
  const subject = await openSubject(request, { sandbox: parts.sandbox, limits: {} })
  try {
    const surveyed: SurveyedValidator[] = []
    for (const validator of validators) {
      const { id, stage, kind } = validator
      surveyed.push({ id, stage, kind, ...(await survey(validator, subject, parts.clock)) })
    }
    return surveyed
  } finally {
    await subject.dispose()
  }
}

async function survey(validator: Validator, subject: OpenSubject, clock: Clock): Promise<Pick<SurveyedValidator, 'runs' | 'why'>> {
  const { request } = subject
  if (!isAsked(validator, request)) return { runs: false, why: 'switched off' }
  switch (validator.kind) {
    case 'file': {
      const files = subject.written.filter((each) => validator.concerns(each.path)).length
      return files === 0 ? { runs: false, why: 'no changed file concerns it' } : { runs: true, why: count(files, 'changed file') }
    }
    case 'change':
      return request.changes.length === 0 ? { runs: false, why: 'nothing has changed' } : { runs: true, why: 'looks at the change as a whole' }
    case 'command':
      try {
        const found = await withinTime({ clock, ms: findMs, signal: request.signal }, (signal) => validator.find(subject.face(signal, validator.id)))
        if (found === undefined) return { runs: false, why: 'this repository does not use it' }
        return 'missing' in found ? { runs: false, why: found.missing } : { runs: true, why: found.argv.join(' ') }
      } catch (thrown) {
        request.signal.throwIfAborted()
        return { runs: false, why: toMessage(thrown) }
      }
  }
}
