import { pairMoves, type MovedText } from '../../domain/validation/pair-moves.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { Subject, ValidationRequest } from '../ports/validation.ts'
import type { FileMode } from '../ports/workspace.ts'
import { openCheckouts, type Checkouts, type commandLimits, type Side } from './checkouts.ts'
import { openContents, type Contents } from './contents.ts'

/** What the validators of one request share: both sides, read once, and the checkouts for commands. */
export interface OpenSubject {
  readonly request: ValidationRequest
  readonly result: Contents
  readonly base: Contents
  /** Files of the result that file validators look at: those that the change wrote. */
  readonly written: readonly FileChange[]
  /** Where each of them was on the base; files that are not there are new. */
  readonly origins: ReadonlyMap<string, string>
  /** Paths of the base by those that they have now, where these differ. */
  readonly renamed: ReadonlyMap<string, string>
  readonly checkouts: Checkouts
  /** As one validator sees it. */
  face(signal: AbortSignal, validator: string): Subject
  dispose(): Promise<void>
}

export async function openSubject(request: ValidationRequest, parts: { readonly sandbox: Sandbox; readonly limits: Partial<typeof commandLimits> }): Promise<OpenSubject> {
  const { workspace, tree, changes } = request
  const modes = await workspace.modesAt?.(tree)
  const readResult = (path: string): Promise<Uint8Array | undefined> => workspace.readAt(tree, path)
  const readBase = (path: string): Promise<Uint8Array | undefined> => workspace.readAt(request.base, path)
  const result = openContents(readResult)
  const base = openContents(readBase)
  const checkouts = openCheckouts(request, parts.sandbox, parts.limits)
  const origins = await findOrigins(changes, result, base)
  let listed: Promise<readonly string[]> | undefined
  return {
    request, result, base, checkouts, origins,
    written: changes.filter((each) => each.kind !== 'deleted' && each.kind !== 'mode' && isFile(modes?.get(each.path))),
    renamed: new Map([...origins].filter(([to, from]) => to !== from).map(([to, from]) => [from, to])),
    face: (signal, validator) => ({
      changes, settings: request.settings, contract: request.contract, baseline: request.baseline, signal,
      files: () => (listed ??= workspace.listAt(tree)),
      read: readResult, readBase, trees: { base: request.base, result: tree },
      ...(workspace.modesAt ? { modes: async (on: Side) => (await workspace.modesAt?.(on === 'result' ? tree : request.base)) ?? new Map() } : {}),
      run: (on, command) => checkouts.run(on, command, signal),
      at: (on, work) => checkouts.at(on, work),
      has: (program) => checkouts.has(program, signal),
      ...(request.onSaid ? { say: (what: string) => request.onSaid?.(validator, what) } : {}),
    }),
    dispose: () => checkouts.dispose(),
  }
}

/** Links and submodules have no text of their own. */
function isFile(mode: FileMode | undefined): boolean {
  return mode !== '120000' && mode !== '160000'
}

async function findOrigins(changes: readonly FileChange[], result: Contents, base: Contents): Promise<ReadonlyMap<string, string>> {
  const origins = new Map<string, string>()
  for (const { kind, path, from } of changes) if (kind !== 'added' && kind !== 'deleted') origins.set(path, from ?? path)
  const gone = changes.filter((each) => each.kind === 'deleted')
  const came = changes.filter((each) => each.kind === 'added')
  if (gone.length === 0 || came.length === 0) return origins
  const texts = async (some: readonly FileChange[], side: Contents): Promise<readonly MovedText[]> => {
    const found: MovedText[] = []
    for (const { path } of some) {
      const text = (await side.get(path))?.text
      if (text !== undefined && text !== '') found.push({ path, text })
    }
    return found
  }
  for (const [to, from] of pairMoves(await texts(came, result), await texts(gone, base))) origins.set(to, from)
  return origins
}
