/** Tools that rules can name; any other is judged as `tool`. */
export const knownTools: readonly string[] = ['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'finish', 'restore', 'propose_amendment', 'tool']

const effects = ['read', 'reversible', 'irreversible'] as const
const anyone = '[Person, Agent, Specialist, Hook]'

/** Each tool and effect class is an action, in the group of its tool and in that of its effect. */
function toolActions(): string {
  const groups = [...knownTools.map((tool) => `action "${tool}";`), ...effects.map((effect) => `action "effect:${effect}";`)]
  const leaves = knownTools.flatMap((tool) => effects.map((effect) => `action "${tool}.${effect}" in [Action::"${tool}", Action::"effect:${effect}"] appliesTo { principal: ${anyone}, resource: [Call], context: Counted };`))
  return [...groups, ...leaves].join('\n  ')
}

/**
 * What rules may speak of. Everything is an attribute; entities have no parents but an action's groups.
 * Confidence is in hundredths, because Cedar knows whole numbers only. `Command.line` is the words joined by spaces.
 */
export const schemaText = `namespace Writ {
  type Place = { "network": Bool, "windows": Set<String>, "autonomy": Long, "depth": Long, "effect": String, "tool": String };
  type Counted = { "network": Bool, "windows": Set<String>, "autonomy": Long, "depth": Long, "effect": String, "tool": String, "callsInMinute": Long, "callsInRun": Long, "fanOut": Long };

  entity Person = { "name": String };
  entity Agent = { "name": String };
  entity Specialist = { "name": String };
  entity Hook = { "name": String };

  entity Call = { "tool": String };
  entity Path = { "path": String, "outside": Bool, "secret": Bool, "pinned": Bool, "guarded": Bool, "outsideScope": Bool };
  entity Command = { "line": String, "program": String, "words": Set<String>, "kinds": Set<String>, "known": Bool, "writesOutside": Bool, "secret": Bool, "hosts": Set<String> };
  entity Host = { "name": String, "port": Long, "granted": Bool };
  entity Change = { "kinds": Set<String>, "paths": Set<String>, "risk": String, "confidence": Long, "warnings": Long, "wanted": Bool };
  entity Result = { "branch": String, "proven": Bool };
  entity Contract = { "parts": Set<String> };
  entity Role = { "name": String };
  entity Question = { "kind": String, "rules": Set<String>, "requestedBy": String };
  entity Sealed = { "rule": String, "count": Long };

  ${toolActions()}
  action "path.read", "path.write" appliesTo { principal: ${anyone}, resource: [Path], context: Place };
  action "exec" appliesTo { principal: ${anyone}, resource: [Command], context: Place };
  action "connect" appliesTo { principal: ${anyone}, resource: [Host], context: Place };
  action "integrate" appliesTo { principal: ${anyone}, resource: [Change], context: Place };
  action "deliver" appliesTo { principal: ${anyone}, resource: [Result], context: Place };
  action "amend" appliesTo { principal: ${anyone}, resource: [Contract], context: Place };
  action "delegate" appliesTo { principal: ${anyone}, resource: [Role], context: Counted };
  action "approve" appliesTo { principal: ${anyone}, resource: [Question], context: Place };
  action "continue" appliesTo { principal: ${anyone}, resource: [Sealed], context: Place };
}
`
