import type { EffectClass } from '../../protocol/policy.ts'

/** Tools that the schema knows by name; calls of others are calls of `tool`. */
const tools = new Set(['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'finish', 'restore', 'propose_amendment'])
const effects: Readonly<Record<EffectClass, string>> = { read: 'reading', reversible: 'reversible', irreversible: 'irreversible' }

export interface Action {
  readonly id: string
  /** Itself and every group that it is in, as the schema has them. */
  readonly groups: ReadonlySet<string>
}

const calls = new Map<string, Action>()

export function toCallAction(tool: string, effect: EffectClass): Action {
  const name = tools.has(tool) ? tool : 'tool'
  const id = `${name}.${effect}`
  let action = calls.get(id)
  if (action === undefined) {
    action = { id, groups: new Set([id, name, effects[effect], 'call']) }
    calls.set(id, action)
  }
  return action
}

export const pathActions: Readonly<Record<'read' | 'write', Action>> = {
  read: { id: 'path.read', groups: new Set(['path.read', 'path']) },
  write: { id: 'path.write', groups: new Set(['path.write', 'path']) },
}

const lone = ['exec', 'connect', 'integrate', 'deliver', 'amend', 'delegate', 'approve', 'continue'] as const
export const loneActions = Object.fromEntries(lone.map((id) => [id, { id, groups: new Set([id]) }])) as unknown as Readonly<Record<(typeof lone)[number], Action>>
