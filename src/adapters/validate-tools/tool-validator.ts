import type { ValidationSettings } from '../../domain/validation/settings.ts'
import type { CommandValidator, FoundCommand, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { foldersAbove, join, openRepository, type Repository } from './repository.ts'
import { readOutputs, toScript, type OutputStream, type ToolOutput, type ToolRun } from './tool-command.ts'

/** A program that repositories use to look at their own code, as a table says it. */
export interface Tool {
  readonly id: string
  /** Changed paths for which it is started. */
  readonly concerns: RegExp
  /** Does what lies in this folder say that the repository uses it? The nearest such folder above a changed path is where it is started. */
  isUsed(repository: Repository, folder: string): Promise<boolean>
  readonly program: string
  /** Where a repository keeps its own copy: node_modules/.bin, a virtual environment, or nowhere. */
  readonly from: 'npm' | 'python' | 'path'
  /** Started on the changed files, or on all that its own configuration names. */
  readonly on: 'files' | 'folder'
  /** Instead of the changed files: all that it is to be given. */
  files?(repository: Repository, folder: string): readonly string[]
  /** `NAME=value` for its environment. */
  readonly env?: readonly string[]
  /** Its words behind the program; more than one list starts it more than once. */
  words(repository: Repository, folder: string): Promise<readonly (readonly string[])[]>
  /** Where it says what it found. */
  readonly stream: OutputStream
  read(output: ToolOutput, settings: ValidationSettings): readonly Finding[] | { readonly failed: string }
  /** Nobody says that they use it: where it is not installed there is nothing to be missed. */
  readonly isOptional?: boolean
  readonly timeoutMs?: number
}

/** Folders in which a tool is started, and characters of the names of files that it is given: one argument holds twice that. Beyond them it finds its files itself. */
const most = { folders: 6, fileChars: 60_000 }

/** Makes a validator of a tool: found by the repository's own configuration, never demanded. */
export function toolValidator(tool: Tool): CommandValidator {
  return {
    kind: 'command', id: tool.id, stage: 'static', version: '1',
    async find(subject) {
      const repository = await openRepository(subject)
      const places = await findPlaces(tool, subject, repository)
      if (places.size === 0) return undefined
      const runs: ToolRun[] = []
      for (const [folder, files] of places) {
        const program = await findProgram(tool, subject, folder)
        if (program === undefined) return tool.isOptional ? undefined : { missing: `${tool.program} is configured${folder === '' ? '' : ` in ${folder}`}, and not installed` }
        for (const words of await tool.words(repository, folder)) runs.push({ folder, env: tool.env ?? [], words: [program, ...words], files: tool.on === 'folder' ? undefined : inBounds([...new Set([...(tool.files?.(repository, folder) ?? []), ...files])]) })
      }
      return toFound(tool, runs, subject.settings)
    },
  }
}

function inBounds(files: readonly string[]): readonly string[] | undefined {
  return files.join("' '").length > most.fileChars ? undefined : files
}

function toFound(tool: Tool, runs: readonly ToolRun[], settings: ValidationSettings): FoundCommand {
  return {
    argv: toScript(runs.map((run) => (tool.on === 'files' && run.files === undefined ? { ...run, words: [...run.words, '.'] } : run)), tool.stream),
    timeoutMs: tool.timeoutMs ?? 120_000,
    read(result) {
      const outputs = readOutputs(runs, result)
      if ('failed' in outputs) return outputs
      const findings: Finding[] = []
      for (const output of outputs) {
        if (output.exitCode === 126 || output.exitCode === 127) return { failed: `${tool.program} could not be started` }
        const said = tool.read(output, settings)
        if ('failed' in said) return said
        findings.push(...said)
      }
      return { findings }
    },
  }
}

/** Where the tool is to be started, with the changed files of that place, relative to it. */
async function findPlaces(tool: Tool, subject: Subject, repository: Repository): Promise<ReadonlyMap<string, readonly string[]>> {
  const places = new Map<string, string[]>()
  const used = new Map<string, boolean>()
  const paths = new Set(subject.changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from])))
  for (const path of paths) {
    if (!tool.concerns.test(path)) continue
    for (const folder of foldersAbove(path)) {
      const isUsed = used.get(folder) ?? (await tool.isUsed(repository, folder))
      used.set(folder, isUsed)
      if (!isUsed) continue
      const files = places.get(folder) ?? []
      if (places.size < most.folders || places.has(folder)) places.set(folder, [...files, folder === '' ? path : path.slice(folder.length + 1)])
      break
    }
  }
  return places
}

const ownPlaces: Readonly<Record<Tool['from'], readonly string[]>> = { npm: ['node_modules/.bin'], python: ['.venv/bin', 'venv/bin'], path: [] }

/** The repository's own copy before one of the machine's. */
async function findProgram({ program, from }: Tool, subject: Subject, folder: string): Promise<string | undefined> {
  const candidates = ownPlaces[from].flatMap((place) => foldersAbove(join(folder, 'x')).map((above) => join(above, `${place}/${program}`)))
  for (const candidate of [...candidates, program]) if (await subject.has(candidate)) return candidate
  return undefined
}

/** For `isUsed`: a file of one of these names lies there. */
export function hasAny(...names: readonly string[]): Tool['isUsed'] {
  return async (repository, folder) => names.some((name) => repository.has(join(folder, name)))
}
