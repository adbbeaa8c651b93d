import type { ToolName } from '../../protocol/specialist.ts'
import { capBudget } from './narrow-budget.ts'
import { intersectScopes } from './narrow-scope.ts'
import { toPart, usualTools, type PlacedSpecialist, type Specialist } from './specialist.ts'

export interface Resolved {
  readonly specialists: ReadonlyMap<string, Specialist>
  /** Files that have no effect, each with a sentence for the person. */
  readonly refused: readonly { readonly given: PlacedSpecialist; readonly why: string }[]
}

/**
 * What files of the same role make together. Built-in ones come first, the user's say otherwise where they say something, and
 * a repository's only narrow: fewer tools, a smaller scope, a lower budget. `files` are in the order of their layers.
 */
export function resolveSpecialists(files: readonly PlacedSpecialist[]): Resolved {
  const specialists = new Map<string, Specialist>()
  const refused: { given: PlacedSpecialist; why: string }[] = []
  for (const given of files) {
    const { role } = given.file
    const before = specialists.get(role)
    const made = before === undefined ? toNew(given) : toNext(before, given)
    if ('why' in made) refused.push({ given, why: `${given.place} has no effect: ${made.why}` })
    else specialists.set(role, made)
  }
  return { specialists, refused }
}

type Made = Specialist | { readonly why: string }

function toNew(given: PlacedSpecialist): Made {
  const { role, description } = given.file
  if (description === undefined || given.words.trim() === '') return { why: `there is no ${role} that it could build on, and a new role needs a description and, below the front matter, words for the model` }
  return toNext({ role, description, words: '', tools: usualTools, scope: [], model: undefined, effort: undefined, budget: {}, from: [] }, given)
}

function toNext(before: Specialist, given: PlacedSpecialist): Made {
  const { file, words, layer, digest } = given
  const why = findOverreach(given) ?? (layer === 'repository' ? findWidening(before, given) : undefined)
  if (why !== undefined) return { why }
  const scope = file.scope === undefined ? before.scope : layer === 'repository' ? intersectScopes(before.scope, file.scope) : file.scope
  if (scope === undefined) return { why: `its scope (${file.scope?.join(', ') ?? ''}) and that of the ${file.role} it builds on (${before.scope.join(', ')}) have no path in common` }
  return {
    role: file.role, description: file.description ?? before.description, words: words.trim() === '' ? before.words : words.trim(), scope,
    tools: file.tools === undefined ? withNeeded(before.role, before.tools) : withNeeded(before.role, file.tools),
    model: file.model ?? before.model, effort: file.effort ?? before.effort,
    budget: file.budget === undefined ? before.budget : layer === 'repository' ? capBudget(before.budget, file.budget) : { ...before.budget, ...file.budget },
    from: [...before.from, { layer, digest }],
  }
}

/** In the one order that tools have, with those that a role cannot do without. */
function withNeeded(role: string, tools: readonly ToolName[]): readonly ToolName[] {
  const { needs, most } = toPart(role)
  return most.filter((tool) => needs.includes(tool) || tools.includes(tool))
}

/** What no file can give a role, whoever wrote it. */
function findOverreach({ file }: PlacedSpecialist): string | undefined {
  const { most, because } = toPart(file.role)
  const beyond = (file.tools ?? []).filter((tool) => !most.includes(tool))
  if (beyond.length > 0) return `the ${file.role} cannot have ${beyond.join(', ')}: ${because}`
  const own = (['model', 'effort', 'scope', 'budget'] as const).find((key) => file[key] !== undefined)
  return file.role === 'planner' && own !== undefined ? `the planner's conversation is the run's own, so that ${own} has to be said of the run (--model, --effort, --scope, --max-turns)` : undefined
}

/** What only a person may say. */
function findWidening(before: Specialist, { file }: PlacedSpecialist): string | undefined {
  if (file.model?.includes('/')) return `a repository does not choose where its contents are sent: say model: small or model: large, and whoever runs it says which those are`
  const more = (file.tools ?? []).filter((tool) => !before.tools.includes(tool))
  return more.length > 0 && before.from.length > 0 ? `it gives the ${file.role} ${more.join(', ')}, and a repository's file only takes away (it has ${before.tools.join(', ')})` : undefined
}
