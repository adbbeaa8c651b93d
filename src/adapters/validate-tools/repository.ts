import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import type { Subject } from '../../engine/ports/validation.ts'

const Manifest = z.looseObject({
  dependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
})
const Pyproject = z.object({ tool: z.record(z.string(), z.unknown()).catch({}).default({}) })

/** What the result says of the tools that it uses. Folders are relative to the root; the root is ''. */
export interface Repository {
  has(path: string): boolean
  /** Files whose path matches. */
  filter(pattern: RegExp): readonly string[]
  text(path: string): Promise<string | undefined>
  /** Does package.json there have this key of its own, or this dependency? */
  packageSays(folder: string, key: string): Promise<boolean>
  packageNeeds(folder: string, dependency: string): Promise<boolean>
  /** `[tool.<name>]` of the pyproject.toml there. */
  pyprojectTool(folder: string, name: string): Promise<unknown>
}

const opened = new WeakMap<Subject, Promise<Repository>>()

/** Read once for each subject, however many tools ask. */
export function openRepository(subject: Subject): Promise<Repository> {
  const known = opened.get(subject)
  if (known !== undefined) return known
  const opening = open(subject)
  opened.set(subject, opening)
  return opening
}

async function open(subject: Subject): Promise<Repository> {
  const files = await subject.files()
  const names = new Set(files)
  const texts = new Map<string, Promise<string | undefined>>()
  const text = (path: string): Promise<string | undefined> => {
    if (!names.has(path)) return Promise.resolve(undefined)
    const reading = texts.get(path) ?? subject.read(path).then((bytes) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes)))
    texts.set(path, reading)
    return reading
  }
  const manifest = async (folder: string): Promise<z.infer<typeof Manifest> | undefined> => {
    const said = await text(join(folder, 'package.json'))
    return said === undefined ? undefined : Manifest.safeParse(orNothing(JSON.parse, said)).data
  }
  return {
    has: (path) => names.has(path),
    filter: (pattern) => files.filter((path) => pattern.test(path)),
    text,
    async packageSays(folder, key) {
      const said = await manifest(folder)
      return said !== undefined && key in said
    },
    async packageNeeds(folder, dependency) {
      const said = await manifest(folder)
      return said !== undefined && (dependency in said.dependencies || dependency in said.devDependencies)
    },
    async pyprojectTool(folder, name) {
      const said = await text(join(folder, 'pyproject.toml'))
      return said === undefined ? undefined : Pyproject.safeParse(orNothing(parseToml, said)).data?.tool[name]
    },
  }
}

/** A manifest that does not parse configures nothing that we could read; that it does not parse is the syntax check's to say. */
function orNothing(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text)
  } catch {
    // Said by another validator, see above.
    return undefined
  }
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** Folders from the one that holds the path up to the root. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return [...parts.keys(), parts.length].toReversed().map((count) => parts.slice(0, count).join('/'))
}
