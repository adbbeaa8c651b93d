import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { toCanonicalJson } from '../../domain/chain.ts'
import { loneActions, pathActions, toCallAction, type Action } from './action-groups.ts'
import { concerns } from './may-match.ts'

const resources: Readonly<Record<string, string>> = { exec: 'Command', connect: 'Host', integrate: 'Change', deliver: 'Repository', amend: 'Contract', delegate: 'Role', approve: 'Question', continue: 'Quarantine' }
const principals = ['Person', 'Agent', 'Specialist', 'Hook'] as const

/** Every kind of question that there is. */
const kinds: readonly { readonly action: Action; readonly resource: string }[] = [
  ...['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'finish', 'restore', 'propose_amendment', 'tool'].flatMap((tool) => (['read', 'reversible', 'irreversible'] as const).map((effect) => ({ action: toCallAction(tool, effect), resource: 'Call' }))),
  ...Object.values(pathActions).map((action) => ({ action, resource: 'Path' })),
  ...Object.values(loneActions).map((action) => ({ action, resource: resources[action.id] ?? '' })),
]

/** Questions that the head of a rule is about, as `principal action resource`, and the types of their resources. */
export function reachOf(json: PolicyJson): { readonly questions: ReadonlySet<string>; readonly resourceTypes: readonly string[] } {
  const questions = new Set<string>()
  const types = new Set<string>()
  for (const { action, resource } of kinds) {
    for (const principalType of principals) {
      if (!concerns(json, { action: action.id, actionGroups: action.groups, principalType, resourceType: resource })) continue
      questions.add(`${principalType} ${action.id} ${resource}`)
      types.add(resource)
    }
  }
  return { questions, resourceTypes: [...types] }
}

/** Is the head of `wide` about everything that the head of `narrow` is about? */
export function coversHead(wide: PolicyJson, narrow: PolicyJson): boolean {
  const [outer, inner] = [reachOf(wide).questions, reachOf(narrow).questions]
  return coversActor(wide.principal, narrow.principal) && coversActor(wide.resource, narrow.resource) && inner.size > 0 && [...inner].every((question) => outer.has(question))
}

/** By type alone `reachOf` has looked; what is left is one certain principal or resource. */
function coversActor(wide: PolicyJson['principal'] | PolicyJson['resource'], narrow: PolicyJson['principal'] | PolicyJson['resource']): boolean {
  if (wide.op === 'All' || (wide.op === 'is' && wide.in === undefined)) return true
  return toCanonicalJson(wide) === toCanonicalJson(narrow)
}

