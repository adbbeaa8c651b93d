import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { BundleFile, type Bundle } from '../../domain/policy/bundle.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'

/** Bounds of one folder of bundles. */
const mostFiles = 200
const largestFile = 1_000_000

/** Files below a folder, whatever holds it: a disk, or a commit. Paths with `/`. */
export interface PolicyFiles {
  list(): Promise<readonly string[]>
  read(path: string): Promise<string>
}

export interface ReadBundle {
  readonly bundle: Bundle
  /** Below the folder; empty for the folder itself. */
  readonly folder: string
  /** The text of `cases.yaml`, where there is one. */
  readonly cases: string | undefined
}

/** The files of a folder on the disk; none where it is not there. @throws Fault `request-invalid` where it cannot be read. */
export function openPolicyFolder(folder: string): PolicyFiles {
  return {
    list: async () => {
      try {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true })
        return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(folder.length + 1)).sort()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return []
        throw new Fault('request-invalid', `the policy folder ${folder} cannot be read: ${toMessage(error)}`, { cause: error })
      }
    },
    read: async (path) => {
      const whole = join(folder, path)
      if ((await stat(whole)).size > largestFile) throw new Fault('policy-refused', `${whole} is larger than 1 MB, which no bundle needs`)
      return readFile(whole, 'utf8')
    },
  }
}

/** The bundles of a folder: the folder itself where it has a bundle.yaml, else each folder in it that has one. */
export async function readBundles(files: PolicyFiles, layer: PolicyLayer, where: string): Promise<ReadBundle[]> {
  const names = await files.list()
  const manifests = names.filter((name) => /(^|\/)bundle\.ya?ml$/.test(name) && name.split('/').length <= 2)
  const stray = names.find((name) => name.endsWith('.cedar') && !manifests.some((manifest) => folderOf(manifest) === folderOf(name)))
  if (stray) throw new Fault('policy-refused', `${where}/${stray} has no bundle.yaml beside it: rules belong to a bundle with id, version and owner`)
  if (names.length > mostFiles) throw new Fault('policy-refused', `${where} has ${names.length} files, and ${mostFiles} are the most`)
  return Promise.all(manifests.map((manifest) => readBundle(files, layer, where, manifest, names)))
}

async function readBundle(files: PolicyFiles, layer: PolicyLayer, where: string, manifest: string, names: readonly string[]): Promise<ReadBundle> {
  const folder = folderOf(manifest)
  const document = parseDocument(await files.read(manifest))
  const broken = document.errors[0]
  if (broken) throw new Fault('policy-refused', `${where}/${manifest} is not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = BundleFile.safeParse(document.toJS())
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Fault('policy-refused', `${where}/${manifest} does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.replaceAll(/\s+/g, ' '))
  }
  const own = names.filter((name) => folderOf(name) === folder)
  const rules: Bundle['rules'] = []
  for (const name of own.filter((each) => each.endsWith('.cedar'))) rules.push({ name: folder === '' ? name : name.slice(folder.length + 1), text: await files.read(name) })
  const cases = own.find((name) => /(^|\/)cases\.ya?ml$/.test(name))
  return { bundle: { file: parsed.data, layer, rules }, folder, cases: cases === undefined ? undefined : await files.read(cases) }
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}
