import { z } from 'zod'
import type { Contract } from '../../protocol/contract.ts'

const Quoted = z.object({ quote: z.string() })
const list = <T extends z.ZodType>(item: T) => z.array(z.unknown()).catch([]).transform((values) => values.flatMap((value) => {
  const parsed = item.safeParse(value)
  return parsed.success ? [parsed.data] : []
}))

/** What the model may have read out of the words. Entries that do not fit are dropped one by one. */
const IntakeReply = z.lazy(() => z.object({
  constraints: list(Quoted.extend({ text: z.string().trim().min(1).max(4000) })),
  scope: list(Quoted.extend({ glob: z.string().trim().min(1).max(500) })),
  deadline: Quoted.extend({ iso: z.string() }).nullish().catch(undefined),
  approvers: list(Quoted.extend({ name: z.string().trim().min(1).max(200) })),
  dataLocations: list(Quoted.extend({ text: z.string().trim().min(1).max(1000) })),
  unknowns: list(z.object({ question: z.string().trim().min(1).max(1000), why: z.string().max(1000).catch('') })),
}))

/**
 * Fills what the person's flags left open with what the model read out of the person's words. An entry counts only when
 * the words it quotes stand in the goal, so nothing can be invented; everything else becomes an unknown or nothing.
 */
export function completeContract(draft: Contract, reply: string | undefined): Contract {
  const parsed = IntakeReply.safeParse(findJson(reply ?? ''))
  if (!parsed.success) return draft
  const said = parsed.data
  const words = squash(draft.goal)
  const isSaid = (entry: { quote: string }) => squash(entry.quote).length > 2 && words.includes(squash(entry.quote))
  const deadline = said.deadline && isSaid(said.deadline) && !Number.isNaN(Date.parse(said.deadline.iso)) ? new Date(said.deadline.iso).toISOString() : undefined
  const chosenDeadline = draft.deadline ?? deadline
  return {
    ...draft,
    constraints: [...draft.constraints, ...said.constraints.filter(isSaid).slice(0, 50).map((each) => ({ text: each.text, origin: 'model' as const }))],
    scope: draft.scope.length > 0 ? draft.scope : said.scope.filter(isSaid).slice(0, 50).map((each) => each.glob),
    dataLocations: [...draft.dataLocations, ...said.dataLocations.filter(isSaid).slice(0, 50).map((each) => ({ text: each.text, origin: 'model' as const }))],
    approvers: draft.approvers.length > 0 ? draft.approvers : said.approvers.filter(isSaid).slice(0, 20).map((each) => each.name),
    unknowns: [...draft.unknowns, ...said.unknowns.slice(0, 20)],
    ...(chosenDeadline === undefined ? {} : { deadline: chosenDeadline }),
  }
}

/** The first JSON object in a text, whatever is written around it. */
function findJson(text: string): unknown {
  const from = text.indexOf('{')
  const to = text.lastIndexOf('}')
  if (from < 0 || to <= from) return undefined
  try {
    return JSON.parse(text.slice(from, to + 1)) as unknown
  } catch {
    return undefined // not JSON: the words stay as the person wrote them
  }
}

function squash(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
