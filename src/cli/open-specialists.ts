import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { builtinSpecialists } from '../adapters/specialists/builtin-specialists.ts'
import type { SpecialistBytes } from '../adapters/specialists/parse-specialist.ts'
import { chooseModelFor } from '../domain/specialist/choose-model.ts'
import { resolveSpecialists } from '../domain/specialist/resolve-specialists.ts'
import type { PlacedSpecialist, Specialist } from '../domain/specialist/specialist.ts'
import type { BaseFiles } from '../engine/ports/workspace.ts'
import { Fault } from '../protocol/fault.ts'
import type { ConfigFile } from './config.ts'
import { openTrust } from './open-policy.ts'
import type { Places } from './places.ts'
import { chooseSolver } from './solver-choice.ts'

/** Whose specialists count beside the built-in and the user's: `base` opens the commit that a run starts from. */
export interface SpecialistRepository {
  readonly root: string
  readonly base: () => Promise<Pick<BaseFiles, 'list' | 'readAll'>>
}

export interface OpenedSpecialists {
  readonly specialists: ReadonlyMap<string, Specialist>
  /** Files in force, in the order of their layers. */
  readonly files: readonly PlacedSpecialist[]
  /** Of the user's own files: what is wrong with them. Nothing runs with these, so that nobody relies on what is not there. */
  readonly problems: readonly string[]
  /** Of the repository's: what lies there and has no effect, and why. */
  readonly notes: readonly string[]
}

/** Everybody whom a task can be given to here: built in, of the user, and of the repository as far as a person trusts its files. */
export async function openSpecialists({ places, repository }: { readonly places: Places; readonly repository: SpecialistRepository | undefined }): Promise<OpenedSpecialists> {
  const { readUserFolder } = await import('../adapters/specialists/read-specialists.ts')
  const [user, own] = await Promise.all([
    readUserFolder(join(places.config, 'specialists')).then(parseAll, toUnread),
    repository !== undefined && existsSync(join(repository.root, '.writ')) ? readTrusted(places, repository) : undefined,
  ])
  const files = [...builtinSpecialists, ...user.parsed, ...(own?.parsed ?? [])]
  const { specialists, refused } = resolveSpecialists(files)
  const said = (isUser: boolean): readonly string[] => refused.filter(({ given }) => (given.layer === 'user') === isUser).map(({ why }) => why)
  return {
    specialists, files: files.filter((file) => !refused.some(({ given }) => given === file)),
    problems: [...user.wrong, ...said(true)], notes: [...(own?.wrong ?? []), ...said(false)],
  }
}

/** The same for a run. @throws Fault `request-invalid` for what is wrong with the user's own files, `model-…` for a model that cannot be had. */
export async function requireSpecialists(parts: Parameters<typeof openSpecialists>[0], config: ConfigFile, env: NodeJS.ProcessEnv = process.env): Promise<OpenedSpecialists> {
  const opened = await openSpecialists(parts)
  if (opened.problems.length > 0) throw new Fault('request-invalid', opened.problems.join('\n'))
  const named = new Map([...opened.specialists.values()].flatMap((each) => [[chooseModelFor(each, undefined, config.models), each.role] as const]))
  for (const [model, role] of named) {
    if (model === undefined) continue
    try {
      await chooseSolver({ solver: 'model', model }, config, env)
    } catch (thrown) {
      throw thrown instanceof Fault ? new Fault(thrown.code, `the ${role} is to work with ${model}: ${thrown.message}`, { cause: thrown }) : thrown
    }
  }
  return opened
}

interface Parsed {
  readonly parsed: readonly PlacedSpecialist[]
  readonly wrong: readonly string[]
}

async function parseAll(files: readonly SpecialistBytes[]): Promise<Parsed> {
  if (files.length === 0) return { parsed: [], wrong: [] }
  const { parseSpecialist } = await import('../adapters/specialists/parse-specialist.ts')
  const each = await Promise.all(files.map((file) => parseSpecialist(file).then((parsed) => ({ parsed: [parsed], wrong: [] }), toUnread)))
  return { parsed: each.flatMap(({ parsed }) => parsed), wrong: each.flatMap(({ wrong }) => wrong) }
}

function toUnread(thrown: unknown): Parsed {
  if (!(thrown instanceof Fault)) throw thrown
  return { parsed: [], wrong: [thrown.message] }
}

/** Whoever wrote a repository's files cannot keep others from working by breaking them: they have no effect then. */
async function readTrusted(places: Places, { root, base }: SpecialistRepository): Promise<Parsed> {
  const { readRepositoryFolder } = await import('../adapters/specialists/read-specialists.ts')
  const { parsed, wrong } = await readRepositoryFolder(await base()).then(parseAll, toUnread)
  if (parsed.length === 0) return { parsed, wrong }
  const trust = await openTrust(places)
  const trusted = await Promise.all(parsed.map(({ place, digest }) => trust.isTrusted(root, place, digest)))
  const inert = parsed.filter((_, n) => trusted[n] !== true).map(({ place }) => place)
  const note = `this repository has specialists that have no effect until you trust ${inert.slice(0, 3).join(', ')}${inert.length > 3 ? ` and ${inert.length - 3} more` : ''} as they are now: writ policy trust shows and trusts them`
  return { parsed: parsed.filter((_, n) => trusted[n] === true), wrong: [...wrong, ...(inert.length > 0 ? [note] : [])] }
}
