import type { Stage, Validation } from '../protocol/evidence.ts'
import { measureValidations } from '../domain/validation/metrics.ts'
import { count, toDuration } from '../domain/report/words.ts'
import { fitWidth } from './display-width.ts'
import { oneLine } from './render.ts'

export interface CheckProgress {
  /** A validator begins. */
  onBegin(validator: { readonly id: string; readonly stage: Stage }): void
  /** It has ended, with or without an answer. */
  onEnd(validator: string): void
  onProgress(label: string, done: number, total: number): void
  /** What a validator says that it is at. */
  onSaid(validator: string, what: string): void
  onValidation(validation: Validation): void
  /** A sentence of its own. */
  say(text: string): void
  /** The last stage is over too. */
  finish(): void
  /** Nothing moves any more; what was not over is not told as if it were. */
  stop(): void
}

export interface CheckProgressParts {
  readonly stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>
  /** Milliseconds that only grow. */
  readonly now: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

const redrawMs = 200
/** Where no line can move, a sign of life is a line of its own. */
const aliveMs = 15_000
const eraseLine = '\r\u001B[K'

interface Running {
  readonly stage: Stage
  readonly began: number
  what: string
}

/** A line for each stage on stderr when it is over. While it lasts: which validator is at work, for how long, and at what. */
export function openCheckProgress({ stream, now, env }: CheckProgressParts): CheckProgress {
  const isLive = stream.isTTY === true && !env['CI'] && env['TERM'] !== 'dumb'
  const running = new Map<string, Running>()
  let current: { readonly stage: Stage; readonly validations: Validation[]; readonly began: number } | undefined
  let stageBegan: { readonly stage: Stage; readonly at: number } | undefined
  let isDrawn = false
  let spokeAt = now()
  const erase = (): void => {
    if (isDrawn) stream.write(eraseLine)
    isDrawn = false
  }
  const say = (text: string): void => {
    erase()
    stream.write(`${text}\n`)
    spokeAt = now()
  }
  const finish = (): void => {
    if (current) say(toStageLine(current.stage, current.validations, now() - current.began))
    current = undefined
  }
  const tick = (): void => {
    const [oldest] = running
    if (oldest === undefined || (!isLive && now() - spokeAt < aliveMs)) return
    const text = toRunningLine(oldest[0], oldest[1], running.size - 1, now())
    if (!isLive) return say(text)
    stream.write(`${eraseLine}${fitWidth(text, Math.max(8, (stream.columns || 80) - 1))}`)
    isDrawn = true
  }
  const timer = setInterval(tick, isLive ? redrawMs : 1000)
  timer.unref()
  const note = (id: string, what: string): void => {
    const one = running.get(id)
    if (one) one.what = what
  }
  return {
    say,
    finish,
    onBegin: ({ id, stage }) => {
      if (stageBegan?.stage !== stage) stageBegan = { stage, at: now() }
      running.set(id, { stage, began: now(), what: '' })
    },
    onEnd: (id) => void running.delete(id),
    onProgress: (label, done, total) => note(label, `${done} of ${total}`),
    onSaid: note,
    onValidation: (validation) => {
      if (current !== undefined && current.stage !== validation.stage) finish()
      current ??= { stage: validation.stage, validations: [], began: stageBegan?.at ?? now() }
      current.validations.push(validation)
    },
    stop: () => {
      clearInterval(timer)
      erase()
    },
  }
}

function toRunningLine(id: string, { stage, began, what }: Running, others: number, at: number): string {
  return `${stage.padEnd(11)} ${oneLine(`${id}: ${toDuration(at - began)}${what === '' ? '' : `, ${what}`}${others > 0 ? `, and ${count(others, 'other')}` : ''}`, 200)}`
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
