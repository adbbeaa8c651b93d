import type { Finding } from '../../protocol/evidence.ts'
import { moveFindings } from '../../domain/validation/subtract.ts'
import { tidyFinding } from '../../domain/validation/tidy-finding.ts'
import { toDuration } from '../../domain/report/words.ts'
import type { SandboxResult } from '../ports/sandbox.ts'
import type { CommandValidator, FoundCommand } from '../ports/validation.ts'
import type { Side } from './checkouts.ts'
import { notChecked, subtractBase, type Look, type Seen } from './look.ts'
import { withinTime } from './within-time.ts'

/** What a command said on one side; `failed` where it did not do its work. */
type Answer = { readonly findings: readonly Finding[]; readonly isCached: boolean } | { readonly failed: string }

/**
 * Runs a program on the result and, only where it finds something, on the base. Undefined where the repository does not use it.
 * The words of the command are kept with its answer, so that content which was looked at before starts nothing at all.
 */
export async function lookByCommand(validator: CommandValidator, look: Look): Promise<Seen | undefined> {
  const { subject, kept, clock } = look
  const { request } = subject
  const place = [request.environment ?? '', look.sandbox.profileHash]
  const before = await kept.get('argv', ...place, request.tree)
  const find = () => withinTime({ clock, ms: look.timeoutMs, signal: request.signal }, (signal) => validator.find(subject.face(signal, validator.id)))
  let found: FoundCommand | undefined
  if (before?.argv === undefined) {
    const asked = await find()
    if (asked === undefined) return undefined
    if ('missing' in asked) return notChecked(asked.missing)
    found = asked
  }
  const argv = found?.argv ?? before?.argv ?? []
  const result = await answer('result')
  if ('failed' in result) return notChecked(result.failed)
  if (before?.argv === undefined) await kept.put({ findings: [], argv: [...argv] }, 'argv', ...place, request.tree)
  const base: Answer = result.findings.length === 0 || (await isEmpty()) ? { findings: [], isCached: false } : await answer('base')
  const { fresh, old } = await subtractBase(subject, result.findings, 'failed' in base ? [] : moveFindings(base.findings, subject.renamed))
  return {
    fresh, old, files: subject.written.length, cached: result.isCached ? subject.written.length : 0, notChecked: false,
    notes: 'failed' in base ? [`on the base it could not be run (${base.failed}): everything counts as new`] : [],
  }

  async function answer(on: Side): Promise<Answer> {
    const key = [...place, [...argv], on === 'result' ? request.tree : request.base]
    const known = await kept.get('answer', ...key)
    if (known !== undefined) return { findings: known.findings.map((each) => tidyFinding(each, look.mask)), isCached: true }
    const command = found ?? (await findAgain())
    if ('failed' in command) return command
    request.onProgress?.(validator.id, on === 'result' ? 0 : 1, 2)
    const read = toAnswer(await subject.checkouts.run(on, { argv: command.argv, timeoutMs: command.timeoutMs }, request.signal), command)
    request.signal.throwIfAborted()
    if ('failed' in read) return read
    const findings = read.findings.map((each) => tidyFinding({ ...each, path: toRelative(each.path, request.workspace.home) }, look.mask))
    await kept.put({ findings }, 'answer', ...key)
    return { findings, isCached: false }
  }

  /** The words are known from the cache, the answer is not there any more. */
  async function findAgain(): Promise<FoundCommand | { readonly failed: string }> {
    const asked = await find()
    if (asked === undefined) return { failed: 'the repository does not use it any more' }
    if ('missing' in asked) return { failed: asked.missing }
    found = asked
    return asked
  }

  async function isEmpty(): Promise<boolean> {
    return (await request.workspace.listAt(request.base)).length === 0
  }
}

/** Programs name files by where they saw them. */
function toRelative(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? path.slice(home.length + 1) : path
}

function toAnswer(result: SandboxResult, command: FoundCommand): { readonly findings: readonly Finding[] } | { readonly failed: string } {
  const name = command.argv[0] ?? 'the command'
  switch (result.ended) {
    case 'exited':
      return command.read(result)
    case 'timeout':
      return { failed: `${name} was stopped after ${toDuration(command.timeoutMs)}` }
    case 'memory':
      return { failed: `${name} was stopped: it took more memory than it may` }
    case 'disk':
      return { failed: `${name} was stopped: it wrote more than it may` }
    case 'cancelled':
      return { failed: `${name} was stopped` }
  }
}
