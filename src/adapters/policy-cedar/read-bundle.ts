import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { digestOf, digestOfJson } from '../../domain/digest.ts'
import { BundleSettings } from '../../domain/policy/settings.ts'
import { BundleFile, CasesFile } from '../../protocol/policy-bundle.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { PlacedBundle } from './bundle.ts'

const most = { bundles: 64, files: 200, bytes: 2_000_000 }

/** Files below a folder, whatever holds it: a disk, or a commit. Paths with `/`, in their order. */
export interface PolicyFiles {
  /** The folder as people know it, for messages. */
  readonly place: string
  list(): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array>
}

/** A folder of the disk; one that is not there is empty. A link in it is refused: it would let something else be read than what was looked at. */
export function openFolder(place: string): PolicyFiles {
  const list = async (): Promise<readonly string[]> => {
    const found: string[] = []
    const visit = async (below: string): Promise<void> => {
      for (const name of await listFolder(join(place, below))) {
        const path = below === '' ? name : `${below}/${name}`
        const stat = await lstat(join(place, path))
        if (stat.isSymbolicLink()) throw refuse(join(place, path), 'it is a link. Put the file itself there')
        if (stat.isDirectory()) await visit(path)
        else if (stat.isFile()) found.push(path)
        if (found.length > most.bundles * most.files) throw refuse(place, `a layer has at most ${most.bundles} bundles of ${most.files} files`)
      }
    }
    await visit('')
    return found.sort()
  }
  return { place, list, read: (path) => readBytes(join(place, path)) }
}

/**
 * The bundles of a layer: the one whose `bundle.yaml` lies in the folder, or those of the folders in it. None where it is empty.
 * @throws Fault `policy-refused` naming the file and what is wrong with it
 */
export async function readLayer(layer: PolicyLayer, files: PolicyFiles): Promise<readonly PlacedBundle[]> {
  const names = await files.list()
  if (names.includes('bundle.yaml')) return [await readBundle(layer, files)]
  const folders = names.flatMap((name) => (/^[^/]+\/bundle\.yaml$/.test(name) ? [name.slice(0, name.indexOf('/'))] : []))
  if (folders.length > most.bundles) throw refuse(files.place, `it has ${folders.length} bundles; at most ${most.bundles} are read`)
  const stray = names.find((name) => name.endsWith('.cedar') && !folders.includes(name.split('/')[0] ?? ''))
  if (stray !== undefined) throw refuse(join(files.place, stray), 'there is no bundle.yaml beside it, so it belongs to no bundle. Write one, with id, version and owner')
  return Promise.all(folders.map((folder) => readBundle(layer, { ...files, place: join(files.place, folder), list: async () => names.flatMap((name) => (name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1)] : [])), read: (path) => files.read(`${folder}/${path}`) })))
}

/** One bundle. Its digest covers the name and every byte of each file of its folder. */
export async function readBundle(layer: PolicyLayer, { place, list, read }: PolicyFiles): Promise<PlacedBundle> {
  const names = await list()
  if (names.length > most.files) throw refuse(place, `a bundle has at most ${most.files} files`)
  const files = new Map<string, Uint8Array>()
  let size = 0
  for (const name of names) {
    const bytes = await read(name)
    size += bytes.length
    if (size > most.bytes) throw refuse(place, `a bundle has at most ${most.bytes / 1e6} MB`)
    files.set(name, bytes)
  }
  const manifest = await parseYaml(BundleFile, join(place, 'bundle.yaml'), files.get('bundle.yaml'))
  const settings = BundleSettings.safeParse(manifest.settings ?? {})
  if (!settings.success) throw refuse(join(place, 'bundle.yaml'), `its settings do not fit: ${explain(settings.error)}`)
  for (const name of files.keys()) if (name.includes('/') && name.endsWith('.cedar')) throw refuse(join(place, name), 'rules lie beside bundle.yaml, not in a folder below it')
  const cases = files.get('cases.yaml')
  return {
    layer, manifest, place,
    digest: digestOfJson([...files].map(([name, bytes]) => [name, digestOf(bytes)])),
    files: [...files].filter(([name]) => name.endsWith('.cedar')).map(([name, bytes]) => ({ name, text: toText(join(place, name), bytes) })),
    ...(cases === undefined ? {} : { cases: toText(join(place, 'cases.yaml'), cases) }),
  }
}

/** The cases beside a bundle's rules; undefined where there are none. */
export async function readCases({ place, cases }: PlacedBundle): Promise<CasesFile | undefined> {
  return cases === undefined ? undefined : parseYaml(CasesFile, join(place, 'cases.yaml'), new TextEncoder().encode(cases))
}

async function listFolder(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort()
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
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
export function explain(error: z.ZodError): string {
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
