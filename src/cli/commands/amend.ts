import { toApprovalId } from '../../domain/approval/answer.ts'
import { toApproverSteps } from '../../domain/approval/approver-steps.ts'
import { describeApprovers } from '../../domain/approval/describe-ask.ts'
import { judgeAnswerer } from '../../domain/approval/judge-answerer.ts'
import { amendChecks, amendContract, findUnpinned } from '../../domain/contract/amend.ts'
import { diffContracts } from '../../domain/contract/diff-contracts.ts'
import { tidyGlob, type Flags } from '../../domain/contract/draft.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { fold } from '../../domain/evolve.ts'
import { readPolicySettings, toMs } from '../../domain/policy/settings.ts'
import type { RunState } from '../../domain/run-state.ts'
import { toVisible } from '../../domain/text/visible.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { Ask } from '../../protocol/policy.ts'
import { askYes } from '../ask-yes.ts'
import { openRecord, openWorkspaces, type OpenRecord } from '../compose.ts'
import { collectPins, prepareContract } from '../intake.ts'
import { requirePerson, whileOwning } from '../person.ts'
import { getRun, readRun } from '../read-run.ts'
import { openPolicyOf, toPersonCircumstances } from '../require-allowed.ts'
import { openAnswerSigner, type AnswerSigner } from '../sign-answer.ts'

export interface AmendOptions {
  readonly goal?: string
  readonly check?: readonly string[]
  readonly scope?: readonly string[]
  readonly constraint?: readonly string[]
  readonly approver?: readonly string[]
  readonly checkpoint?: readonly string[]
  readonly deadline?: string
  readonly maxTurns?: number
  readonly maxBudgetUsd?: number
  readonly contract?: string
  readonly why?: string
  readonly repo?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
}

interface Amendment {
  readonly run: RunId
  readonly contract: Contract
  /** Hash of the contract that it changes. */
  readonly previous: string
  readonly changes: readonly string[]
  readonly gate: string
  readonly why: string
  readonly ask: Ask
}

/**
 * `writ amend`: only people change a pinned contract. One who may says so at once; of one who may not it is a proposal, which waits
 * for those who may. Either way it is signed, and chained to the contract before.
 */
export async function amendCommand(word: string, options: AmendOptions): Promise<number> {
  requirePerson('contracts are amended')
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  const { state } = await readRun(record.log, run)
  requireAmendable(run, state)
  const amended = await toAmended(record, run, state, options)
  const changes = diffContracts(state.contract ?? amended, amended)
  if (changes.length === 0) throw new Fault('request-invalid', 'nothing would change: give what is to be different (writ amend --help)')
  process.stdout.write(`${changes.map((change) => `  ${toVisible(change).replaceAll('\n', '\n    ')}`).join('\n')}\n`)
  const signer = await openAnswerSigner(record)
  const now = record.clock.now()
  const ask = await toAsk(record, run, state, { changes, who: signer.owner, why: options.why ?? '', now })
  const may = judgeAnswerer(ask, signer.owner, now, now)
  if (!may.ok) process.stderr.write(`It will be proposed to ${describeApprovers(ask.approvers)}: you are ${signer.owner}.\n`)
  if (options.dryRun) {
    process.stderr.write('Nothing was changed: this was a dry run.\n')
    return 0
  }
  if (!options.yes && !(await confirm(may.ok))) {
    process.stderr.write('Nothing was changed.\n')
    return exitCodes['not-achieved']
  }
  const amendment: Amendment = { run, contract: amended, previous: state.contractHash ?? '', changes, gate: `amend-${state.amendments.length + 1}-${digestOfJson(amended)}`, why: options.why ?? '', ask }
  await recordAmendment(record, amendment, signer, may.ok)
  if (may.ok) process.stderr.write(`The contract of ${run} is amended by ${signer.owner}. Go on with: writ resume ${run}\n`)
  else process.stderr.write(`Proposed as ${toApprovalId(run, amendment.gate)}; the contract stays as it is until ${describeApprovers(ask.approvers)} says yes: writ approve ${toApprovalId(run, amendment.gate)}\n`)
  return may.ok ? 0 : exitCodes.waiting
}

function requireAmendable(run: RunId, state: RunState): void {
  if (state.ended) throw new Fault('request-invalid', `${run} has ended (${state.ended.reason}), and what it was asked stands as it was; writ fork ${run} goes on under an amended contract`)
  if (!state.contract || !state.contractHash || !state.opened) throw new Fault('request-invalid', `${run} has no pinned contract yet; writ resume ${run} goes on with it`)
  if (state.amendment) throw new Fault('request-invalid', `an amendment of ${run} waits for an answer already: writ approve ${toApprovalId(run, state.amendment.gate)}, or writ reject ${toApprovalId(run, state.amendment.gate)}, then say this again`)
}

async function toAmended(record: OpenRecord, run: RunId, { contract, opened }: RunState, options: AmendOptions): Promise<Contract> {
  if (!contract || !opened) throw new Fault('run-corrupt', `the record of ${run} has no contract`)
  const { root, base } = opened.repository
  const workspaces = await openWorkspaces(record.places)
  const now = record.clock.now()
  if (options.contract !== undefined) return withPeople(await prepareContract(workspaces, run, opened.repository, options.goal, options, {}, now), options)
  const flags: Flags = { goal: options.goal, checks: options.check ?? [], scope: options.scope ?? [], constraints: options.constraint ?? [], deadline: options.deadline, maxTurns: options.maxTurns, maxUsd: options.maxBudgetUsd }
  const checks = amendChecks(contract, flags)
  const scope = flags.scope.length > 0 ? flags.scope : contract.scope
  // Pins depend on nothing else that can be amended.
  const pins = flags.checks.length === 0 && flags.scope.length === 0 ? contract : await collectPins(await workspaces.readBase(root, base, run), checks, scope, findUnpinned(contract))
  return withPeople(amendContract(contract, flags, { checks: [...checks], pins: [...pins.pins], guarded: [...pins.guarded] }, now), options)
}

function withPeople(contract: Contract, { approver, checkpoint }: AmendOptions): Contract {
  return { ...contract, ...(approver ? { approvers: [...approver] } : {}), ...(checkpoint ? { checkpoints: [...new Set([...(contract.checkpoints ?? []), ...checkpoint.map(tidyGlob)])] } : {}) }
}

/** Routed by the contract as it is, not as it would be. @throws Fault `policy-refused` where the rules say no. */
async function toAsk(record: OpenRecord, run: RunId, state: RunState, about: { readonly changes: readonly string[]; readonly who: string; readonly why: string; readonly now: number }): Promise<Ask> {
  const { changes, who, why, now } = about
  const policy = await openPolicyOf(record, run, state)
  const decision = policy.judge?.({ action: 'amend', parts: changes, circumstances: toPersonCircumstances(state, who, now) })
  if (decision?.effect === 'deny') throw new Fault('policy-refused', `the contract cannot be amended: ${decision.reason} (${decision.rules.join(', ')})`)
  const routed = policy.approversFor?.([]) ?? { steps: [], escalateMs: 0 }
  return {
    kind: 'amend', does: 'the contract changes, and the proof with it', why, rules: decision?.rules ?? [], shows: changes.join('\n').slice(0, 20_000), risk: 'medium',
    undo: 'writ rollback takes the run back to before the amendment; until the result is accepted nothing of yours has changed.',
    expiresAt: new Date(now + toMs(readPolicySettings(policy.settings).gates.approval_expires)).toISOString(),
    approvers: toApproverSteps(state.contract?.approvers ?? [], routed.steps), escalateMs: routed.escalateMs,
  }
}

async function recordAmendment(record: OpenRecord, { run, contract, previous, changes, gate, why, ask }: Amendment, signer: AnswerSigner, isDecided: boolean): Promise<void> {
  await whileOwning(record, run, async (rollout) => {
    const state = fold(rollout.events)
    requireAmendable(run, state)
    if (state.contractHash !== previous) throw new Fault('request-invalid', `the contract of ${run} was amended meanwhile: look at it with writ show ${run}, then say this again`)
    const hash = digestOfJson(contract)
    const question: NewEvent = { type: 'approval.requested', data: { gate, question: `May the contract be amended? ${changes.join('; ').slice(0, 1000)}`, ask, via: 'command' } }
    const events: NewEvent[] = isDecided
      ? [
        question,
        { type: 'approval.given', data: { gate, by: signer.owner, answer: 'approve', signature: await signer.sign({ run, gate, answer: 'approve', ask, note: why || undefined }), via: 'command', ...(why ? { note: why } : {}) } },
        { type: 'contract.amended', data: { gate, contract, hash, previous: state.contractHash, changes: [...changes], why, by: signer.owner } },
      ]
      : [{ type: 'amendment.proposed', data: { gate, contract, changes: [...changes], why, by: signer.owner, via: 'command' } }, question]
    await rollout.append(events)
  })
}

async function confirm(isDecided: boolean): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new Fault('request-invalid', 'nobody is at a terminal to be asked; look at what would change with --dry-run, and say with --yes that it is meant')
  return askYes(isDecided ? 'Amend the contract so? [y/N] ' : 'Propose it? [y/N] ')
}
