import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { toApproverSteps } from '../../domain/approval/approver-steps.ts'
import { judgeAnswerer } from '../../domain/approval/judge-answerer.ts'
import { toSettleGate } from '../../domain/approval/recorded-answers.ts'
import { fold } from '../../domain/evolve.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import type { RunState } from '../../domain/run-state.ts'
import { toVisible } from '../../domain/text/visible.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { appendAfterEnd } from '../append-after-end.ts'
import { findRoot, openRecord, type OpenRecord } from '../compose.ts'
import { requirePerson, whileOwning } from '../person.ts'
import { print, whilePrinting } from '../print.ts'
import { readRun } from '../read-run.ts'
import { oneLine } from '../render.ts'
import { findAgainst, openPolicyOf } from '../require-allowed.ts'
import { openAnswerSigner } from '../sign-answer.ts'
import { form, openRunGit } from './diff.ts'

export interface QuarantineOptions {
  readonly reason?: string
  readonly repo?: string
  readonly json?: boolean
}

type Entry = NonNullable<ReturnType<RunState['quarantine']['get']>>

interface Sealed {
  /** `RUN:q1`, with the short id of the run. */
  readonly id: string
  readonly run: RunId
  readonly state: RunState
  readonly entry: Entry
  /** Milliseconds since the epoch. */
  readonly sealedAt: number
}

const mostRuns = 500
/** Of a diff that is shown, in characters. */
const mostShown = 100_000

/** `writ quarantine`: what was sealed away. Nothing of it counts before a person has looked. */
export async function quarantineCommand(action: 'list' | 'show' | 'release' | 'discard', word: string | undefined, options: QuarantineOptions): Promise<number> {
  if (action === 'list' && word !== undefined) throw new Fault('request-invalid', `writ quarantine list takes no ${word}; to look at it: writ quarantine show ${word}`)
  if (action === 'release' || action === 'discard') requirePerson('what was sealed is settled')
  const record = await openRecord()
  const all = await listSealed(record, options.repo === undefined ? undefined : await findRoot(options.repo))
  if (action === 'list') {
    return whilePrinting(async () => {
      await print(options.json ? all.map((each) => `${JSON.stringify(toJson(each))}\n`).join('') : all.length === 0 ? 'Nothing is sealed away.\n' : all.map(describe).join(''))
      return 0
    })
  }
  const sealed = getSealed(all, word)
  return action === 'show' ? show(record, sealed, options) : settle(record, sealed, action === 'release' ? 'released' : 'discarded', options)
}

function toJson({ id, run, entry }: Sealed): Readonly<Record<string, unknown>> {
  return { ...entry, id, run, settled: entry.settled ?? null }
}

/** A record without the word in it sealed nothing, and is not parsed for it. */
async function listSealed(record: OpenRecord, repository: string | undefined): Promise<readonly Sealed[]> {
  const found: Sealed[] = []
  for (const { run } of await record.log.list({ ...(repository === undefined ? {} : { repository }), limit: mostRuns })) {
    try {
      if (!readFileSync(toRunPaths(record.places.state, run).rollout).includes('"type":"artefact.quarantined"')) continue
      const { state, events } = await readRun(record.log, run)
      for (const entry of state.quarantine.values()) {
        const sealedAt = Date.parse(events.findLast((event) => event.type === 'artefact.quarantined' && event.data.id === entry.id)?.at ?? '')
        found.push({ id: `${toShortId(run)}:${entry.id}`, run, state, entry, sealedAt })
      }
    } catch (error) {
      // One that is gone by now, or damaged, hides nothing of the others.
      if (!(error instanceof Fault) || error.code !== 'run-corrupt') throw error
      process.stderr.write(`writ: ${toMessage(error)}\n`)
    }
  }
  return found
}

function describe({ id, entry }: Sealed): string {
  const [first] = entry.findings
  return `${id}  ${(entry.settled ?? 'sealed').padEnd(9)}  ${oneLine(toVisible(`${first?.rule ?? ''} in ${entry.paths.slice(0, 3).join(', ')}: ${first?.message ?? ''}`), 300)}\n`
}

function getSealed(all: readonly Sealed[], word: string | undefined): Sealed {
  if (word === undefined) throw new Fault('request-invalid', 'say which: writ quarantine list shows them')
  const found = all.filter(({ id, entry, run }) => id === word || entry.id === word || `${run}:${entry.id}` === word)
  const [only] = found
  if (only && found.length === 1) return only
  throw new Fault('request-invalid', found.length > 1 ? `${word} is in several runs; say ${found.slice(0, 5).map((each) => each.id).join(' or ')}` : `nothing was sealed as ${word}${all.length > 0 ? `; there is ${all.slice(0, 5).map((each) => each.id).join(', ')}` : ''}`)
}

/** The findings, and what was sealed against what the workspace went back to, without secrets. */
async function show(record: OpenRecord, sealed: Sealed, { json }: QuarantineOptions): Promise<number> {
  const { id, run, entry } = sealed
  return whilePrinting(async () => {
    if (json) {
      await print(`${JSON.stringify(toJson(sealed))}\n`)
      return 0
    }
    const findings = entry.findings.map((each) => `  ${each.path}${each.line ? `:${each.line}` : ''}  ${each.rule}  ${each.message}${each.evidence ? `  ${each.evidence}` : ''}`)
    await print(`${id}  ${entry.settled ?? 'sealed'}\n${toVisible(findings.join('\n'))}\n\n`)
    const [{ openMasker }, { readConfig }] = await Promise.all([import('../compose-engine.ts'), import('../config.ts')])
    const masker = openMasker(record.places, (await readConfig(record.places)).values)
    try {
      const { stdout } = await openRunGit(join(record.places.state, 'runs', run))(['diff', ...form, entry.back, entry.tree, '--', ...entry.paths])
      const text = toVisible(masker.mask(stdout.toString('utf8')))
      await print(`${text.slice(0, mostShown)}${text.length > mostShown ? `\n[cut: ${text.length - mostShown} more characters]\n` : ''}`)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      await print(`Its content cannot be shown any more: ${toMessage(error)}\n`)
    }
    if (!entry.settled) await print(`\nwrit quarantine release ${id} --reason "…" lets the same content pass in this run and in forks of it; writ quarantine discard ${id} never does.\n`)
    return 0
  })
}

/** To throw away is anybody's; to let it pass is for those whom the contract or the owner rules name. */
async function settle(record: OpenRecord, sealed: Sealed, as: 'released' | 'discarded', { reason = '' }: QuarantineOptions): Promise<number> {
  const { id, run, state } = sealed
  const signer = await openAnswerSigner(record)
  if (as === 'released') await requireOwn(record, sealed, signer.owner)
  const after = await whileOwning(record, run, async (rollout) => {
    const entry = fold(rollout.events).quarantine.get(sealed.entry.id)
    if (!entry) throw new Fault('request-invalid', `${id} is not sealed any more: the run was taken back to before it`)
    if (entry.settled) throw new Fault('request-invalid', `${id} was ${entry.settled} already`)
    const signature = await signer.sign({ run, gate: toSettleGate(entry), answer: as, ask: undefined, note: reason })
    const event: NewEvent = { type: 'artefact.settled', data: { id: entry.id, as, by: signer.owner, reason, signature } }
    if (state.ended) await appendAfterEnd(record, rollout, event)
    else await rollout.append([event])
    return fold(rollout.events)
  })
  const next = after.ended ? ` The run has ended; writ fork ${run} goes on from it.` : ` Go on with: writ resume ${run}`
  process.stdout.write(`${id} is ${as} by ${signer.owner}.${as === 'released' ? ' The same content passes from now on in this run and in forks of it.' : ''}${next}\n`)
  return 0
}

async function requireOwn(record: OpenRecord, { id, run, state, entry, sealedAt }: Sealed, who: string): Promise<void> {
  const routed = (await openPolicyOf(record, run, state)).approversFor?.(entry.paths) ?? { steps: [], escalateMs: 0 }
  const now = record.clock.now()
  const judged = judgeAnswerer({ approvers: toApproverSteps(state.contract?.approvers ?? [], routed.steps), escalateMs: routed.escalateMs, expiresAt: new Date(now + 1).toISOString() }, who, sealedAt, now)
  if (!judged.ok) throw new Fault('request-invalid', `${id} cannot be released by you now: ${judged.why}`)
  const why = (await findAgainst(record, run, who))(id, { kind: 'quarantine', rules: [...new Set(entry.findings.map((each) => each.rule))] })
  if (why !== undefined) throw new Fault('policy-refused', why)
}
