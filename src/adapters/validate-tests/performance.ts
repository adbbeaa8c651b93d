import { compareTimings } from '../../domain/validation/compare-timings.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'

const mostMs = 120_000

/** Commands that the policy's settings name, timed on base and result in turn, in the same minutes on the same machine. */
export function createPerformanceValidator(): ChangeValidator {
  return {
    id: 'performance', stage: 'performance', version: '1', kind: 'change',
    look: async (subject) => {
      const { performance: asked } = subject.settings
      if (asked.length === 0) return undefined
      const findings: Finding[] = []
      const notes: string[] = []
      for (const { id, command, most, runs } of asked) {
        const pairs = await timePairs(subject, command, runs)
        if (typeof pairs === 'string') {
          notes.push(`${id}: not checked, ${pairs}`)
          continue
        }
        const { ratio, base, result, isSlower } = compareTimings(pairs, most)
        const figures = `${result.toFixed(0)} ms against ${base.toFixed(0)} ms on the base, a ratio of ${ratio.toFixed(2)} over ${pairs.length} pairs`
        findings.push({ path: '.', rule: `performance/${id}`, severity: isSlower ? 'error' : 'note', message: isSlower ? `${command} takes ${figures}; ${most} is the most` : `${command} takes ${figures}` })
      }
      return { findings, notes }
    },
  }
}

/** Once each unmeasured, then in turn. Why it could not be measured, where it could not. */
async function timePairs(subject: Subject, command: string, runs: number): Promise<{ base: number; result: number }[] | string> {
  const time = async (on: 'base' | 'result'): Promise<number | string> => {
    const ended = await subject.run(on, { argv: ['bash', '-c', command], timeoutMs: mostMs })
    return ended.ended === 'exited' && ended.exitCode === 0 ? ended.durationMs : `it ended with ${ended.exitCode ?? ended.ended} on the ${on}`
  }
  const pairs: { base: number; result: number }[] = []
  for (let n = -1; n < runs; n += 1) {
    subject.signal.throwIfAborted()
    const base = await time('base')
    const result = await time('result')
    if (typeof base === 'string') return base
    if (typeof result === 'string') return result
    if (n >= 0) pairs.push({ base, result })
  }
  return pairs
}
