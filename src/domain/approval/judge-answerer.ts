import type { Ask } from '../../protocol/policy.ts'

/** What a contract's own approvers are given before the next may answer, where no owner rule says otherwise, in milliseconds. */
const usualWaitMs = 4 * 3_600_000

export type Answerer = { readonly ok: true; readonly as: string } | { readonly ok: false; readonly why: string }

/**
 * May this person answer now? The first in order at once; deputies and the next in order once the wait has passed, each further
 * one after as long again. Where nobody is named, anybody whose key counts.
 * @param who the owner of the key that signs
 */
export function judgeAnswerer(ask: Pick<Ask, 'approvers' | 'escalateMs' | 'expiresAt'>, who: string, askedAt: number, now: number): Answerer {
  if (now >= Date.parse(ask.expiresAt)) return { ok: false, why: `the question expired on ${ask.expiresAt}; writ resume asks it again` }
  if (ask.approvers.length === 0) return { ok: true, as: 'anybody' }
  const wait = ask.escalateMs > 0 ? ask.escalateMs : usualWaitMs
  for (const [n, step] of ask.approvers.entries()) {
    if (step.who === who) {
      const from = askedAt + n * wait
      return now >= from ? { ok: true, as: who } : { ok: false, why: `it is first ${ask.approvers[0]?.who ?? ''}'s to answer; yours from ${new Date(from).toISOString()} on` }
    }
    if (step.deputies.includes(who)) {
      const from = askedAt + (n + 1) * wait
      return now >= from ? { ok: true, as: `${who}, deputy of ${step.who}` } : { ok: false, why: `you are a deputy of ${step.who}, who has until ${new Date(from).toISOString()}` }
    }
  }
  return { ok: false, why: `it is for ${ask.approvers.map((step) => [step.who, ...step.deputies].join(' or ')).join(', then ')} to answer, and you are ${who}` }
}
