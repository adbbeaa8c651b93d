import { countDelta, describeDelta } from '../../domain/plan/describe-plan.ts'
import { diffPlans, isSamePlan } from '../../domain/plan/diff-plans.ts'
import { openRecord } from '../compose.ts'
import { readPlanSide } from '../plan-of-run.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { painter, tame } from '../render.ts'

/** `writ plan diff A B`: what B has, against A. */
export async function planDiffCommand(from: string, to: string, { json = false, repo }: { readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const delta = diffPlans(await readPlanSide(openRecord, from, repo), await readPlanSide(openRecord, to, repo))
  return whilePrinting(async () => {
    if (json) {
      await print(`${JSON.stringify({ version: 1, from, to, same: isSamePlan(delta), ...delta }, (_, value: unknown) => (value === undefined ? null : value), 2)}\n`)
      return 0
    }
    if (isSamePlan(delta)) process.stderr.write('Both are the same plan.\n')
    else await print(`${[...describeDelta(delta).map(paintLine), '', countDelta(delta)].join('\n')}\n`)
    return 0
  })
}

function paintLine(line: string): string {
  const paint = painter(process.stdout)
  const text = isTerminal() ? tame(line) : line
  if (text.startsWith('+')) return paint('green', text)
  return text.startsWith('-') ? paint('red', text) : text.startsWith('~') ? paint('yellow', text) : text
}
