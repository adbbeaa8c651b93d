import { count } from '../../domain/report/words.ts'
import { usualTools, type PlacedSpecialist, type Specialist } from '../../domain/specialist/specialist.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { openRecord } from '../compose.ts'
import { readConfig, type ConfigFile } from '../config.ts'
import { openSpecialists } from '../open-specialists.ts'
import { findRootOrNone, toRepositoryHere } from '../policy-here.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, tame } from '../render.ts'
import { toRows } from '../to-rows.ts'

export interface SpecialistsOptions {
  readonly repo?: string
  readonly json?: boolean
}

/** `writ specialists`: who is in force here, and what lies around without effect. Exits with 2 where a file of the person's own is wrong. */
export async function specialistsCommand(name: string | undefined, options: SpecialistsOptions): Promise<number> {
  const record = await openRecord()
  const [{ values: config }, root] = await Promise.all([readConfig(record.places), findRootOrNone(options.repo)])
  const { specialists, files, problems, notes } = await openSpecialists({ places: record.places, repository: root === undefined ? undefined : toRepositoryHere(record, root) })
  const all = [...specialists.values()].toSorted((a, b) => (a.role < b.role ? -1 : 1))
  const one = name === undefined ? undefined : specialists.get(name)
  if (name !== undefined && !one) throw new Fault('request-invalid', `there is no specialist ${name}: there are ${all.map(({ role }) => role).join(', ')}${notes.length + problems.length > 0 ? ` (${[...problems, ...notes].join('; ')})` : ''}`)
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify(one ? toJson(one, files) : { repository: root ?? null, models: config.models ?? {}, specialists: all.map((each) => toJson(each, files)), problems, notes }, undefined, 2)}\n`)
    else {
      await print(one ? `${describeOne(one, files, config).join('\n')}\n` : `${toTable(all).join('\n')}\n`)
      for (const note of [...problems, ...notes]) await print(`\nNote: ${oneLine(note, 1000)}\n`)
    }
    return problems.length > 0 ? exitCodes['request-wrong'] : 0
  })
}

function toTable(all: readonly Specialist[]): string[] {
  return toRows([['ROLE', 'FROM', 'MODEL', 'TOOLS', 'DOES'], ...all.map((each) => [each.role, each.from.map(({ layer }) => layer).join(' + '), each.model ?? 'the run’s', describeTools(each), oneLine(each.description, 100)])])
}

/** The usual ones by what is missing or more, others by name. */
function describeTools({ tools }: Specialist): string {
  const missing = usualTools.filter((tool) => !tools.includes(tool))
  if (missing.length > 2) return tools.join(' ')
  return ['usual', ...missing.map((tool) => `-${tool}`), ...tools.filter((tool) => !usualTools.includes(tool)).map((tool) => `+${tool}`)].join(' ')
}

function describeOne(one: Specialist, files: readonly PlacedSpecialist[], config: ConfigFile): string[] {
  const { model, budget } = one
  const tier = model === 'small' || model === 'large' ? `${model}: ${config.models?.[model] ?? `the run’s (the configuration names no models.${model})`}` : (model ?? 'the run’s')
  const caps = [...(budget.max_turns ? [count(budget.max_turns, 'turn')] : []), ...(budget.max_usd ? [`$${budget.max_usd}`] : []), ...(budget.max_tokens ? [count(budget.max_tokens, 'token')] : [])]
  const text = isTerminal() ? tame : (words: string): string => words
  const rows = [
    ['role', one.role], ['does', oneLine(one.description, 300)], ['tools', one.tools.join(', ')],
    ['may write', one.scope.length > 0 ? one.scope.join(', ') : 'what its task may'], ['model', tier], ['effort', one.effort ?? 'the run’s'],
    ['at most', caps.length > 0 ? caps.join(', ') : 'its share of the budget'],
    ...toFiles(one, files).map(({ layer, place, digest }) => ['from', `${layer} ${oneLine(place, 500)} (${digest.slice(0, 12)}${layer === 'repository' ? ', trusted' : ''})`]),
  ]
  return [...toRows(rows), '', text(one.words)]
}

function toFiles({ role, from }: Specialist, files: readonly PlacedSpecialist[]): readonly PlacedSpecialist[] {
  return files.filter((file) => file.file.role === role && from.some(({ layer, digest }) => layer === file.layer && digest === file.digest))
}

/** In the words of a file, with what all of its files make together. */
function toJson(one: Specialist, files: readonly PlacedSpecialist[]) {
  const { role, description, tools, scope, model, effort, budget, words } = one
  return { role, description, tools, scope, model: model ?? null, effort: effort ?? null, budget, words, from: toFiles(one, files).map(({ layer, place, digest }) => ({ layer, place, digest })) }
}
