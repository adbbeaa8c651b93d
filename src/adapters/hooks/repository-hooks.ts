import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../../domain/digest.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { HookFile, type HookTable } from '../../protocol/hooks.ts'
import type { Digest } from '../../protocol/ids.ts'

/** A file that says, or is part of, what a repository's hooks do. */
export interface HookSource {
  /** Relative to the repository's root, with `/`. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly digest: Digest
}

export interface RepositoryHooks {
  /** Empty where they are inert. */
  readonly table: HookTable
  /** One sentence for the person: hooks are there and are not used, and why. */
  readonly note: string | undefined
  /** The folder with the programs that were trusted with them, on the host; undefined where there is none. */
  readonly folder: string | undefined
  /** Are they still, byte for byte, what was trusted? */
  isSame(): Promise<boolean>
}

const tables = ['.writ/hooks.yaml', '.writ/hooks.json'] as const
/** Programs that hooks call and that are trusted with them. */
export const hookFolder = '.writ/hooks'
const most = { files: 64, bytes: 1_000_000 }

/**
 * The files that have to be trusted for a repository's hooks to count: their table, and everything in `.writ/hooks/`.
 * Empty where there is no table. @throws Fault `request-invalid` for what cannot be trusted (a link, too much, two tables).
 */
export async function listHookSources(root: string): Promise<readonly HookSource[]> {
  const found = (await Promise.all(tables.map((path) => readSource(root, path)))).filter((each) => each !== undefined)
  if (found.length === 0) return []
  if (found.length > 1) throw refuse(`there are two tables, ${tables.join(' and ')}; keep one`)
  if ((await lstat(join(root, '.writ'))).isSymbolicLink()) throw refuse('.writ is a link')
  const sources = [...found]
  const waiting: string[] = [hookFolder]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await listFolder(join(root, folder))) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) waiting.push(path)
      else {
        const source = await readSource(root, path)
        if (source !== undefined) sources.push(source)
      }
      if (sources.length + waiting.length > most.files) throw refuse(`${hookFolder} has more than ${most.files} files`)
    }
  }
  if (sources.reduce((sum, each) => sum + each.bytes.length, 0) > most.bytes) throw refuse(`${hookFolder} has more than 1 MB`)
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What a repository's own hooks are, as far as the person trusts every byte of them. Never throws for what the repository holds. */
export async function loadRepositoryHooks(options: { readonly root: string; readonly isTrusted: (path: string, digest: Digest) => Promise<boolean> }): Promise<RepositoryHooks> {
  const { root, isTrusted } = options
  const inert = (note: string | undefined): RepositoryHooks => ({ table: {}, note, folder: undefined, isSame: async () => true })
  try {
    const sources = await listHookSources(root)
    const table = sources.find((each) => tables.some((name) => name === each.path))
    if (table === undefined) return inert(undefined)
    const hooks = await parseTable(table)
    const trusted = await Promise.all(sources.map((each) => isTrusted(each.path, each.digest)))
    const changed = sources.filter((_, index) => trusted[index] !== true)
    if (changed.length > 0) {
      return inert(`this repository has hooks, and they do nothing until you trust ${changed.map((each) => each.path).slice(0, 3).join(', ')}${changed.length > 3 ? ` and ${changed.length - 3} more` : ''} as they are now: writ policy trust shows and trusts them`)
    }
    const stamp = toStamp(sources)
    return {
      table: hooks, note: undefined,
      folder: sources.some((each) => each.path.startsWith(`${hookFolder}/`)) ? join(root, hookFolder) : undefined,
      isSame: async () => {
        try {
          return toStamp(await listHookSources(root)) === stamp
        } catch (thrown) {
          if (thrown instanceof Fault) return false
          throw thrown
        }
      },
    }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return inert(toMessage(thrown))
  }
}

async function parseTable({ path, bytes }: HookSource): Promise<HookTable> {
  const { parseDocument } = await import('yaml')
  // YAML reads JSON as well.
  const document = parseDocument(Buffer.from(bytes).toString('utf8'))
  const broken = document.errors[0]
  if (broken) throw refuse(`${path} cannot be read: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = HookFile.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {})
  if (!parsed.success) throw refuse(`${path} does not fit: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  const outside = Object.values(parsed.data.hooks).flatMap((groups) => groups ?? []).flatMap((group) => group.hooks).find((hook) => hook.host === true)
  if (outside) throw refuse(`${path} has a hook with host: true (${outside.command.slice(0, 100)}), and a repository's hooks run in the sandbox only; put it into your own configuration`)
  return parsed.data.hooks
}

async function readSource(root: string, path: string): Promise<HookSource | undefined> {
  const at = join(root, path)
  try {
    const stats = await lstat(at)
    if (!stats.isFile()) throw refuse(`${path} is no plain file`)
    if (stats.size > most.bytes) throw refuse(`${path} has more than 1 MB`)
    const bytes = await readFile(at)
    return { path, bytes, digest: digestOf(bytes) }
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    if (thrown instanceof Fault) throw thrown
    throw refuse(`${path} cannot be read: ${toMessage(thrown)}`)
  }
}

async function listFolder(at: string): Promise<readonly { readonly name: string; isDirectory(): boolean }[]> {
  try {
    if ((await lstat(at)).isSymbolicLink()) throw refuse(`${at} is a link`)
    return await readdir(at, { withFileTypes: true })
  } catch (thrown) {
    if (isMissing(thrown)) return []
    if (thrown instanceof Fault) throw thrown
    throw refuse(`${at} cannot be read: ${toMessage(thrown)}`)
  }
}

function toStamp(sources: readonly HookSource[]): string {
  return sources.map((each) => `${each.path} ${each.digest}`).join('\n')
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
}

function refuse(why: string): Fault {
  return new Fault('request-invalid', `the hooks of this repository are not used: ${why.replaceAll(/\s+/g, ' ')}`)
}
