import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { Conflict, ConflictKind, MergeVersion } from '../../protocol/integration.ts'
import { makeScratch } from './checkout.ts'
import { toFirstLine } from './git-process.ts'
import type { PrivateRepository } from './private-repository.ts'
import { toMode, toText } from './tree-object.ts'

export interface MergedTrees {
  readonly tree: string
  readonly conflicts: readonly Conflict[]
}

/** What merging writes must outlive a loss of power once the log names it. */
const durable = ['-c', 'core.fsync=objects']
const maxBytes = 64 * 1024 * 1024

/**
 * `git merge-tree` (2.38): no worktree, no index. The attributes at the top of the integrated state count (`merge=union`), those
 * of the machine and of what lies in a worktree do not: git is given a folder with that file alone.
 */
export async function mergeTrees(repository: PrivateRepository, ours: string, theirs: string): Promise<MergedTrees> {
  const attributes = (await repository.store.readTree(await repository.store.toTree(ours))).find(({ name, mode }) => name === '.gitattributes' && mode.startsWith('10'))
  const folder = attributes === undefined ? repository.nothingDir : makeScratch(repository)
  try {
    if (attributes !== undefined) fs.writeFileSync(path.join(folder, '.gitattributes'), (await repository.store.read(attributes.oid)).bytes)
    return await runMerge(repository, folder, ours, theirs)
  } finally {
    if (folder !== repository.nothingDir) fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function runMerge(repository: PrivateRepository, workTree: string, ours: string, theirs: string): Promise<MergedTrees> {
  const answer = await repository.git([...durable, 'merge-tree', '--write-tree', '-z', '--messages', ours, theirs], { workTree, accepts: [1, 128, 129], maxBytes, timeoutMs: 300_000 })
  if (answer.code === 129) throw new Fault('git-failed', 'git 2.38 or newer is needed to bring the work of several tasks together; update git and resume')
  if (answer.code === 128) throw new Fault('git-failed', `git merge-tree could not merge ${theirs.slice(0, 12)} with ${ours.slice(0, 12)}: ${toFirstLine(answer.stderr)}`)
  if (answer.code === 0) return { tree: answer.stdout.toString('latin1').split('\0')[0] ?? '', conflicts: [] }
  const merged = parseConflicts(answer.stdout, [ours, theirs])
  if (merged.conflicts.length === 0) throw new Fault('git-failed', `git merge-tree says that ${theirs.slice(0, 12)} conflicts with ${ours.slice(0, 12)}, in a way that could not be read`)
  return merged
}

/** See git-merge-tree(1), "Output": the tree, the entries in conflict, an empty field, then messages. `sides` are what was merged, as git was told. */
export function parseConflicts(output: Buffer, sides: readonly string[]): MergedTrees {
  const fields = output.toString('latin1').split('\0')
  const versions: (MergeVersion & { stage: string })[] = []
  let at = 1
  for (; fields[at] !== undefined && fields[at] !== ''; at += 1) {
    const [, mode = '', id = '', stage = '', path = ''] = /^(\d+) ([0-9a-f]+) ([123])\t(.*)$/s.exec(fields[at] ?? '') ?? []
    const known = toMode(mode)
    if (known !== '40000') versions.push({ path: toText(path), mode: known, id, stage })
  }
  const messages = parseMessages(fields.slice(at + 1))
  return { tree: fields[0] ?? '', conflicts: toConflicts(versions, messages, sides) }
}

interface Message {
  readonly paths: readonly string[]
  readonly type: string
  readonly text: string
}

function parseMessages(fields: readonly string[]): readonly Message[] {
  const messages: Message[] = []
  for (let at = 0; at < fields.length && /^\d+$/.test(fields[at] ?? ''); ) {
    const count = Number(fields[at])
    const [type = '', text = ''] = fields.slice(at + 1 + count, at + 3 + count)
    messages.push({ paths: fields.slice(at + 1, at + 1 + count).map(toText), type: toText(type), text: toText(text) })
    at += 3 + count
  }
  return messages
}

/** One conflict for each path that git names first; entries that no message names are conflicts of their own. */
function toConflicts(versions: readonly (MergeVersion & { stage: string })[], messages: readonly Message[], sides: readonly string[]): readonly Conflict[] {
  const groups = new Map<string, { paths: Set<string>; told: Message[] }>()
  for (const message of messages) {
    const path = message.paths[0]
    if (path === undefined || message.type === 'Auto-merging') continue
    const group = groups.get(path) ?? { paths: new Set(), told: [] }
    groups.set(path, { paths: new Set([...group.paths, ...message.paths]), told: [...group.told, message] })
  }
  const named = new Set([...groups.values()].flatMap(({ paths }) => [...paths]))
  for (const { path } of versions) if (!named.has(path)) groups.set(path, { paths: new Set([path]), told: groups.get(path)?.told ?? [] })
  return [...groups].flatMap(([path, { paths, told }]) => {
    const here = versions.filter((version) => paths.has(version.path))
    // What git only remarks (a directory that was renamed along) has no entry in conflict.
    return here.length === 0 ? [] : [toConflict(toOwnPath(path, sides), here, told)]
  })
}

/** Where two things want one name, git puts one beside it, as `name~side`. */
function toOwnPath(name: string, sides: readonly string[]): string {
  const side = sides.find((each) => new RegExp(`~${each}(_\\d+)?$`).test(name))
  return side === undefined ? name : name.slice(0, name.lastIndexOf(`~${side}`))
}

function toConflict(path: string, here: readonly (MergeVersion & { stage: string })[], told: readonly Message[]): Conflict {
  const [base, ours, theirs] = ['1', '2', '3'].map((stage) => toVersion(here.find((each) => each.stage === stage && each.path === path) ?? here.find((each) => each.stage === stage)))
  const sides = { ...(base ? { base } : {}), ...(ours ? { ours } : {}), ...(theirs ? { theirs } : {}) }
  const text = told.map((message) => message.text.trim().split('\n')[0] ?? '').filter((line) => line !== '' && !/^Failed to merge submodule/.test(line)).at(-1) ?? ''
  return { path, kind: toKind(told, sides), ...sides, message: text.replace(/^CONFLICT \([^)]*\): /, '') }
}

function toVersion(found: (MergeVersion & { stage: string }) | undefined): MergeVersion | undefined {
  return found === undefined ? undefined : { path: found.path, mode: found.mode, id: found.id }
}

function toKind(told: readonly Message[], { base, ours, theirs }: Pick<Conflict, 'base' | 'ours' | 'theirs'>): ConflictKind {
  const types = told.map(({ type }) => type)
  const has = (pattern: RegExp): boolean => types.some((type) => pattern.test(type))
  if (has(/submodule/i) || [ours, theirs].some((side) => side?.mode === '160000')) return 'submodule'
  if (has(/rename/)) return 'rename'
  if (has(/file\/directory/)) return 'directory/file'
  if (has(/distinct (modes|types)/)) return 'type'
  if (has(/modify\/delete/)) return 'modify/delete'
  if (has(/binary/)) return 'binary'
  if (!has(/contents/)) return 'other'
  if (ours !== undefined && theirs !== undefined && ours.id === theirs.id && ours.mode !== theirs.mode) return 'mode'
  return base === undefined ? 'add/add' : 'content'
}
