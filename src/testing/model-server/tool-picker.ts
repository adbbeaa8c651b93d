import type { Json, JsonObject } from './json.ts'
import { isObject, toObject, toObjects, toText } from './json.ts'
import type { ReplyCall } from './reply.ts'
import type { OfferedTool } from './request.ts'

/** What a script wants done, before it is put in terms of the tools that a harness offers. */
export type Step =
  | { readonly role: 'shell'; readonly command: string }
  | { readonly role: 'read'; readonly path: string }
  | { readonly role: 'edit'; readonly path: string; readonly find: string; readonly replace: string }
  | { readonly role: 'finish'; readonly summary: string; readonly confidence: number }

/** The meanings that an input field can have for a step. */
type Meaning = 'command' | 'path' | 'find' | 'replace' | 'summary' | 'confidence'

const fieldNames: Record<Meaning, readonly string[]> = {
  command: ['command', 'cmd', 'script', 'commandline'],
  path: ['path', 'filepath', 'absolutepath', 'file', 'filename', 'targetfile'],
  find: ['find', 'oldstring', 'oldtext', 'oldstr', 'old', 'search'],
  replace: ['replace', 'newstring', 'newtext', 'newstr', 'new', 'replacement'],
  summary: ['summary', 'result', 'message', 'text', 'answer'],
  confidence: ['confidence'],
}

/** Words that name a tool of each role, best first. */
const roleWords: Record<Step['role'], readonly string[]> = {
  shell: ['shell', 'bash', 'exec', 'execute', 'command', 'terminal', 'run', 'sh'],
  read: ['read', 'view', 'open', 'cat'],
  edit: ['edit', 'replace', 'patch'],
  finish: ['finish', 'submit', 'done', 'complete', 'completion'],
}

/** Words that say the tool is for something else after all. */
const strangeWords = [
  'many', 'image', 'notebook', 'directory', 'dir', 'folder', 'url', 'resource', 'todo', 'plan', 'output', 'search', 'kill',
  'stdin', 'mcp',
]

/** Fields without which a tool cannot play the role. */
const needs: Record<Step['role'], readonly Meaning[]> = {
  shell: ['command'], read: ['path'], edit: ['find', 'replace'], finish: [],
}

/** The tool that plays a role in whatever list a harness offers, by its name and by the fields it takes. */
export function findTool(tools: readonly OfferedTool[], role: Step['role']): OfferedTool | undefined {
  let best: { tool: OfferedTool; rank: number } | undefined
  for (const tool of tools) {
    const rank = rankOf(tool, role)
    if (rank !== undefined && (best === undefined || rank < best.rank)) best = { tool, rank }
  }
  return best?.tool
}

/** Lower is better; undefined where the tool cannot play the role. */
function rankOf(tool: OfferedTool, role: Step['role']): number | undefined {
  const words = tool.name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/)
  if (words.some((word) => strangeWords.includes(word))) return undefined
  const place = roleWords[role].findIndex((word) => words.includes(word))
  if (place < 0) return undefined
  const fits = tool.kind === 'local-shell' ? role === 'shell'
    : tool.kind === 'custom' ? role === 'shell' || (role === 'edit' && words.includes('patch'))
      : tool.kind === 'function' && needs[role].every((meaning) => hasField(tool.schema, meaning))
  // A tool named by the role's word alone beats a compound name; free text is the last resort.
  return fits ? place + (words.length > 1 ? 20 : 0) + (tool.kind === 'custom' ? 100 : 0) : undefined
}

function hasField(schema: JsonObject, meaning: Meaning): boolean {
  return Object.entries(toObject(schema['properties'])).some(([name, field]) =>
    meaningOf(name) === meaning || (isObject(field) && typeName(field) === 'array' && hasField(toObject(field['items']), meaning)))
}

function meaningOf(name: string): Meaning | undefined {
  const plain = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  return (Object.keys(fieldNames) as Meaning[]).find((meaning) => fieldNames[meaning].includes(plain))
}

/**
 * The call that does a step with the tools at hand; a step without a tool of its own is done by the shell.
 * Undefined where there is no shell either. `root`: prefix for paths, for harnesses that want them absolute.
 */
export function findCall(tools: readonly OfferedTool[], step: Step, root?: string): ReplyCall | undefined {
  const tool = findTool(tools, step.role)
  if (tool === undefined) {
    const isReplaceable = step.role === 'read' || step.role === 'edit'
    return isReplaceable ? findCall(tools, { role: 'shell', command: toCommand(step) }) : undefined
  }
  if (tool.kind === 'local-shell') return { name: tool.name, input: { command: ['bash', '-lc', toCommand(step)] } }
  if (tool.kind === 'custom') return { name: tool.name, input: toFreeText(tool, step) }
  return { name: tool.name, input: fill(tool.schema, valuesOf(step, root)) }
}

function valuesOf(step: Step, root: string | undefined): Partial<Record<Meaning, string | number>> {
  const { role: _, ...fields } = step
  return 'path' in fields && root !== undefined ? { ...fields, path: `${root}/${fields.path}` } : fields
}

/** A shell command that does the step. */
function toCommand(step: Step): string {
  switch (step.role) {
    case 'shell':
      return step.command
    case 'read':
      return `cat '${step.path}'`
    case 'edit':
      return `sed -i 's/^${step.find}$/${step.replace}/' '${step.path}'`
    case 'finish':
      return `echo '${step.summary}'`
  }
}

/** A tool for free text takes a patch, or (where its description names the inner tool) JavaScript that calls a shell. */
function toFreeText(tool: OfferedTool, step: Step): string {
  if (step.role === 'edit') {
    return `*** Begin Patch\n*** Update File: ${step.path}\n@@\n-${step.find}\n+${step.replace}\n*** End Patch\n`
  }
  const command = toCommand(step)
  if (tool.description.includes('exec_command')) return `text(await tools.exec_command({ cmd: ${JSON.stringify(command)} }))`
  if (tool.description.includes('shell_command')) return `text(await tools.shell_command({ command: ${JSON.stringify(command)} }))`
  return command
}

/** Fills the fields whose meaning is known, and gives every other required one the least value that its schema allows. */
function fill(schema: JsonObject, values: Partial<Record<Meaning, string | number>>): JsonObject {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const out: Record<string, Json> = {}
  for (const [name, declared] of Object.entries(toObject(schema['properties']))) {
    const field = toPlainSchema(toObject(declared))
    const type = typeName(field)
    const meaning = meaningOf(name)
    const value = meaning === undefined ? undefined : values[meaning]
    const items = toObject(field['items'])
    if (value !== undefined && (type === 'array' || type === 'string' || type === 'number' || type === '')) {
      out[name] = type === 'array' ? ['bash', '-lc', String(value)] : type === 'number' ? Number(value) : value
    } else if (type === 'array' && values.find !== undefined && hasField(items, 'find')) out[name] = [fill(items, values)]
    else if (required.includes(name)) out[name] = toLeast(field)
  }
  return out
}

/** The first alternative that is not null. */
function toPlainSchema(schema: JsonObject): JsonObject {
  const alternatives = toObjects(schema['anyOf'] ?? schema['oneOf'])
  return alternatives.length === 0 ? schema : (alternatives.find((choice) => choice['type'] !== 'null') ?? {})
}

/** The JSON type in lower case (Gemini writes it in upper case), integers as numbers. */
function typeName(schema: JsonObject): string {
  const { type } = schema
  const name = Array.isArray(type) ? toText(type.find((each) => each !== 'null')) : toText(type)
  return name.toLowerCase().replace('integer', 'number')
}

/** The least value that satisfies a JSON Schema, as far as its types, enums, bounds and required fields go. */
export function toLeast(declared: JsonObject): Json {
  const schema = toPlainSchema(declared)
  if (schema['const'] !== undefined) return schema['const']
  if (Array.isArray(schema['enum'])) return (schema['enum'] as readonly Json[])[0] ?? null
  if (schema['default'] !== undefined) return schema['default']
  switch (typeName(schema)) {
    case 'string':
      return 'none'
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    case 'boolean':
      return false
    case 'array': {
      const length = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0
      return Array.from({ length }, () => toLeast(toObject(schema['items'])))
    }
    case 'null':
      return null
    default: {
      const required = Array.isArray(schema['required']) ? schema['required'] : []
      const fields = Object.entries(toObject(schema['properties'])).filter(([name]) => required.includes(name))
      return Object.fromEntries(fields.map(([name, field]) => [name, toLeast(toObject(field))]))
    }
  }
}
