import { PolicyBook } from '../domain/policy/bundle.ts'
import { mergeSettings } from '../domain/policy/settings.ts'
import type { RunState } from '../domain/run-state.ts'
import type { Blobs } from '../engine/ports/event-log.ts'
import { Fault } from '../protocol/fault.ts'

/** Questions per run that the policy of a run aims for; undefined where none were asked, or the policy it had cannot be read any more. */
export async function readQuestionsTarget(blobs: Blobs, { kept, questions }: RunState): Promise<number | undefined> {
  if (questions === 0 || !kept) return undefined
  try {
    const book = PolicyBook.safeParse(JSON.parse(Buffer.from(await blobs.get(kept.policy)).toString('utf8')))
    return book.success ? mergeSettings(book.data.bundles.flatMap(({ file }) => (file.settings ? [file.settings] : []))).gates.questions_target : undefined
  } catch (error) {
    // Retention removes it; a policy from before there were bundles is another document.
    if (error instanceof SyntaxError || (error instanceof Fault && error.code === 'run-corrupt')) return undefined
    throw error
  }
}
