import { join } from 'node:path'
import { createGitProcess, quietFlags, toSealedEnv, type GitAnswer } from '../../adapters/workspace-git/git-process.ts'
import { getPersonRepository } from '../../adapters/workspace-git/person-repository.ts'
import { toShortCommit } from '../../domain/report/short-id.ts'
import type { RunState } from '../../domain/run-state.ts'
import { Fault } from '../../protocol/fault.ts'
import { openRecord } from '../compose.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'
import { painter, tame } from '../render.ts'

const maxBytes = 64 * 1024 * 1024
/** The same for everybody, so that the output is a patch that applies, whatever a configuration says. */
export const form = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-relative', '--src-prefix=a/', '--dst-prefix=b/', '-M', '--end-of-options']

export type RunGit = (args: readonly string[], accepts?: readonly number[]) => Promise<GitAnswer>

/** `writ diff`: what a run changed against its base, as a patch. */
export async function diffCommand(word: string, options: { readonly stat?: boolean; readonly repo?: string }): Promise<number> {
  const { log, places } = await openRecord()
  const run = await getRun(log, word, { repo: options.repo })
  const { state } = await readRun(log, run)
  const range = toRange(state)
  if (!state.opened || !range) {
    process.stderr.write('Nothing was changed: the run made no commit.\n')
    return 0
  }
  if (range.note) process.stderr.write(`${range.note}\n`)
  const git = await findGit(state.opened.repository.root, join(places.state, 'runs', run), range)
  const { stdout, wasCut } = await git(['diff', ...(options.stat ? [`--stat=${isTerminal() ? (process.stdout.columns ?? 80) : 120}`] : []), ...form, range.from, range.to, '--'])
  if (stdout.length === 0) process.stderr.write('Nothing differs.\n')
  return whilePrinting(async () => {
    await print(isTerminal() ? paintDiff(stdout.toString('utf8')) : stdout)
    if (wasCut) process.stderr.write(`The diff was cut after ${maxBytes} bytes; see all of it with: git diff ${range.from} ${range.to}\n`)
    return 0
  })
}

interface Range {
  readonly from: string
  readonly to: string
  readonly note?: string
}

/** Base and result; where nothing was published, what the worktree held last. */
function toRange(state: RunState): Range | undefined {
  const base = state.opened?.repository.base
  if (base && state.ended?.result) return { from: base, to: state.ended.result.commit }
  const { workspace, tree } = state
  if (!workspace || !tree || tree === workspace.tree) return undefined
  return { from: workspace.tree, to: tree, note: state.ended ? 'Nothing was committed; this is how the worktree was left.' : 'The run has not ended; this is its worktree as it was recorded last.' }
}

/** Git over the run's own repository, which keeps every snapshot; nothing of the run is touched by it. */
export function openRunGit(runDirectory: string, process_ = createGitProcess('git')): RunGit {
  return (args, accepts = []) => process_({
    args: [...quietFlags, ...args], cwd: runDirectory, env: toSealedEnv(process.env, { GIT_DIR: join(runDirectory, 'git') }), accepts, maxBytes, cut: true,
  })
}

/** The person's repository where it has both ends; otherwise the run's own, which keeps everything. */
async function findGit(root: string, runDirectory: string, range: Range): Promise<RunGit> {
  const process_ = createGitProcess('git')
  const both = [range.from, range.to]
  const inRun = openRunGit(runDirectory, process_)
  const inPerson = await openPerson(root, process_)
  for (const git of [inPerson, inRun]) {
    if (git && (await holds(git, both))) return git
  }
  throw new Fault('git-failed', `the objects of the run are neither in ${root} nor in its own repository (${toShortCommit(range.to)} is missing): was the state directory cleaned, or the repository moved?`)
}

/** Undefined where the person's repository is gone or cannot be read any more: the run's own repository may still do. */
async function openPerson(root: string, runGit: ReturnType<typeof createGitProcess>): Promise<RunGit | undefined> {
  try {
    const person = await getPersonRepository(root, { runGit, env: process.env })
    return (args, accepts = []) => runGit({ args: [...person.flags, ...quietFlags, ...args], cwd: person.root, env: person.env, accepts, maxBytes, cut: true })
  } catch (error) {
    if (error instanceof Fault && error.code === 'repository-unusable') return undefined
    throw error
  }
}

async function holds(git: RunGit, objects: readonly string[]): Promise<boolean> {
  for (const object of objects) {
    const answer = await git(['cat-file', '-e', object], [1, 128]).catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'git-failed') return undefined
      throw error
    })
    if (answer?.code !== 0) return false
  }
  return true
}

/** Colours of our own making, on text that was tamed: a file's content may hold anything. */
export function paintDiff(text: string, paint: ReturnType<typeof painter> = painter(process.stdout)): string {
  return tame(text).split('\n').map((line) => {
    if (/^(diff |index |--- |\+\+\+ |new file|deleted file|old mode|new mode|similarity|rename |Binary )/.test(line)) return paint('bold', line)
    if (line.startsWith('@@')) return paint('cyan', line)
    if (line.startsWith('+')) return paint('green', line)
    if (line.startsWith('-')) return paint('red', line)
    return line
  }).join('\n')
}
