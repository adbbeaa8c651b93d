import { listPlaceholders, replacePlaceholders } from '../domain/secrets/placeholder.ts'
import type { Masker } from '../domain/secrets/masker.ts'
import { toSecrecy } from '../domain/text/secret-paths.ts'
import type { Json } from '../protocol/ids.ts'
import { getWorkspace, type RunContext } from './record.ts'

/** Most that is searched for the value behind a placeholder which none of the files at hand has. */
const mostFiles = 5_000
const mostBytes = 48 * 1024 * 1024
const mostMs = 3_000
const largestFile = 2 * 1024 * 1024
const isBinary = /\.(?:png|jpe?g|gif|webp|ico|pdf|zip|t?gz|zst|xz|woff2?|ttf|otf|mp[34]|wasm|so|dylib|exe|class|jar)$/i

export type PutBack = { readonly ok: true; readonly input: unknown } | { readonly ok: false; readonly text: string }

/**
 * A solver sees placeholders where files hold secrets, and writes them back when it edits around them. Before a tool gets
 * them, each is replaced by the value that stands in the workspace's own files, so that no file ever gets a placeholder in
 * place of its secret. Values of variables and of files that are there to hold secrets never come back.
 * A placeholder without one certain value refuses the call.
 */
export async function putBackSecrets(run: RunContext, call: { readonly input: unknown; readonly paths: readonly string[] }): Promise<PutBack> {
  const { masker } = run.ports
  const wanted = new Set(listTexts(call.input).flatMap((text) => listPlaceholders(text).map((each) => each.text)))
  if (masker === undefined || wanted.size === 0) return { ok: true, input: call.input }
  const found = await findValues(run, masker, wanted, call.paths)
  const missing = [...wanted].find((placeholder) => found.get(placeholder)?.size !== 1)
  if (missing !== undefined) return { ok: false, text: explain(missing, (found.get(missing)?.size ?? 0) > 1) }
  const input = mapTexts(call.input as Json, (text) => replacePlaceholders(text, (each) => [...(found.get(each.text) ?? [])][0] ?? each.text))
  return { ok: true, input }
}

function explain(placeholder: string, isAmbiguous: boolean): string {
  const why = isAmbiguous ? 'stands for more than one value here' : 'stands for a value that no file of the workspace holds, or that only a variable or a file of secrets has'
  return `Nothing was done: ${placeholder} ${why}, so it cannot be put back. Leave the text that it is in as it is and change what is around it, or let the program take the value from its environment.`
}

/** The values by placeholder: from what the solver wrote itself, the files at hand, those it has seen, then all. */
async function findValues(run: RunContext, masker: Masker, wanted: ReadonlySet<string>, named: readonly string[]): Promise<Map<string, Set<string>>> {
  const byMark = new Map<string, Set<string>>()
  const found = new Map<string, Set<string>>()
  const isDone = (): boolean => {
    for (const placeholder of wanted) {
      const values = byMark.get(placeholder.slice(-9, -1))
      if (values !== undefined) found.set(placeholder, values)
    }
    return found.size === wanted.size
  }
  const look = async (paths: Iterable<string>): Promise<boolean> => {
    for await (const text of readFiles(run, paths)) {
      masker.collect(text, byMark)
      // A file about placeholders may hold one itself.
      for (const placeholder of wanted) if (text.includes(placeholder)) found.set(placeholder, new Set([placeholder]))
      if (isDone()) return true
    }
    return isDone()
  }
  if (await look(named)) return found
  for (const [mark, values] of run.written ?? []) if (!byMark.has(mark)) byMark.set(mark, values)
  if (isDone() || (await look(listSeen(run)))) return found
  const { tree } = run.state
  if (tree !== undefined) await look(await getWorkspace(run).listAt(tree))
  return found
}

/** Files that calls have named before, the latest first. */
function listSeen(run: RunContext): Set<string> {
  const seen = [...run.seen.keys()]
  for (const event of run.rollout.events) {
    if (event.type !== 'tool.called' || typeof event.data.input !== 'object' || event.data.input === null || Array.isArray(event.data.input)) continue
    const { path } = event.data.input
    if (typeof path === 'string') seen.push(path)
  }
  return new Set(seen.toReversed())
}

async function* readFiles(run: RunContext, paths: Iterable<string>): AsyncGenerator<string> {
  const { tree } = run.state
  if (tree === undefined) return
  const workspace = getWorkspace(run)
  const began = run.ports.clock.elapsed()
  let files = 0
  let bytes = 0
  for (const path of paths) {
    if (toSecrecy(path) !== 'no' || isBinary.test(path)) continue
    if (++files > mostFiles || bytes > mostBytes || run.ports.clock.elapsed() - began > mostMs) return
    const content = await workspace.readAt(tree, path)
    if (content === undefined || content.length > largestFile) continue
    bytes += content.length
    yield new TextDecoder().decode(content)
  }
}

function listTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(listTexts)
}

function mapTexts(value: Json, to: (text: string) => string): Json {
  if (typeof value === 'string') return to(value)
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, each === undefined ? each : mapTexts(each, to)]))
}

/** Remembers what a solver's answer holds that will be masked, so that its calls can be carried out as it meant them. */
export function rememberWritten(run: RunContext, reply: { readonly parts: readonly { readonly type: string }[] }): void {
  const { written } = run
  const { masker } = run.ports
  if (masker === undefined || written === undefined) return
  written.clear()
  for (const part of reply.parts) if (part.type === 'call') for (const text of listTexts(part)) masker.collect(text, written)
}
