import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault, toMessage } from '../../protocol/fault.ts'

/** `task.json` of a folder with a small program that has a known fault (docs/repair-bench.md). */
export const RepairTaskFile = z.strictObject({
  language: z.enum(['python', 'typescript', 'javascript']),
  /** What is wrong, in the terms of docs/repair-bench.md; more than one where two faults were planted. */
  kinds: z.array(z.string().regex(/^[a-z][a-z-]*$/, 'a kind is words in small letters joined by hyphens')).min(1),
  /** `tune`: looked at while the engine is worked on. `held`: never. */
  set: z.enum(['tune', 'held']),
  /** Shows the fault; runs in the task's folder, and is all that the engine is given. */
  command: z.string().min(1),
  /** Runs in the same folder with `hidden/` in place, after the repair. */
  hidden: z.string().min(1),
})
export type RepairTaskFile = z.infer<typeof RepairTaskFile>

export interface RepairTask extends RepairTaskFile {
  readonly name: string
  readonly folder: string
  /** What the engine sees, by path from the folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The second set of tests, under `hidden/`. */
  readonly hiddenFiles: ReadonlyMap<string, Uint8Array>
  /** Files as a right repair leaves them, by the paths that they have in `files`. */
  readonly fixed: ReadonlyMap<string, Uint8Array>
}

/** A task is small: more than this is another folder that was named by mistake. */
const most = { files: 200, bytes: 2_000_000, tasks: 2000 }
const left = /(^|\/)(__pycache__|node_modules|\.git)(\/|$)/

/** All tasks under a folder, by name, or the one that the folder itself is. @throws Fault `request-invalid` that names the file and what is wrong with it. */
export function readRepairTasks(directory: string): RepairTask[] {
  const names = list(directory)
  if (names.includes('task.json')) return [readTask(directory, directory.split('/').findLast((part) => part !== '' && part !== '.') ?? directory)]
  const folders = names.filter((name) => list(join(directory, name), { soft: true }).includes('task.json'))
  if (folders.length === 0) throw new Fault('request-invalid', `there is no task in ${directory}: neither it nor a folder in it has a task.json (docs/repair-bench.md)`)
  if (folders.length > most.tasks) throw new Fault('request-invalid', `${directory} has ${folders.length} tasks; at most ${most.tasks}`)
  return folders.toSorted().map((name) => readTask(join(directory, name), name))
}

function list(directory: string, { soft = false } = {}): string[] {
  try {
    return statSync(directory).isDirectory() ? readdirSync(directory) : soft ? [] : refuse(`${directory} is not a folder`)
  } catch (error) {
    if (error instanceof Fault) throw error
    return soft ? [] : refuse(`the folder ${directory} cannot be read: ${toMessage(error)}`)
  }
}

function refuse(message: string): never {
  throw new Fault('request-invalid', message)
}

function readTask(folder: string, name: string): RepairTask {
  const file = join(folder, 'task.json')
  const parsed = RepairTaskFile.safeParse(readJson(file))
  if (!parsed.success) refuse(`${file} does not fit: ${parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`).join('; ')}. Its format is in docs/repair-bench.md`)
  const [files, hiddenFiles, fixed] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>(), new Map<string, Uint8Array>()]
  for (const [path, bytes] of readTree(folder)) {
    if (path === 'task.json') continue
    if (path.startsWith('hidden/')) hiddenFiles.set(path, bytes)
    else if (path.startsWith('fixed/')) fixed.set(path.slice('fixed/'.length), bytes)
    else files.set(path, bytes)
  }
  if (hiddenFiles.size === 0) refuse(`${folder} has no hidden tests: put them into ${join(folder, 'hidden')}`)
  for (const path of fixed.keys()) if (!files.has(path)) refuse(`${join(folder, 'fixed', path)} mends a file that the task does not have: ${path}`)
  return { ...parsed.data, name, folder, files, hiddenFiles, fixed }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return refuse(`${file} cannot be read as JSON: ${toMessage(error)}`)
  }
}

function readTree(folder: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  let bytes = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name)
    const path = full.slice(folder.replace(/\/+$/, '').length + 1)
    if (!entry.isFile() || left.test(path)) continue
    const content = readFileSync(full)
    bytes += content.length
    found.set(path, content)
    if (found.size > most.files || bytes > most.bytes) refuse(`${folder} is too large for a task: at most ${most.files} files and ${most.bytes / 1e6} MB`)
  }
  return found
}
