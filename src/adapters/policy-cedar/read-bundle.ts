import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { digestOf, digestOfJson } from '../../domain/digest.ts'
import { PolicySettings } from '../../domain/policy/settings.ts'
import { BundleFile, CasesFile } from '../../protocol/policy-bundle.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { PlacedBundle } from './bundle.ts'

const most = { bundles: 64, files: 200, bytes: 2_000_000 }

/**
 * The bundles of a layer's folder: the one whose `bundle.yaml` lies in it, or those of its sub-folders. None where there is
 * no such folder. @throws Fault `policy-refused` naming the file and what is wrong with it.
 */
export async function readLayer(layer: PolicyLayer, folder: string): Promise<readonly PlacedBundle[]> {
  const entries = await listFolder(folder)
  if (entries === undefined) return []
  if (entries.includes('bundle.yaml')) return [await readBundle(layer, folder)]
  const folders = []
  for (const name of entries) {
    if ((await lstat(join(folder, name))).isDirectory() && (await listFolder(join(folder, name)))?.includes('bundle.yaml')) folders.push(name)
  }
  if (folders.length > most.bundles) throw refuse(folder, `it has ${folders.length} bundles; at most ${most.bundles} are read`)
  const stray = entries.find((name) => name.endsWith('.cedar'))
  if (stray !== undefined) throw refuse(join(folder, stray), 'there is no bundle.yaml beside it, so it belongs to no bundle. Write one, with id, version and owner')
  return Promise.all(folders.map((name) => readBundle(layer, join(folder, name))))
}

/** One bundle. Its digest covers the name and every byte of each file of its folder. */
export async function readBundle(layer: PolicyLayer, folder: string): Promise<PlacedBundle> {
  const files = await readFiles(folder)
  const manifest = await parseYaml(BundleFile, join(folder, 'bundle.yaml'), files.get('bundle.yaml'))
  const settings = PolicySettings.safeParse(manifest.settings ?? {})
  if (!settings.success) throw refuse(join(folder, 'bundle.yaml'), `its settings do not fit: ${explain(settings.error)}`)
  for (const name of files.keys()) if (name.includes('/') && name.endsWith('.cedar')) throw refuse(join(folder, name), 'rules lie beside bundle.yaml, not in a folder below it')
  return {
    layer, manifest, place: folder,
    digest: digestOfJson([...files].map(([name, bytes]) => [name, digestOf(bytes)])),
    files: [...files].filter(([name]) => name.endsWith('.cedar')).map(([name, bytes]) => ({ name, text: toText(join(folder, name), bytes) })),
  }
}

/** The cases beside a bundle's rules; undefined where there are none. */
export async function readCases(folder: string): Promise<CasesFile | undefined> {
  const bytes = (await readFiles(folder)).get('cases.yaml')
  return bytes === undefined ? undefined : parseYaml(CasesFile, join(folder, 'cases.yaml'), bytes)
}

/** Every file below the folder by its path, in order. A link would let something else be read than what was looked at. */
async function readFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  let size = 0
  const visit = async (below: string): Promise<void> => {
    for (const name of (await listFolder(join(folder, below))) ?? []) {
      const path = below === '' ? name : `${below}/${name}`
      const stat = await lstat(join(folder, path))
      if (stat.isSymbolicLink()) throw refuse(join(folder, path), 'it is a link. Put the file itself there')
      if (stat.isDirectory()) await visit(path)
      else if (stat.isFile()) {
        size += stat.size
        if (found.size >= most.files || size > most.bytes) throw refuse(folder, `a bundle has at most ${most.files} files and ${most.bytes / 1e6} MB`)
        found.set(path, await readBytes(join(folder, path)))
      }
    }
  }
  await visit('')
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function listFolder(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(path)).sort()
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Fault('policy-refused', `the policy in ${path} cannot be read: ${toMessage(thrown)}. Nothing runs without knowing its rules: mend its permissions`, { cause: thrown })
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (thrown) {
    throw refuse(path, `it cannot be read: ${toMessage(thrown)}. Mend its permissions`, thrown)
  }
}

function toText(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    throw refuse(path, 'it is not UTF-8 text. Save it as that', thrown)
  }
}

async function parseYaml<T extends z.ZodType>(schema: T, path: string, bytes: Uint8Array | undefined): Promise<z.infer<T>> {
  if (bytes === undefined) throw refuse(path, 'it is not there. Write one, with id, version and owner (docs/policy.md has an example)')
  const { parseDocument } = await import('yaml')
  const document = parseDocument(toText(path, bytes))
  const broken = document.errors[0]
  if (broken) throw refuse(path, `it is not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {})
  if (parsed.success) return parsed.data
  throw refuse(path, `it does not fit: ${explain(parsed.error)}`)
}

/** The first things that do not fit, a clause each, with where they stand. */
function explain(error: z.ZodError): string {
  const clauses = error.issues.flatMap((issue) => (issue.code === 'invalid_union' && issue.errors.length > 0 ? nearest(issue) : [issue])).slice(0, 3)
  return clauses.map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message.replace(/^\w/, (letter) => letter.toLowerCase())}`).join('; ').replaceAll(/\s+/g, ' ')
}

/** Of the forms that something could have had, what the one says that it is nearest to. */
function nearest(issue: z.core.$ZodIssueInvalidUnion): { path: PropertyKey[]; message: string }[] {
  const [best] = issue.errors.toSorted((a, b) => a.length - b.length)
  return (best ?? []).map((inner) => ({ path: [...issue.path, ...inner.path], message: inner.message }))
}

function refuse(path: string, why: string, cause?: unknown): Fault {
  return new Fault('policy-refused', `the policy file ${path} is refused: ${why}`, cause === undefined ? {} : { cause })
}
