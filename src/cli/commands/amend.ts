import { createInterface } from 'node:readline/promises'
import { amendChecks, amendContract, findUnpinned } from '../../domain/contract/amend.ts'
import { diffContracts } from '../../domain/contract/diff-contracts.ts'
import type { Flags } from '../../domain/contract/draft.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Contract } from '../../protocol/contract.ts'
import { openRecord, openWorkspaces } from '../compose.ts'
import { collectPins } from '../intake.ts'
import { getRun, readRun } from '../read-run.ts'
import { openAnswerSigner } from '../sign-answer.ts'

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
  readonly why?: string
  readonly repo?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** `writ amend`: only a person changes a pinned contract; the change is an approval, and chained to what was before. */
export async function amendCommand(word: string, options: AmendOptions): Promise<number> {
  if (process.env.WRIT_SANDBOX) throw new Fault('request-invalid', 'this is a sandbox of Writ: contracts are amended by people, outside of it')
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  const { state } = await readRun(record.log, run)
  const { contract, contractHash, opened } = state
  if (state.ended) throw new Fault('request-invalid', `${run} has ended (${state.ended.reason}), and what it was asked stands as it was; writ fork ${run} goes on under an amended contract`)
  if (!contract || !contractHash || !opened) throw new Fault('request-invalid', `${run} has no pinned contract yet; writ resume ${run} goes on with it`)
  const flags: Flags = { goal: options.goal, checks: options.check ?? [], scope: options.scope ?? [], constraints: options.constraint ?? [], deadline: options.deadline, maxTurns: options.maxTurns, maxUsd: options.maxBudgetUsd }
  const checks = amendChecks(contract, flags)
  const scope = flags.scope.length > 0 ? flags.scope : contract.scope
  const base = await (await openWorkspaces(record.places)).readBase(opened.repository.root, opened.repository.base, run)
  const pins = flags.checks.length === 0 && flags.scope.length === 0 ? contract : await collectPins(base, checks, scope, findUnpinned(contract))
  const amended = withPeople(amendContract(contract, flags, { checks: [...checks], pins: [...pins.pins], guarded: [...pins.guarded] }, record.clock.now()), options)
  const changes = diffContracts(contract, amended)
  if (changes.length === 0) throw new Fault('request-invalid', 'nothing would change: give what is to be different (writ amend --help)')
  process.stdout.write(`${changes.map((change) => `  ${change}`).join('\n')}\n`)
  if (options.dryRun) return 0
  if (!options.yes && !(await confirm())) return exitCodes.waiting
  const signer = await openAnswerSigner(record)
  const gate = `amend-${state.amendments.length + 1}-${digestOfJson(amended).slice(0, 8)}`
  const { rollout } = await record.log.open(run)
  try {
    const signature = await signer.sign({ run, gate, answer: 'approve', ask: undefined, note: options.why })
    await rollout.append([
      { type: 'approval.given', data: { gate, by: signer.owner, answer: 'approve', signature, via: 'command', ...(options.why ? { note: options.why } : {}) } },
      { type: 'contract.amended', data: { gate, contract: amended, hash: digestOfJson(amended), previous: contractHash, changes: [...changes], why: options.why ?? '', by: signer.owner } },
    ])
  } finally {
    await rollout.close()
  }
  process.stderr.write(`The contract of ${run} is amended by ${signer.owner}. Go on with: writ resume ${run}\n`)
  return 0
}

function withPeople(contract: Contract, { approver, checkpoint }: AmendOptions): Contract {
  return { ...contract, ...(approver ? { approvers: [...approver] } : {}), ...(checkpoint ? { checkpoints: [...(contract.checkpoints ?? []), ...checkpoint] } : {}) }
}

async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    process.stderr.write('Nobody is at a terminal to be asked; --yes says that it is meant.\n')
    return false
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const said = await lines.question('Amend the contract so? [y/N] ')
  lines.close()
  return /^y(es)?$/i.test(said.trim())
}
