import { digestOf } from '../../domain/digest.ts'
import type { Subject } from '../../engine/ports/validation.ts'

/** What tests can depend on, as something that names it: both contents whole. */
export async function nameContent(subject: Subject): Promise<unknown> {
  if (subject.trees !== undefined) return subject.trees
  const files = await Promise.all((await subject.files()).map(async (path) => [path, digestOf((await subject.read(path)) ?? '')]))
  const base = await Promise.all(subject.changes.map(async ({ path, from }) => [path, digestOf((await subject.readBase(from ?? path)) ?? '')]))
  return [files, base]
}
