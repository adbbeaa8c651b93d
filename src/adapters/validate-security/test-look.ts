import { makeSubject, type SubjectOptions } from '../../testing/subject.ts'
import type { ChangeValidator } from '../../engine/ports/validation.ts'

export type Files = Partial<SubjectOptions> & Pick<SubjectOptions, 'result'>

/** What a validator says of a change between two real folders. */
export async function lookAt(validator: ChangeValidator, { base = {}, settings = {}, ...rest }: Files): Promise<Awaited<ReturnType<ChangeValidator['look']>>> {
  const subject = await makeSubject({ base, settings, ...rest })
  try {
    return await validator.look(subject)
  } finally {
    await subject.dispose()
  }
}

/** Its findings in few words: `rule severity sealed`. */
export async function rulesOf(validator: ChangeValidator, files: Files): Promise<readonly string[]> {
  return ((await lookAt(validator, files))?.findings ?? []).map((each) => `${each.rule} ${each.severity ?? 'error'}${each.quarantine ? ' sealed' : ''}`)
}
