import { tidyFinding } from '../../domain/validation/tidy-finding.ts'
import type { ChangeValidator } from '../ports/validation.ts'
import type { Look, Seen } from './look.ts'
import { withinTime } from './within-time.ts'

/** Lets it look at the change as a whole; undefined where the change is none of its business. */
export async function lookAtChange(validator: ChangeValidator, look: Look): Promise<Seen | undefined> {
  const { subject, kept, mask, clock } = look
  const { signal, changes } = subject.request
  return withinTime({ clock, ms: look.timeoutMs, signal }, async (within) => {
    const face = subject.face(within, validator.id)
    const key = await validator.key?.(face)
    const before = key === undefined ? undefined : await kept.get(key)
    const seen = { old: 0, files: changes.length, cached: before === undefined ? 0 : changes.length }
    if (before !== undefined) return { ...seen, fresh: before.findings.map((each) => tidyFinding(each, mask)), notes: before.notes ?? [], notChecked: false }
    const said = await validator.look(face)
    if (said === undefined) return undefined
    const findings = said.findings.map((each) => tidyFinding(each, mask))
    const notes = (said.notes ?? []).map(mask)
    if (key !== undefined && said.notChecked === undefined) await kept.put({ findings, notes }, key)
    return { ...seen, fresh: findings, notes: said.notChecked === undefined ? notes : [mask(said.notChecked), ...notes], notChecked: said.notChecked !== undefined }
  })
}
