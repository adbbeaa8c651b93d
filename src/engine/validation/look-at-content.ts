import { tidyFinding } from '../../domain/validation/tidy-finding.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { CommandValidator, FoundByProgram, LookRequest, Validator } from '../ports/validation.ts'
import { openSubject, type OpenSubject } from './open-subject.ts'
import { withinTime } from './within-time.ts'

/** They have something against how code is laid out, not against what it does. */
const formatters: ReadonlySet<string> = new Set(['prettier'])
/** Findings that are kept. */
const most = 500

/**
 * Asks the repository's own static programs about files as they are, without a base to take anything off. What does not answer before the
 * signal fires, or cannot do its work, found nothing: this helps to look in the right place, and proves nothing.
 */
export async function lookAtContent(validators: readonly Validator[], request: LookRequest, parts: { readonly sandbox: Sandbox; readonly clock: Clock; readonly mask: (text: string) => string }): Promise<readonly FoundByProgram[]> {
  const programs = validators.filter((each): each is CommandValidator => each.kind === 'command' && each.stage === 'static' && !formatters.has(each.id) && !request.settings.off.includes(each.id))
  if (programs.length === 0 || request.paths.length === 0) return []
  const changes = request.paths.map((path): FileChange => ({ kind: 'modified', path, added: 0, removed: 0, binary: false }))
  const subject = await openSubject({ ...request, base: request.tree, changes, scope: 'task', contract: undefined, baseline: [] }, { sandbox: parts.sandbox, limits: {} })
  const found: FoundByProgram[] = []
  try {
    for (const program of programs) {
      if (request.signal.aborted || found.length >= most) break
      const asked = await ask(program, subject, parts.clock)
      found.push(...asked.slice(0, most - found.length).map((finding) => ({ by: program.id, finding: tidyFinding(finding, parts.mask) })))
    }
  } finally {
    await subject.dispose()
  }
  return found
}

async function ask(program: CommandValidator, subject: OpenSubject, clock: Clock): Promise<readonly FoundByProgram['finding'][]> {
  const { request } = subject
  const { home } = request.workspace
  try {
    const command = await withinTime({ clock, ms: program.timeoutMs ?? 30_000, signal: request.signal }, (signal) => program.find(subject.face(signal, program.id)))
    if (command === undefined || 'missing' in command) return []
    const result = await subject.checkouts.run('result', { argv: command.argv, timeoutMs: command.timeoutMs }, request.signal)
    if (result.ended !== 'exited') return []
    const read = command.read(result)
    return 'failed' in read ? [] : read.findings.map((each) => ({ ...each, path: each.path.startsWith(`${home}/`) ? each.path.slice(home.length + 1) : each.path }))
  } catch (thrown) {
    // Out of time is no answer; anything else is a fault of the machine that the caller must know of.
    if (request.signal.aborted) return []
    throw thrown
  }
}
