import { verifySignature } from '../../adapters/signing-local/key-ring.ts'
import { listAnswers } from '../../domain/approval/recorded-answers.ts'
import { count } from '../../domain/report/words.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { judgeAnswer } from '../require-signed-answers.ts'
import type { Trust } from './examine-bundle.ts'
import { failed, ok, unchecked, type Finding } from './finding.ts'

/** Problems of one kind that are named. */
const mostNamed = 20

/** The answers that people gave: each signed by whoever it says, and by one who might answer. Also those that were taken back. */
export function verifyAnswers(run: string, events: readonly StoredEvent[], trust: Trust): readonly Finding[] {
  const judged = listAnswers(run, events).map((answer) => ({ answer, verdict: judgeAnswer(answer, (key) => findKey(trust, key), verifySignature) }))
  const of = (...kinds: readonly string[]): typeof judged => judged.filter(({ verdict }) => kinds.includes(verdict.is))
  const tell = (make: typeof failed, kind: string): Finding[] => of(kind).slice(0, mostNamed).flatMap(({ answer, verdict }) => ('problem' in verdict ? [make('answers', `event ${answer.seq}: ${verdict.problem}`)] : []))
  const signed = of('signed')
  const old = of('old')
  return [
    ...tell(failed, 'forged'), ...tell(unchecked, 'unknown'),
    ...(old.length > 0 ? [unchecked('answers', `${count(old.length, 'answer')} of ${[...new Set(old.map(({ answer }) => answer.by))].join(', ')} ${old.length === 1 ? 'is' : 'are'} from before answers were signed`)] : []),
    ...(signed.length > 0 ? [ok('answers', `${count(signed.length, 'answer')} signed by ${[...new Set(signed.map(({ answer }) => answer.by))].join(', ')}`)] : []),
  ]
}

function findKey(trust: Trust, key: string): { readonly publicKey: string; readonly name: string | undefined } | undefined {
  const known = trust.find(key)
  return known?.trusted ? { publicKey: known.publicKey, name: known.name } : undefined
}
