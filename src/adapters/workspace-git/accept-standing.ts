import fs from 'node:fs'
import type { CommitId } from '../../protocol/ids.ts'
import { openAcceptGit, type AcceptGit } from './accept-git.ts'
import { holdsPatch } from './accept-patch.ts'
import { quote, type AcceptRequest } from './accept.ts'

/**
 * What has become of an accepted result: it is the newest of its branch (`newest`), later commits are on top of it
 * (`below`), or it was taken back (`gone`). For a patch: it is in the files (`newest`), or it is not (any longer) as it was.
 */
export type Standing = 'newest' | 'below' | 'gone'

export interface StandingRequest extends Pick<AcceptRequest, 'repository' | 'commit' | 'base' | 'env'> {
  readonly accepted: { readonly onto: string; readonly before: CommitId; readonly after?: CommitId | undefined; readonly undo: string }
}

/** Undefined where the repository is not there or cannot be asked. `undo` loses nothing that came later. */
export async function findStanding(request: StandingRequest): Promise<{ readonly standing: Standing; readonly undo: string } | undefined> {
  if (!fs.existsSync(request.repository)) return undefined
  const git = await openAcceptGit(request.repository, request.env)
  try {
    const { onto, before, after, undo } = request.accepted
    if (after === undefined) {
      // Deleting the run's branch and pruning takes the commits away: then nothing can be told.
      if (!(await has(git, request.base)) || !(await has(git, request.commit))) return undefined
      return { standing: (await holdsPatch(git, request.base, request.commit)) ? 'newest' : 'gone', undo }
    }
    const tip = await find(git, ['rev-parse', '--verify', '-q', `refs/heads/${onto}^{commit}`])
    if (tip === undefined || !(await has(git, after))) return { standing: 'gone', undo }
    const at = `git -C ${quote(git.root)}`
    const onBranch = (await find(git, ['symbolic-ref', '-q', '--short', 'HEAD'])) === onto ? '' : `${at} switch ${quote(onto)} && `
    if (tip === after) return { standing: 'newest', undo: `${onBranch}${at} reset --keep ${before}` }
    if ((await git.trial(['merge-base', '--is-ancestor', after, tip], { accepts: [1] })).code !== 0) return { standing: 'gone', undo }
    const isMerge = (await find(git, ['rev-parse', '--verify', '-q', `${after}^2`])) !== undefined
    return { standing: 'below', undo: `${onBranch}${at} revert --no-edit ${isMerge ? `-m 1 ${after}` : `${before}..${after}`}` }
  } finally {
    git.close()
  }
}

async function find(git: AcceptGit, args: readonly string[]): Promise<string | undefined> {
  const answer = await git.trial(args, { accepts: [1, 128] })
  return answer.code === 0 ? answer.stdout.toString('utf8').trim() : undefined
}

async function has(git: AcceptGit, commit: string): Promise<boolean> {
  return (await git.trial(['cat-file', '-e', `${commit}^{commit}`], { accepts: [1, 128] })).code === 0
}
