import fs from 'node:fs'
import path from 'node:path'
import { toFirstLine } from './git-process.ts'
import { refuse, toList, type AcceptGit } from './accept-git.ts'

/** What a refusal calls the thing that would change the files, and what it advises where they hold uncommitted changes. */
export interface GuardWords {
  readonly who: string
  readonly mend: string
}
const acceptWords: GuardWords = { who: 'the result', mend: 'commit or stash them first, or take the changes into your files with --strategy patch' }

/**
 * Would moving the branch and its files lose anything? Uncommitted changes to the same files, untracked and ignored files
 * in the way, links where directories should be. @throws Fault `accept-refused` naming them.
 */
export async function guardFiles(git: AcceptGit, from: string, to: string, words: GuardWords = acceptWords): Promise<void> {
  const fields = (await git.ask(['diff-tree', '-r', '-z', '--no-renames', '--name-status', from, to])).split('\0')
  const changed = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2) changed.set(fields[at + 1] ?? '', fields[at] ?? '')
  const status = await git.ask(['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', '--ignore-submodules=dirty'])
  const dirty = status.split('\0').filter((line) => line.length > 3).map((line) => line.slice(3)).filter((file) => changed.has(file))
  if (dirty.length > 0) {
    throw refuse(`you have uncommitted changes in ${toList(dirty)}, which ${words.who} changes too; ${words.mend}`)
  }
  const inTheWay: string[] = []
  for (const [file, kind] of changed) {
    if (kind === 'A') inTheWay.push(...(await findInTheWay(git, file, changed)))
  }
  if (inTheWay.length > 0) throw refuse(`files that git does not track would be overwritten: ${toList([...new Set(inTheWay)])}; move them away first`)
  await git.trial(['update-index', '-q', '--refresh'], { accepts: [1] })
  const dry = await git.trial(['read-tree', '-m', '-u', '-n', from, to], { accepts: [1, 128] })
  if (dry.code !== 0) throw refuse(`git cannot bring ${words.who} into your files: ${toFirstLine(dry.stderr)}; nothing was changed`)
}

async function findInTheWay(git: AcceptGit, file: string, changed: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const names = file.split('/')
  for (let depth = 1; depth < names.length; depth++) {
    const parent = names.slice(0, depth).join('/')
    const stats = fs.lstatSync(path.join(git.root, parent), { throwIfNoEntry: false })
    if (stats === undefined) return []
    if (!stats.isDirectory()) return changed.get(parent) === 'D' ? [] : [parent]
  }
  const stats = fs.lstatSync(path.join(git.root, file), { throwIfNoEntry: false })
  if (stats === undefined) return []
  if (!stats.isDirectory()) return [file]
  return (await git.ask(['--literal-pathspecs', 'ls-files', '-z', '--others', '--', file])).split('\0').filter((name) => name !== '')
}
