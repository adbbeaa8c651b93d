import { describeApprovers, describeAsk } from '../../domain/approval/describe-ask.ts'
import { describeRemembered } from '../../domain/approval/remembered.ts'
import type { Waiting } from '../../domain/approval/waiting.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { toVisible } from '../../domain/text/visible.ts'
import { Fault } from '../../protocol/fault.ts'
import { findRoot, openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { openRemembered, type RememberedEntry } from '../remembered.ts'
import { oneLine } from '../render.ts'
import { getWaiting, listAsked, listWaiting, type Listed } from '../waiting.ts'
import { toAge } from './list.ts'

export interface ApprovalsOptions {
  readonly repo?: string
  readonly json?: boolean
  readonly all?: boolean
  readonly limit?: number
}

/** Questions that `--all` shows unless another number is said. */
const usualLimit = 50

/** `writ approvals`: what waits, what became of what was asked, and what is remembered. */
export async function approvalsCommand(action: 'waiting' | 'show' | 'remembered' | 'forget', id: string | undefined, options: ApprovalsOptions): Promise<number> {
  if (action !== 'forget' && action !== 'show' && id !== undefined) throw new Fault('request-invalid', `writ approvals ${action} takes no ${id}; to look at one: writ approvals show ${id}; to answer it: writ approve ${id}`)
  if (action !== 'waiting' && options.all) throw new Fault('request-invalid', `--all is about questions: writ approvals --all`)
  if (!options.all && options.limit !== undefined) throw new Fault('request-invalid', '--limit goes with --all: what waits is always shown whole')
  const record = await openRecord()
  const root = options.repo === undefined ? undefined : await findRoot(options.repo)
  if (action === 'forget') return forget(record, id)
  if (action === 'show') return show(record, id, options.json ?? false)
  return whilePrinting(async () => {
    if (action === 'waiting' && options.all) await printAsked(record, root, options)
    else if (action === 'waiting') await printWaiting(record, root, options.json ?? false)
    else await printRemembered(await openRemembered(record.places).list(root), options.json ?? false)
    return 0
  })
}

/** All of one question, as whoever answers it is shown it. Nothing is answered. */
async function show(record: OpenRecord, id: string | undefined, json: boolean): Promise<number> {
  if (id === undefined) throw new Fault('request-invalid', 'say which: writ approvals show ID (writ approvals lists what waits)')
  const waiting = await getWaiting(record, await listWaiting(record), id)
  const { question } = waiting
  return whilePrinting(async () => {
    await print(json ? toLine({ ...waiting, status: 'waiting' }, record.clock.now()) : `${describeAsk(waiting.id, question.question, question.ask).join('\n')}\n\nwrit approve ${waiting.id}, or writ reject ${waiting.id} --reason "…"\n`)
    return 0
  })
}

async function forget(record: OpenRecord, id: string | undefined): Promise<number> {
  if (id === undefined) throw new Fault('request-invalid', 'say which: writ approvals forget ID (writ approvals remembered lists them)')
  const gone = await openRemembered(record.places).forget(id)
  process.stdout.write(`Forgotten: ${oneLine(toVisible(describeRemembered(gone.covers)), 400)} in ${gone.root}. It is asked about again.\n`)
  return 0
}

async function printAsked(record: OpenRecord, root: string | undefined, { json, limit = usualLimit }: ApprovalsOptions): Promise<void> {
  const { asked, unread } = await listAsked(record, root)
  for (const each of unread) process.stderr.write(`writ: ${each}\n`)
  const now = record.clock.now()
  const shown = asked.slice(0, limit)
  if (json) await print(shown.map((each) => toLine(each, now)).join(''))
  else if (asked.length === 0) await print('Nothing was asked yet.\n')
  else await print(`${shown.flatMap((each) => describeAsked(each, now)).join('\n')}\n`)
  if (asked.length > shown.length) process.stderr.write(`writ: ${asked.length - shown.length} older ones are not shown; --limit ${asked.length} shows all\n`)
}

async function printWaiting(record: OpenRecord, root: string | undefined, json: boolean): Promise<void> {
  const { waiting, unread } = await listWaiting(record, root)
  for (const each of unread) process.stderr.write(`writ: ${each}\n`)
  const now = record.clock.now()
  if (json) await print(waiting.map((each) => toLine({ ...each, status: 'waiting' }, now)).join(''))
  else if (waiting.length === 0) await print('Nothing waits for anybody.\n')
  else await print(`${waiting.flatMap((each) => describe(each, now)).join('\n')}\n\nLook at one: writ approvals show ID. Answer: writ approve ID, writ reject ID --reason "…"\n`)
}

function toLine(listed: Listed, now: number): string {
  return `${JSON.stringify({ ...listed, askedAt: new Date(listed.askedAt).toISOString(), expired: isExpired(listed, now) })}\n`
}

/** What waits as always; of the rest, who said what. */
function describeAsked(listed: Listed, now: number): string[] {
  const { id, question, askedAt, status, answer, why } = listed
  if (status === 'waiting') return describe(listed, now)
  const became = answer
    ? `${answer.answer === 'approve' ? 'yes' : 'no'} by ${answer.by} ${toAge(now - Date.parse(answer.at)) === 'now' ? 'just now' : `${toAge(now - Date.parse(answer.at))} ago`}${answer.via ? ` (${answer.via})` : ''}${answer.note ? `: ${answer.note}` : ''}`
    : status === 'in-terminal' ? 'a process works on the run now and asks in its terminal' : `not answered: it ${why ?? ''}`
  return [
    `${id}  ${oneLine(toVisible(question.ask?.does ?? question.question), 160)}`,
    `    ${toPlace(listed)} · asked ${new Date(askedAt).toISOString().slice(0, 16).replace('T', ' ')}Z · ${oneLine(toVisible(became), 400)}`,
  ]
}

/** Which run asks; of a child also for which task of which run. */
function toPlace({ run, parent, repository }: Waiting): string {
  return `${toShortId(run)}${parent ? ` (task ${parent.task} of ${toShortId(parent.run)})` : ''} in ${repository}`
}

function describe(waiting: Waiting, now: number): string[] {
  const { id, run, question, askedAt } = waiting
  const { ask } = question
  const until = ask === undefined ? [] : [isExpired(waiting, now) ? `expired: writ resume ${toShortId(run)} asks again` : `until ${ask.expiresAt}`]
  return [
    `${id}  ${ask ? `${ask.risk} risk  ` : ''}${oneLine(toVisible(ask?.does ?? question.question), 160)}`,
    `    ${[toPlace(waiting), toAge(now - askedAt) === 'now' ? 'asked just now' : `asked ${toAge(now - askedAt)} ago`, ...until, ...(ask ? [`for ${oneLine(toVisible(describeApprovers(ask.approvers)), 200)}`] : [])].join(' · ')}`,
  ]
}

function isExpired({ question }: Waiting, now: number): boolean {
  return question.ask !== undefined && now >= Date.parse(question.ask.expiresAt)
}

async function printRemembered(list: readonly RememberedEntry[], json: boolean): Promise<void> {
  if (json) await print(list.map((each) => `${JSON.stringify(each)}\n`).join(''))
  else if (list.length === 0) await print('Nothing is remembered.\n')
  else await print(list.map((each) => `${each.id}  ${oneLine(toVisible(describeRemembered(each.covers)), 300)} · in ${each.root} · by ${oneLine(each.by, 100)}, ${each.at.slice(0, 10)}\n`).join(''))
}
