import { Stage, type Validation } from '../../protocol/evidence.ts'
import { toMessage } from '../../protocol/fault.ts'
import { findFailedStage, judgeFindings } from '../../domain/validation/verdict.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { ValidationCache, ValidationRequest, Validator, Validators } from '../ports/validation.ts'
import type { commandLimits } from './checkouts.ts'
import { openKept } from './kept-findings.ts'
import { lookAtChange } from './look-at-change.ts'
import { lookAtFiles } from './look-at-files.ts'
import { lookByCommand } from './look-by-command.ts'
import { notChecked, type Look, type Seen } from './look.ts'
import { openSubject, type OpenSubject } from './open-subject.ts'

export interface ValidatorParts {
  readonly validators: readonly Validator[]
  /** Left out, everything is looked at anew. */
  readonly cache: ValidationCache | undefined
  readonly sandbox: Sandbox
  readonly clock: Clock
  /** Takes secrets out of what findings say. */
  readonly mask: (text: string) => string
  /** Bounds of each command, where they are to be other than usual. */
  readonly limits?: Partial<typeof commandLimits>
  /** Longest that one validator may take where it does not say, in milliseconds. */
  readonly timeoutMs?: number
}

const usualMs = 120_000
/** Whoever runs tests bounds each of its commands by itself. */
const testsMs = 1_800_000
/** Notes that are kept of one validator, and how long each may be. */
const mostNotes = 20
const longestNote = 500

/**
 * Runs the stages in their order, cheapest first, and leaves out those behind one that failed.
 * Invariants: (1) what a validator throws, or does not finish in time, is `not-checked` with the reason: never a pass, and
 * never the end of the run, the signal's reason included; (2) every finding went through `mask`; (3) the checkouts are gone when
 * it returns or throws.
 */
export function createValidators(parts: ValidatorParts): Validators {
  return {
    validate: async (request) => {
      // Where nothing has changed, nothing can be new.
      if (request.tree === request.base) return []
      const subject = await openSubject(request, { sandbox: parts.sandbox, limits: parts.limits ?? {} })
      const validations: Validation[] = []
      try {
        for (const stage of Stage.options) {
          validations.push(...(await runStage(stage, subject, parts)))
          if (findFailedStage(validations) !== undefined) break
        }
      } finally {
        await subject.dispose()
      }
      return validations
    },
  }
}

/** Those that only read look side by side; those that may run commands one after the other. */
async function runStage(stage: Stage, subject: OpenSubject, parts: ValidatorParts): Promise<readonly Validation[]> {
  const { request } = subject
  const chosen = parts.validators.filter((each) => each.stage === stage && isAsked(each, request))
  const done = new Map<Validator, Validation>()
  const run = async (validator: Validator): Promise<void> => {
    const validation = await runValidator(validator, subject, parts)
    if (validation === undefined) return
    done.set(validator, validation)
    request.onValidation?.(validation)
  }
  await Promise.all(chosen.filter((each) => each.kind === 'file').map(run))
  for (const validator of chosen) if (validator.kind !== 'file') await run(validator)
  return chosen.flatMap((each) => done.get(each) ?? [])
}

/** Is this validator wanted for such a request at all? */
export function isAsked(validator: Validator, request: Pick<ValidationRequest, 'scope' | 'settings'>): boolean {
  return !request.settings.off.includes(validator.id) && (request.scope === 'task' || validator.quick === true)
}

async function runValidator(validator: Validator, subject: OpenSubject, parts: ValidatorParts): Promise<Validation | undefined> {
  const { request } = subject
  const began = parts.clock.elapsed()
  const usual = validator.stage === 'tests' || validator.stage === 'performance' ? testsMs : (parts.timeoutMs ?? usualMs)
  request.onBegin?.({ id: validator.id, stage: validator.stage })
  const look: Look = {
    subject, kept: openKept(parts.cache, validator, request.settings), clock: parts.clock, sandbox: parts.sandbox, mask: parts.mask,
    timeoutMs: validator.timeoutMs ?? usual,
  }
  const seen = await lookWith(validator, look)
  request.onEnd?.(validator.id)
  if (seen === undefined) return undefined
  return {
    validator: validator.id, stage: validator.stage, ...judgeFindings(seen.fresh, seen.notChecked),
    old: seen.old, files: seen.files, cached: seen.cached, durationMs: parts.clock.elapsed() - began,
    notes: seen.notes.slice(0, mostNotes).map((note) => parts.mask(note).slice(0, longestNote)),
  }
}

async function lookWith(validator: Validator, look: Look): Promise<Seen | undefined> {
  const { signal } = look.subject.request
  try {
    signal.throwIfAborted()
    switch (validator.kind) {
      case 'file':
        return await lookAtFiles(validator, look)
      case 'command':
        return await lookByCommand(validator, look)
      case 'change':
        return await lookAtChange(validator, look)
    }
  } catch (thrown) {
    return notChecked(signal.aborted ? `it was stopped: ${toMessage(signal.reason)}` : toMessage(thrown))
  }
}
