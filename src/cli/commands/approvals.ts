import { describeApprovers } from '../../domain/approval/describe-ask.ts'
import { describeRemembered } from '../../domain/approval/remembered.ts'
import { Fault } from '../../protocol/fault.ts'
import { findRoot, openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { openRemembered } from '../remembered.ts'
import { oneLine } from '../render.ts'
import { listWaiting } from '../waiting.ts'

export interface ApprovalsOptions {
  readonly repo?: string
  readonly json?: boolean
}

/** `writ approvals`: what waits, and what is remembered. */
export async function approvalsCommand(action: 'waiting' | 'remembered' | 'forget', id: string | undefined, options: ApprovalsOptions): Promise<number> {
  const record = await openRecord()
  const root = options.repo === undefined ? undefined : await findRoot(options.repo)
  const remembered = openRemembered(record.places)
  if (action === 'forget') {
    if (id === undefined) throw new Fault('request-invalid', 'say which: writ approvals forget ID (writ approvals remembered lists them)')
    const gone = await remembered.forget(id)
    process.stdout.write(`Forgotten: ${describeRemembered(gone.covers)} in ${gone.root}. It is asked about again.\n`)
    return 0
  }
  return whilePrinting(async () => {
    if (action === 'remembered') {
      const list = await remembered.list(root)
      if (options.json) await print(list.map((each) => `${JSON.stringify(each)}\n`).join(''))
      else await print(list.length === 0 ? 'Nothing is remembered.\n' : list.map((each) => `${each.id}  ${describeRemembered(each.covers)}  in ${each.root}, by ${each.by}, ${each.at.slice(0, 10)}\n`).join(''))
      return 0
    }
    const waiting = await listWaiting(record, root)
    if (options.json) await print(waiting.map((each) => `${JSON.stringify(each)}\n`).join(''))
    else if (waiting.length === 0) await print('Nothing waits for anybody.\n')
    else {
      const lines = waiting.flatMap(({ id: name, run, question, askedAt, repository }) => [
        `${name}  ${question.ask?.risk ?? ''}${question.ask ? ' risk  ' : ''}${oneLine(question.ask?.does ?? question.question, 160)}`,
        `    ${run} in ${repository}, asked ${askedAt}${question.ask ? `, until ${question.ask.expiresAt}, for ${describeApprovers(question.ask.approvers)}` : ''}`,
      ])
      await print(`${lines.join('\n')}\n\nLook at one and answer: writ approve ID, writ reject ID --reason "…"\n`)
    }
    return 0
  })
}
