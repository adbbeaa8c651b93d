import type { Stage, Validation } from '../protocol/evidence.ts'
import { measureValidations } from '../domain/validation/metrics.ts'
import { count, toDuration } from '../domain/report/words.ts'
import { fitWidth } from './display-width.ts'
import { oneLine } from './render.ts'

export interface CheckProgress {
  onProgress(label: string, done: number, total: number): void
  onValidation(validation: Validation): void
  /** A sentence of its own. */
  say(text: string): void
  stop(): void
}

const redrawMs = 100
const eraseLine = '\r\u001B[K'

/** A line for each stage on stderr when it is over; on a terminal also one that moves while it lasts. */
export function openCheckProgress(stream: NodeJS.WriteStream, now: () => number): CheckProgress {
  const isLive = stream.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb'
  let current: { readonly stage: Stage; readonly validations: Validation[]; readonly began: number } | undefined
  let began = now()
  let drawnAt = 0
  let isDrawn = false
  const erase = (): void => {
    if (isDrawn) stream.write(eraseLine)
    isDrawn = false
  }
  const say = (text: string): void => {
    erase()
    stream.write(`${text}\n`)
    if (current === undefined) began = now()
  }
  const finish = (): void => {
    if (current) say(toStageLine(current.stage, current.validations, now() - current.began))
    current = undefined
    began = now()
  }
  return {
    say,
    onProgress: (label, done, total) => {
      if (!isLive || now() - drawnAt < redrawMs) return
      drawnAt = now()
      stream.write(`${eraseLine}${fitWidth(oneLine(`${label} ${done}/${total}`, 200), Math.max(8, (stream.columns || 80) - 1))}`)
      isDrawn = true
    },
    onValidation: (validation) => {
      if (current !== undefined && current.stage !== validation.stage) finish()
      current ??= { stage: validation.stage, validations: [], began }
      current.validations.push(validation)
    },
    stop: () => {
      finish()
      erase()
    },
  }
}

function toStageLine(stage: Stage, validations: readonly Validation[], ms: number): string {
  const { validators, findings, errors, notChecked } = measureValidations(validations)
  return [
    `${stage.padEnd(11)} ${count(validators, 'validator')}`,
    `${count(findings, 'new finding')}${errors > 0 ? ` (${count(errors, 'error')})` : ''}`,
    ...(notChecked > 0 ? [`${notChecked} not checked`] : []),
    toDuration(ms),
  ].join(', ')
}
