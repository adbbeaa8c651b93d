import type { Finding } from '../../protocol/evidence.ts'
import { toMessage } from '../../protocol/fault.ts'
import { moveFindings } from '../../domain/validation/subtract.ts'
import { tidyFinding } from '../../domain/validation/tidy-finding.ts'
import { toDuration } from '../../domain/report/words.ts'
import type { FileValidator } from '../ports/validation.ts'
import { largestFile, type Content } from './contents.ts'
import { subtractBase, type Look, type Seen } from './look.ts'
import { TookTooLong, withinTime } from './within-time.ts'

/** Files that are named in a note; the rest are counted. */
const mostNamed = 5

/**
 * Looks at every file that the change wrote and, where it finds something, at what the file was on the base.
 * Undefined where none of them concerns it.
 */
export async function lookAtFiles(validator: FileValidator, look: Look): Promise<Seen | undefined> {
  const { subject, clock } = look
  const { request } = subject
  const concerned = subject.written.filter((each) => validator.concerns(each.path))
  if (concerned.length === 0) return undefined
  const began = clock.elapsed()
  const tally = { fresh: [] as Finding[], old: 0, files: 0, cached: 0 }
  const large: string[] = []
  const failed: string[] = []
  let left = 0
  for (const [index, { path }] of concerned.entries()) {
    request.onProgress?.(validator.id, index, concerned.length)
    const remaining = look.timeoutMs - (clock.elapsed() - began)
    const content = await subject.result.get(path)
    if (content !== undefined && content.bytes > largestFile) large.push(path)
    if (content?.text === undefined || !isForIt(validator, content)) continue
    if (remaining <= 0) {
      left = concerned.length - index
      break
    }
    try {
      const found = await lookAtFile(validator, look, path, content, remaining)
      tally.files += 1
      tally.cached += found.isCached ? 1 : 0
      if (found.findings.length === 0) continue
      const before = await lookAtOrigin(validator, look, path, remaining)
      const { fresh, old } = await subtractBase(subject, found.findings, before)
      tally.fresh.push(...(validator.weigh?.(fresh, before) ?? fresh))
      tally.old += old
    } catch (thrown) {
      request.signal.throwIfAborted()
      failed.push(`${path} (${thrown instanceof TookTooLong ? `it took longer than ${toDuration(remaining)}` : toMessage(thrown)})`)
    }
  }
  request.onProgress?.(validator.id, concerned.length, concerned.length)
  if (tally.files + large.length + failed.length + left === 0) return undefined
  const notes = [
    ...(large.length > 0 ? [`larger than ${largestFile / 2 ** 20} MiB: ${named(large)}`] : []),
    ...(failed.length > 0 ? [`could not look at ${named(failed)}`] : []),
    ...(left > 0 ? [`stopped after ${toDuration(look.timeoutMs)}, before ${left} of ${concerned.length} files`] : []),
  ]
  return { ...tally, notes, notChecked: notes.length > 0 }
}

function isForIt(validator: FileValidator, content: Content): boolean {
  return !content.hasZeros || validator.takesOutZeros === true
}

function named(all: readonly string[]): string {
  return `${all.slice(0, mostNamed).join(', ')}${all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ''}`
}

async function lookAtOrigin(validator: FileValidator, look: Look, path: string, ms: number): Promise<readonly Finding[]> {
  const origin = look.subject.origins.get(path)
  const content = origin === undefined || !validator.concerns(origin) ? undefined : await look.subject.base.get(origin)
  if (origin === undefined || content?.text === undefined || !isForIt(validator, content)) return []
  const { findings } = await lookAtFile(validator, look, origin, content, ms)
  return moveFindings(findings, new Map([[origin, path]]))
}

/** From the cache where the same content was looked at before under the same name: a validator may judge by names too. */
async function lookAtFile(validator: FileValidator, look: Look, path: string, content: Content, ms: number): Promise<{ readonly findings: readonly Finding[]; readonly isCached: boolean }> {
  const { kept, mask, clock, subject } = look
  const before = await kept.get(path, content.digest)
  if (before !== undefined) return { findings: before.findings.map((each) => tidyFinding(each, mask)), isCached: true }
  const { settings, signal } = subject.request
  const said = await withinTime({ clock, ms, signal }, () => validator.look({ path, text: content.text ?? '' }, settings))
  const findings = said.map((each) => tidyFinding(each, mask))
  await kept.put({ findings }, path, content.digest)
  return { findings, isCached: false }
}
