import fs from 'node:fs'
import path from 'node:path'
import type { Leftover, LeftoverFinder } from '../../engine/ports/leftovers.ts'
import type { RunId } from '../../protocol/ids.ts'
import { measure, removeMeasured } from '../process/disk-usage.ts'

/** What a run that nobody owns is known to be. */
export interface DeadRun {
  readonly run: RunId
  /** Its end is on the record: the worktree is not needed any more. */
  readonly hasEnded: boolean
  /** Still so? Asked again before anything is removed. */
  isDead(): boolean
}

/** Everything that a run keeps beside its log: worktree, private git directory with all snapshots, what goes with them. */
const workspaceParts = ['work', 'work.new', 'pool', 'checkouts', 'git', 'raw', 'borrowed', 'conversions.json', 'modes.json']

/** Where `writ check` keeps what it compares, while it runs. Its folders carry the number of their process. */
export function toChecksDirectory(stateDir: string): string {
  return path.join(stateDir, 'checks')
}

/** Checkouts, half-made worktrees and locks of runs without an owner, and the worktrees of those that have ended. */
export function createWorkspaceLeftoverFinder(options: { readonly stateDir: string; readonly runs: readonly DeadRun[] }): LeftoverFinder {
  return {
    async find() {
      const found: Leftover[] = []
      for (const dead of options.runs) {
        const runDir = path.join(options.stateDir, 'runs', dead.run)
        for (const [name, why] of listParts(runDir, dead)) {
          const at = path.join(runDir, name)
          const isFile = fs.lstatSync(at, { throwIfNoEntry: false })?.isFile() === true
          found.push({ kind: isFile ? 'file' : 'folder', name: at, run: dead.run, why, bytes: await measure(at), remove: async () => (dead.isDead() ? removeMeasured(at) : 0) })
        }
      }
      return found
    },
  }
}

function listParts(runDir: string, dead: DeadRun): readonly (readonly [name: string, why: string])[] {
  const listed = (folder: string): readonly string[] => (fs.existsSync(path.join(runDir, folder)) ? fs.readdirSync(path.join(runDir, folder)).map((name) => `${folder}/${name}`) : [])
  const locks = [...listed('git'), ...listed('git/objects')].filter((name) => /\.lock$|\/tmp_obj_|\.new$/.test(name))
  return [
    ...listed('checkouts').map((name) => [name, 'a checkout for checks of a run that has no owner'] as const),
    ...(fs.existsSync(path.join(runDir, 'work.new')) ? [['work.new', 'a worktree that was never finished'] as const] : []),
    ...listed('pool').map((name) => [name, 'a worktree that was kept ready by a run that has no owner'] as const),
    ...(dead.hasEnded && fs.existsSync(path.join(runDir, 'work')) ? [['work', 'the worktree of a run that has ended'] as const] : []),
    ...locks.map((name) => [name, 'a lock or half of an object, from a git that was killed'] as const),
  ]
}

/** Bytes that runs keep beside their logs; what they share with one another alone is counted. */
export async function measureWorkspace(stateDir: string, ...runs: readonly RunId[]): Promise<number> {
  return measure(...runs.flatMap((run) => listWorkspace(stateDir, run)))
}

/** Removes worktree and snapshots of a run whose result the person has decided about. Published commits are theirs and stay. */
export async function removeWorkspace(stateDir: string, run: RunId): Promise<number> {
  return removeMeasured(...listWorkspace(stateDir, run))
}

export function hasWorkspace(stateDir: string, run: RunId): boolean {
  return listWorkspace(stateDir, run).length > 0
}

function listWorkspace(stateDir: string, run: RunId): readonly string[] {
  return workspaceParts.map((part) => path.join(stateDir, 'runs', run, part)).filter((at) => fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined)
}

/**
 * Worktrees in the person's own repository that lead into our state directory. Writ makes none there; somebody may have, by
 * hand, and their work in it is theirs: they are named, never removed.
 */
export function findForeignWorktrees(repository: string, stateDir: string): readonly string[] {
  const folder = path.join(repository, '.git', 'worktrees')
  if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) return []
  return fs.readdirSync(folder).map((name) => path.join(folder, name)).filter((at) => {
    const file = path.join(at, 'gitdir')
    return fs.existsSync(file) && fs.readFileSync(file, 'utf8').startsWith(`${stateDir}/`)
  })
}

