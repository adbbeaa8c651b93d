import { padWidth } from '../display-width.ts'
import { oneLine } from '../render.ts'
import type { Attempt } from './attempt-repair.ts'

/** From here on the engine counts as sure, and as thinking it likely. */
const bars = { sure: 0.9, likely: 0.5 }

/** How sure the engine says that it is, in a word. */
export function toConfidenceWord(confidence: number | undefined): 'sure' | 'likely' | 'unsure' | '–' {
  return confidence === undefined ? '–' : confidence >= bars.sure ? 'sure' : confidence >= bars.likely ? 'likely' : 'unsure'
}

const columns = [['TASK', 34], ['SET', 4], ['TESTS', 5], ['HIDDEN', 6], ['SAYS', 19], ['SECONDS', 7], ['TRIED', 6], ['A SECOND', 8], ['RANK', 6]] as const

export function toHeader(): string {
  return columns.map(([title, width]) => padWidth(title, width)).join('  ').trimEnd()
}

export function toRow(attempt: Attempt): string {
  const { confidence, candidates, solverSeconds, rank } = attempt
  const word = toConfidenceWord(confidence)
  const cells = [
    attempt.task, attempt.set, attempt.plausible ? 'pass' : 'FAIL', attempt.plausible ? (attempt.correct ? 'pass' : 'FAIL') : '–',
    confidence === undefined ? word : `${word} ${confidence.toFixed(2)}`, attempt.seconds.toFixed(1), String(candidates ?? '–'),
    candidates === undefined || solverSeconds === 0 ? '–' : (candidates / solverSeconds).toFixed(0), String(rank ?? '–'),
  ]
  return `${cells.map((cell, i) => padWidth(cell, columns[i]?.[1] ?? 0)).join('  ')}  ${oneLine(attempt.summary || attempt.reason, 90)}`.trimEnd()
}

export interface Rate {
  readonly group: string
  readonly tasks: number
  readonly plausible: number
  readonly correct: number
}

/** Rates of all, and by set, language, word of confidence and kind of fault. */
export function toRates(attempts: readonly Attempt[]): Rate[] {
  const rate = (group: string, chosen: readonly Attempt[]): Rate => ({ group, tasks: chosen.length, plausible: chosen.filter((one) => one.plausible).length, correct: chosen.filter((one) => one.correct).length })
  const by = (label: string, keys: (attempt: Attempt) => readonly string[]): Rate[] =>
    [...new Set(attempts.flatMap((one) => keys(one)))].toSorted().map((key) => rate(`${label} ${key}`, attempts.filter((one) => keys(one).includes(key))))
  return [
    rate('all', attempts), ...by('set', (one) => [one.set]), ...by('language', (one) => [one.language]),
    ...by('says', (one) => (one.confidence === undefined ? [] : [toConfidenceWord(one.confidence)])), ...by('kind', (one) => one.kinds),
  ]
}

/** How far the engine's word can be trusted: of what it proposed with it, how much was right by the hidden tests. */
export interface Calibration {
  readonly says: 'sure' | 'likely' | 'unsure'
  readonly proposals: number
  readonly right: number
  /** Mean of the confidence that it gave as a number; undefined where it proposed nothing. */
  readonly said: number | undefined
}

export function toCalibration(attempts: readonly Attempt[]): Calibration[] {
  return (['sure', 'likely', 'unsure'] as const).map((says) => {
    const chosen = attempts.filter(({ confidence }) => toConfidenceWord(confidence) === says)
    const sum = chosen.reduce((total, { confidence = 0 }) => total + confidence, 0)
    return { says, proposals: chosen.length, right: chosen.filter(({ correct }) => correct).length, said: chosen.length === 0 ? undefined : sum / chosen.length }
  })
}

export function toCalibrationLines(calibration: readonly Calibration[]): string[] {
  return [
    `${padWidth('SAYS', 14)}  PROPOSALS  RIGHT       MEAN CONFIDENCE`,
    ...calibration.map(({ says, proposals, right, said }) =>
      `${padWidth(says, 14)}  ${padWidth(String(proposals), 9)}  ${padWidth(`${right} (${proposals === 0 ? '–' : `${Math.round((100 * right) / proposals)} %`})`, 10)}  ${said === undefined ? '–' : said.toFixed(2)}`),
  ]
}

export interface Times {
  /** Medians: of the whole run, of the engine, and of its judging; undefined where there is none. */
  readonly seconds: number | undefined
  readonly solverSeconds: number | undefined
  readonly judgingSeconds: number | undefined
}

export function toTimes(attempts: readonly Attempt[]): Times {
  return { seconds: medianOf(attempts.map(({ seconds }) => seconds)), solverSeconds: medianOf(attempts.map(({ solverSeconds }) => solverSeconds)), judgingSeconds: medianOf(attempts.map(({ judgingSeconds }) => judgingSeconds)) }
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low === undefined || high === undefined ? undefined : Math.round(50 * (low + high)) / 100
}

export function toTimesLine({ seconds, solverSeconds, judgingSeconds }: Times): string {
  return seconds === undefined ? 'Nothing was measured.' : `Median: ${seconds.toFixed(1)} s a run, of these ${(solverSeconds ?? 0).toFixed(1)} s in the engine, of these ${(judgingSeconds ?? 0).toFixed(1)} s for judging what it found.`
}

export function toRateLines(rates: readonly Rate[]): string[] {
  const width = Math.max(...rates.map(({ group }) => group.length), 5)
  const share = (n: number, of: number): string => (of === 0 ? '–' : `${Math.round((100 * n) / of)} %`)
  return [
    `${padWidth('GROUP', width)}  TASKS  PLAUSIBLE   CORRECT`,
    ...rates.map(({ group, tasks, plausible, correct }) =>
      `${padWidth(group, width)}  ${padWidth(String(tasks), 5)}  ${padWidth(`${plausible} (${share(plausible, tasks)})`, 10)}  ${correct} (${share(correct, tasks)})`),
  ]
}
