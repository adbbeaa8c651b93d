import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { createGitProcess, toFirstLine, type GitAnswer, type GitCall } from './git-process.ts'

/*
 * The person's own git on the person's own repository: their identity, signing, attributes and filters count.
 * Everything is worked out first, with new objects in a directory of their own (`trial`), so that a refusal leaves no trace.
 */
export interface AcceptGit {
  readonly root: string
  readonly gitDir: string
  readonly commonDir: string
  /** Scratch space, gone after `close`. */
  readonly scratch: string
  /** For real. */
  git(args: readonly string[], options?: AcceptGitOptions): Promise<GitAnswer>
  /** Reads everything, writes objects to the scratch space only, and takes a copy of the index where it needs one. */
  trial(args: readonly string[], options?: AcceptGitOptions): Promise<GitAnswer>
  /** Output of a trial, without the line end. */
  ask(args: readonly string[], options?: AcceptGitOptions): Promise<string>
  close(): void
}

/** `env` is added to the person's. */
export type AcceptGitOptions = Partial<Omit<GitCall, 'args' | 'cwd'>>

export const refuse = (message: string): Fault => new Fault('accept-refused', message)

const places = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_COMMON_DIR', 'GIT_NAMESPACE', 'GIT_PREFIX', 'GIT_QUARANTINE_PATH', 'GIT_EXTERNAL_DIFF']

/** `action` is what reflogs say. @throws Fault `accept-refused` when git cannot work there. */
export async function openAcceptGit(repository: string, env: Readonly<Record<string, string | undefined>>, action = 'writ accept'): Promise<AcceptGit> {
  const runGit = createGitProcess('git')
  const own = Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined || places.includes(key) ? [] : [[key, value]])))
  const base = { ...own, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: 'true', GIT_MERGE_AUTOEDIT: 'no', GIT_REFLOG_ACTION: action }
  if (!fs.existsSync(repository)) throw refuse(`the repository '${repository}' is not there any more; move it back, or take the branch from a copy of it`)
  const found = await runGit({ args: ['rev-parse', '--absolute-git-dir', '--git-common-dir', '--show-toplevel'], cwd: repository, env: base, accepts: [128] })
  const [gitDir, commonDir, root] = found.stdout.toString('utf8').split('\n')
  if (found.code !== 0 || !gitDir || !commonDir || !root) throw refuse(`git cannot work in '${repository}': ${toFirstLine(found.stderr)}`)
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), `writ-accept-${process.pid}-`))
  const common = path.resolve(repository, commonDir)
  const objects = path.join(common, 'objects')
  const trialEnv = {
    ...base, GIT_OPTIONAL_LOCKS: '0', GIT_INDEX_FILE: path.join(scratch, 'index'), GIT_OBJECT_DIRECTORY: path.join(scratch, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: /[:"\n]/.test(objects) ? JSON.stringify(objects) : objects,
  }
  fs.mkdirSync(path.join(scratch, 'objects'))
  copyIndex(gitDir, scratch)
  const quiet = ['--no-pager', '-c', 'core.quotePath=false', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'core.fsmonitor=false']
  const trial: AcceptGit['trial'] = (args, options = {}) => runGit({ ...options, args: [...quiet, '-c', 'core.hooksPath=/dev/null', ...args], cwd: root, env: { ...trialEnv, ...options.env } })
  return {
    root, gitDir, commonDir: common, scratch, trial,
    git: (args, options = {}) => runGit({ timeoutMs: 600_000, ...options, args: [...quiet, ...args], cwd: root, env: { ...base, ...options.env } }),
    ask: async (args, options) => (await trial(args, options)).stdout.toString('utf8').replace(/\n$/, ''),
    close: () => fs.rmSync(scratch, { recursive: true, force: true }),
  }
}

/** With its time set back, so that git compares contents where times alone could not tell. */
function copyIndex(gitDir: string, scratch: string): void {
  const source = path.join(gitDir, 'index')
  if (!fs.existsSync(source)) return
  const seconds = Math.floor(fs.statSync(source).mtimeMs / 1000)
  fs.copyFileSync(source, path.join(scratch, 'index'))
  fs.utimesSync(path.join(scratch, 'index'), seconds, seconds)
}

const inProgress: readonly (readonly [file: string, what: string, mend: string])[] = [
  ['MERGE_HEAD', 'a merge', 'git merge --continue or --abort'],
  ['rebase-merge', 'a rebase', 'git rebase --continue or --abort'],
  ['rebase-apply', 'a rebase or git am', 'git rebase --continue or --abort, or git am --abort'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick', 'git cherry-pick --continue or --abort'],
  ['REVERT_HEAD', 'a revert', 'git revert --continue or --abort'],
  ['sequencer', 'a series of picks', 'git cherry-pick --continue or --abort'],
  ['index.lock', 'another git command', 'wait for it, or remove index.lock if none runs'],
]

export interface AcceptState {
  readonly head: CommitId
  /** Short name of the current branch; undefined when HEAD is detached. */
  readonly branch: string | undefined
}

/** Where the person stands. @throws Fault `accept-refused` in the middle of a merge and the like, or without one of the commits. */
export async function readAcceptState(git: AcceptGit, needed: Readonly<Record<string, string>>): Promise<AcceptState> {
  for (const [file, what, mend] of inProgress) {
    if (fs.existsSync(path.join(git.gitDir, file))) throw refuse(`${what} is under way in '${git.root}'; finish it first (${mend})`)
  }
  const unmerged = await git.ask(['ls-files', '-u', '-z'])
  if (unmerged !== '') throw refuse(`'${git.root}' has files with merge conflicts; resolve them first (git status lists them)`)
  const head = await git.trial(['rev-parse', '--verify', '-q', 'HEAD^{commit}'], { accepts: [1] })
  if (head.code !== 0) throw refuse(`the current branch of '${git.root}' has no commit; switch to the branch that should get the result`)
  for (const [what, oid] of Object.entries(needed)) {
    const there = await git.trial(['cat-file', '-e', `${oid}^{commit}`], { accepts: [1, 128] })
    if (there.code !== 0) throw refuse(`the ${what} commit ${oid} is not in '${git.root}' any more; if its branch was deleted and pruned, run the goal again`)
  }
  const branch = await git.trial(['symbolic-ref', '-q', '--short', 'HEAD'], { accepts: [1] })
  return { head: head.stdout.toString('latin1').trim() as CommitId, branch: branch.code === 0 ? branch.stdout.toString('utf8').trim() : undefined }
}

export function toList(paths: readonly string[]): string {
  const shown = paths.slice(0, 8).map((file) => `'${file}'`).join(', ')
  return paths.length > 8 ? `${shown} and ${paths.length - 8} more` : shown
}
