import { toShortId } from '../../domain/report/short-id.ts'
import { count } from '../../domain/report/words.ts'
import { findDays, toSize, type Retention } from '../../domain/retention.ts'
import type { Leftover } from '../../engine/ports/leftovers.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { askYes } from '../ask-yes.ts'
import { performCleaning, planCleaning, type Cleaned, type CleaningPlan, type Pruning } from '../cleaning.ts'
import { openRecord } from '../compose.ts'
import { readConfig, type ConfigFile } from '../config.ts'
import type { CleanableWhole, HeldChild } from '../decided-wholes.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'

export interface CleanOptions {
  readonly olderThan?: string
  readonly keep?: number
  readonly records?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** Things that are named one by one; the JSON form has all of them. */
const mostNamed = 12

/** `writ clean`: shows what would go and what stays, asks, and removes it. Nothing unmerged and undecided is ever removed. */
export async function cleanCommand(options: CleanOptions): Promise<number> {
  const record = await openRecord()
  const retention = toRetention(options, (await readConfig(record.places)).values)
  const plan = await planCleaning(record, retention, options.records ?? false)
  const expected = sum(plan)
  const isNothing = plan.leftovers.length + plan.pruned.length + plan.records.length + plan.blobs.length === 0
  return whilePrinting(async () => {
    if (!options.json) await print(`${describe(plan, expected, isNothing, retention).join('\n')}\n`)
    const says = isNothing || options.dryRun ? 'no' : options.yes ? 'yes' : await ask(expected)
    const cleaned = says === 'yes' ? await performCleaning(record, plan) : undefined
    if (options.json) await print(`${JSON.stringify(toJson(plan, expected, cleaned), undefined, 2)}\n`)
    else await print(`${closing(cleaned, { isNothing, isDry: options.dryRun ?? false, says })}\n`)
    for (const problem of cleaned?.problems ?? []) process.stderr.write(`writ: ${problem}\n`)
    if (says === 'nobody') return exitCodes.waiting
    return cleaned && cleaned.problems.length > 0 ? exitCodes.fault : 0
  })
}

/** Flags win over the configuration. @throws Fault `request-invalid`. */
function toRetention(options: CleanOptions, config: ConfigFile): Retention {
  const days = options.olderThan === undefined ? undefined : findDays(options.olderThan)
  if (options.olderThan !== undefined && days === undefined) throw new Fault('request-invalid', `--older-than takes a time like 30d, 2w or 12h, not '${options.olderThan}'`)
  const byFlag = days !== undefined || options.keep !== undefined
  const { days: configured, max_gb: maxGb } = config.retention ?? {}
  const retention = byFlag ? { days, keep: options.keep, maxBytes: undefined } : { days: configured, keep: undefined, maxBytes: maxGb === undefined ? undefined : maxGb * 1e9 }
  if (options.records && retention.days === undefined && retention.keep === undefined && retention.maxBytes === undefined) {
    throw new Fault('request-invalid', '--records removes whole records; say which with --older-than or --keep, or configure retention')
  }
  return retention
}

function sum({ leftovers, pruned, records, blobs }: CleaningPlan): number {
  return [...leftovers, ...pruned, ...records, ...blobs].reduce((total, each) => total + each.bytes, 0)
}

const headings: Record<Leftover['kind'], string> = { process: 'Processes of dead runs', 'control-group': 'Control groups of dead processes', folder: 'Folders of dead runs and processes', file: 'Files of dead runs and processes' }

function describe(plan: CleaningPlan, expected: number, isNothing: boolean, retention: Retention): string[] {
  const groups = (Object.keys(headings) as Leftover['kind'][]).flatMap((kind) => {
    const some = plan.leftovers.filter((each) => each.kind === kind)
    if (some.length === 0) return []
    return [`${headings[kind]}:`, ...named(some, (each) => `  ${oneLine(each.name, 160)}${kind === 'process' || kind === 'control-group' ? '' : `  ${toSize(each.bytes)}`}  ${each.run && kind === 'process' ? `${toShortId(each.run)}, ` : ''}${each.why}`)]
  })
  const runs = (title: string, some: CleaningPlan['pruned']): string[] => (some.length === 0 ? [] : [`${title}:`, ...named(some, (each) => `  ${toShortId(each.run)}  ${toSize(each.bytes)}  ${goalOf(plan, each)}`)])
  const kept = describeKept(plan, retention)
  return [
    ...(isNothing ? ['There is nothing to remove.'] : ['To be removed:', '']),
    ...groups,
    ...runs('Snapshots and outputs of runs that you accepted or rejected (their records stay)', plan.pruned),
    ...runs('Records of runs that you accepted or rejected, whole', plan.records),
    ...(plan.blobs.length === 0 ? [] : [`Outputs that no record refers to: ${count(plan.blobs.length, 'file')}, ${toSize(plan.blobs.reduce((total, each) => total + each.bytes, 0))}`]),
    ...(isNothing ? [] : ['', `Together ${toSize(expected)} of ${toSize(plan.stateBytes)}.`]),
    ...(kept.length === 0 ? [] : ['', 'Kept:', ...kept.map((line) => `  ${line}`)]),
  ]
}

function named<T>(all: readonly T[], toLine: (each: T) => string): string[] {
  return [...all.slice(0, mostNamed).map(toLine), ...(all.length > mostNamed ? [`  and ${all.length - mostNamed} more`] : [])]
}

function goalOf(plan: CleaningPlan, { run, children }: Pruning): string {
  const goal = oneLine(plan.wholes.find(({ top }) => top.run === run)?.top.goal ?? '', 80)
  return children.length === 0 ? goal : `${goal} (with ${count(children.length, 'child run')})`
}

/** Of a child run: why it stays, and what would let it go. */
const heldBecause: Record<HeldChild['by'], readonly [what: string, how: string]> = {
  'no-parent': ['whose parent run is not here', ': writ reject'],
  unreadable: ['whose record, or that of the parent run, cannot be read', ': writ log repair'],
  undelivered: ['with work that is neither in the result that you accepted nor in a branch', ': look with writ show, let go with writ reject'],
}

/** What stays although it takes space, and what would let it go. */
function describeKept(plan: CleaningPlan, retention: Retention): string[] {
  const broken = new Set(plan.unreadable.map((each) => each.run))
  const gone = new Set([...plan.pruned, ...plan.records].map((each) => each.run))
  // What a person decides about are whole runs: one that did a task of another goes by that one.
  const rest = plan.wholes.filter(({ top }) => !gone.has(top.run) && !broken.has(top.run))
  const ids = (some: readonly { readonly run: string }[]): string => `${some.slice(0, 6).map((each) => toShortId(each.run)).join(', ')}${some.length > 6 ? ', …' : ''}`
  const lines: string[] = []
  const add = (some: readonly CleanableWhole[], what: string, how: string): void => {
    const children = some.reduce((total, each) => total + each.children.length, 0)
    if (some.length > 0) lines.push(`${count(some.length, 'run')} ${what} (${ids(some.map(({ top }) => top))}${children > 0 ? `, with ${count(children, 'child run')}` : ''})${how}`)
  }
  const undecided = rest.filter(({ top, isDecided, isRunning }) => !isDecided && !isRunning && top.parent === undefined)
  add(undecided.filter(({ top }) => top.status === 'ended'), 'that ended and that you have neither accepted nor rejected', ': writ accept or writ reject')
  add(undecided.filter(({ top }) => top.status === 'stopped'), 'that stopped before the end', ': writ resume or writ reject')
  add(rest.filter((each) => each.isRunning), 'that a process works on', '')
  const isAsked = retention.days !== undefined || retention.keep !== undefined || retention.maxBytes !== undefined
  const [complete, other] = [true, false].map((is) => rest.filter((each) => each.isDecided && each.hasLeft && (each.isComplete || !plan.withRecords) === is))
  add(complete ?? [], 'that you accepted or rejected', isAsked ? ', within what is to be kept' : ': writ clean --older-than 30d removes their snapshots and outputs')
  add(other ?? [], 'that you accepted or rejected, whose record stays for child runs that stay', '')
  for (const by of ['undelivered', 'no-parent', 'unreadable'] as const) {
    const held = plan.wholes.flatMap((each) => each.held.filter((child) => child.by === by))
    const [what, how] = heldBecause[by]
    if (held.length > 0) lines.push(`${count(held.length, 'child run')} ${what} (${ids(held)})${how}`)
  }
  for (const { run, problem } of plan.unreadable) lines.push(`${toShortId(run)}, whose record cannot be read (${oneLine(problem, 200)}), and with it every output: nobody knows which it refers to. See writ log ${toShortId(run)}`)
  return lines
}

async function ask(expected: number): Promise<'yes' | 'no' | 'nobody'> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return 'nobody'
  return (await askYes(`\nRemove it (${toSize(expected)})? [y/N] `)) ? 'yes' : 'no'
}

function closing(cleaned: Cleaned | undefined, { isNothing, isDry, says }: { isNothing: boolean; isDry: boolean; says: string }): string {
  if (cleaned) return `\nFreed ${toSize(cleaned.bytes)}${cleaned.blobs > 0 ? `, ${count(cleaned.blobs, 'output')} among it` : ''}.`
  if (isNothing) return ''
  return isDry ? '\nNothing was removed: this was a dry run.' : says === 'nobody' ? '\nNothing was removed: nobody is here to be asked. Say yes with --yes.' : '\nNothing was removed.'
}

function toJson(plan: CleaningPlan, expected: number, cleaned: Cleaned | undefined): object {
  return {
    leftovers: plan.leftovers.map(({ kind, name, why, run, bytes }) => ({ kind, name, why, run: run ?? null, bytes })),
    pruned: plan.pruned, records: plan.records, blobs: { files: plan.blobs.length, bytes: plan.blobs.reduce((total, each) => total + each.bytes, 0) },
    held: plan.wholes.flatMap((each) => each.held), unreadable: plan.unreadable, expected, removed: cleaned !== undefined, freed: cleaned?.bytes ?? 0, problems: cleaned?.problems ?? [],
  }
}
