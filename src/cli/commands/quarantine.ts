import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { RunState } from '../../domain/run-state.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { findRoot, openRecord, openWorkspaces, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { readRun } from '../read-run.ts'
import { openAnswerSigner } from '../sign-answer.ts'

export interface QuarantineOptions {
  readonly reason?: string
  readonly repo?: string
  readonly json?: boolean
}

interface Sealed {
  readonly id: string
  readonly run: RunId
  readonly state: RunState
  readonly entry: NonNullable<ReturnType<RunState['quarantine']['get']>>
}

const mostRuns = 500

/** `writ quarantine`: what was sealed away. Nothing of it counts before a person has looked. */
export async function quarantineCommand(action: 'list' | 'show' | 'release' | 'discard', word: string | undefined, options: QuarantineOptions): Promise<number> {
  const record = await openRecord()
  const root = options.repo === undefined ? undefined : await findRoot(options.repo)
  const all = await listSealed(record, root)
  if (action === 'list') {
    return whilePrinting(async () => {
      if (options.json) await print(all.map(({ id, run, entry }) => `${JSON.stringify({ ...entry, id, run, settled: entry.settled ?? null })}\n`).join(''))
      else await print(all.length === 0 ? 'Nothing is sealed away.\n' : all.map(describe).join(''))
      return 0
    })
  }
  const sealed = getSealed(all, word)
  if (action === 'show') return show(record, sealed, options)
  if (process.env.WRIT_SANDBOX) throw new Fault('request-invalid', 'this is a sandbox of Writ: what was sealed is settled by people, outside of it')
  if (sealed.entry.settled) throw new Fault('request-invalid', `${sealed.id} was ${sealed.entry.settled} already`)
  const as = action === 'release' ? 'released' as const : 'discarded' as const
  const signer = await openAnswerSigner(record)
  const { rollout } = await record.log.open(sealed.run)
  try {
    const signature = await signer.sign({ run: sealed.run, gate: sealed.entry.id, answer: as, ask: undefined, note: options.reason })
    await rollout.append([{ type: 'artefact.settled', data: { id: sealed.entry.id, as, by: signer.owner, reason: options.reason ?? '', signature } }])
  } finally {
    await rollout.close()
  }
  process.stdout.write(`${sealed.id} is ${as} by ${signer.owner}.${as === 'released' ? ' The same content passes from now on in this run.' : ''}${sealed.state.ended ? '' : ` Go on with: writ resume ${sealed.run}`}\n`)
  return 0
}

async function listSealed(record: OpenRecord, repository: string | undefined): Promise<readonly Sealed[]> {
  const runs = await record.log.list({ ...(repository === undefined ? {} : { repository }), limit: mostRuns })
  const found: Sealed[] = []
  for (const { run } of runs) {
    const { state } = await readRun(record.log, run)
    for (const entry of state.quarantine.values()) found.push({ id: `${toShortId(run)}:${entry.id}`, run, state, entry })
  }
  return found
}

function describe({ id, entry }: Sealed): string {
  return `${id}  ${entry.settled ?? 'sealed'}  ${entry.findings[0]?.rule ?? ''} in ${entry.paths.slice(0, 3).join(', ')}: ${entry.findings[0]?.message ?? ''}\n`
}

function getSealed(all: readonly Sealed[], word: string | undefined): Sealed {
  if (word === undefined) throw new Fault('request-invalid', 'say which: writ quarantine list shows them')
  const found = all.filter(({ id, entry, run }) => id === word || entry.id === word || `${run}:${entry.id}` === word)
  const [only] = found
  if (only && found.length === 1) return only
  throw new Fault('request-invalid', found.length > 1 ? `${word} is in several runs; say ${found.slice(0, 5).map((each) => each.id).join(' or ')}` : `nothing was sealed as ${word}${all.length > 0 ? `; there is ${all.slice(0, 5).map((each) => each.id).join(', ')}` : ''}`)
}

async function show(record: OpenRecord, { id, run, state, entry }: Sealed, options: QuarantineOptions): Promise<number> {
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ ...entry, id, run, settled: entry.settled ?? null })}\n`)
      return 0
    }
    await print(`${id}  ${entry.settled ?? 'sealed'}\n${entry.findings.map((each) => `  ${each.path}${each.line ? `:${each.line}` : ''}  ${each.rule}  ${each.message}${each.evidence ? `  ${each.evidence}` : ''}`).join('\n')}\n\n`)
    const { opened, workspace } = state
    if (!opened || !workspace) return exitCodes.proven
    try {
      const found = await (await openWorkspaces(record.places)).reopen({ run, repository: opened.repository.root, base: opened.repository.base, branch: workspace.branch, last: state.tree ?? entry.back, ...(state.head ? { head: state.head } : {}) })
      const { openMasker } = await import('../compose-engine.ts')
      const { readConfig } = await import('../config.ts')
      const masker = openMasker(record.places, (await readConfig(record.places)).values)
      await print(`${masker.mask(await found.diff(entry.back, entry.tree, { maxBytes: 100_000, paths: entry.paths }))}\n`)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      await print(`Its content cannot be shown any more: ${error.message}\n`)
    }
    return 0
  })
}
