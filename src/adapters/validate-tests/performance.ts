import { compareTimings } from '../../domain/validation/compare-timings.ts'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'

type Timed = ValidationSettings['performance'][number]
type Side = 'base' | 'result'

/** One run of a command. All runs together end with this many times as much. */
const runMs = 120_000
const allMs = 900_000
/** How sure it must be that the change is too slow before it fails. */
const sure = 0.95

/** The commands of the contract and of the settings, timed on base and result in turn. */
export const performanceValidator: ChangeValidator = {
  kind: 'change', id: 'performance', stage: 'performance', version: '2',
  async look(subject) {
    const commands = [...(subject.contract?.performance ?? []), ...subject.settings.performance]
    if (commands.length === 0 || subject.changes.length === 0) return undefined
    const findings: Finding[] = []
    const skipped: string[] = []
    for (const timed of commands) {
      const said = await time(subject, timed)
      if (typeof said === 'string') skipped.push(`${timed.id}: ${said}`)
      else findings.push(said)
    }
    return { findings, notes: skipped, ...(skipped.length === commands.length ? { notChecked: skipped.join('; ') } : {}) }
  },
}

/** What the times show, or why they show nothing. */
async function time(subject: Subject, { id, command, most, runs }: Timed): Promise<Finding | string> {
  const until = performance.now() + allMs
  const times: Record<Side, number[]> = { base: [], result: [] }
  // The first of each only warms up: caches of the disk and of compilers.
  for (let round = 0; round <= runs; round++) {
    for (const side of ['base', 'result'] as const) {
      subject.signal.throwIfAborted()
      subject.say?.(`${id} on the ${side}, ${round === 0 ? 'to warm up' : `${round} of ${runs}`}`)
      if (performance.now() > until) return `it was not done ${runs} times within ${allMs / 60_000} minutes`
      const ran = await subject.run(side, { argv: ['bash', '-c', command], timeoutMs: runMs, env: { CI: '1', NO_COLOR: '1', TERM: 'dumb' } })
      if (ran.ended === 'cancelled') return 'it was cancelled'
      if (ran.ended === 'exited' && ran.exitCode === 0) {
        if (round > 0) times[side].push(ran.durationMs)
        continue
      }
      const how = ran.ended === 'exited' ? `ended with ${ran.exitCode}` : ran.ended === 'timeout' ? `took longer than ${runMs / 1000} s` : `was stopped (${ran.ended})`
      const tail = new TextDecoder().decode(ran.output).replaceAll(/\s+/g, ' ').trim().slice(-200)
      if (side === 'base') return `on the base it ${how}: ${tail}`
      return { path: '.', rule: id, severity: 'error', message: `${command.slice(0, 200)} ${how} on the result, not on the base`, evidence: tail }
    }
  }
  const { base, result, ratio, confidence } = compareTimings(times.base, times.result, most)
  const isSlower = ratio > most && confidence >= sure
  const figures = `${toMs(base)} on the base, ${toMs(result)} on the result, medians of ${runs}`
  const verdict = isSlower ? `takes ${ratio.toFixed(2)} times as long, at most ${most} is allowed` : `takes ${ratio.toFixed(2)} times as long${ratio > most ? `, which is above ${most} but may be chance` : ''}`
  return { path: '.', rule: id, severity: isSlower ? 'error' : 'note', message: `${command.slice(0, 200)} ${verdict} (${figures}; ${Math.round(confidence * 100)} % sure that it is above ${most})` }
}

function toMs(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`
}
