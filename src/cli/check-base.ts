import { Fault } from '../protocol/fault.ts'
import type { CommitId } from '../protocol/ids.ts'

export interface CheckBase {
  readonly commit: CommitId
  /** For people. */
  readonly says: string
}

/**
 * What `writ check` compares with: the commit that was named, else HEAD where something is uncommitted, else where the branch left
 * its upstream or the main branch. @throws Fault `request-invalid` for a name that is no commit.
 */
export async function findCheckBase(root: string, found: { readonly head: CommitId; readonly base: CommitId; readonly branch: string | undefined }, options: { readonly base?: string }): Promise<CheckBase> {
  const [{ createGitProcess }, { getPersonRepository }] = await Promise.all([import('../adapters/workspace-git/git-process.ts'), import('../adapters/workspace-git/person-repository.ts')])
  const runGit = createGitProcess('git')
  const person = await getPersonRepository(root, { runGit, env: process.env })
  const ask = async (args: readonly string[]): Promise<string | undefined> => {
    const { code, stdout } = await runGit({ args: [...person.flags, '-c', 'core.fsmonitor=false', ...args], cwd: person.root, env: person.env, accepts: [1, 128], timeoutMs: 20_000 })
    return code === 0 ? stdout.toString('utf8').trim() : undefined
  }
  const short = (commit: string): string => commit.slice(0, 10)
  if (options.base !== undefined) {
    const commit = await ask(['rev-parse', '--verify', '-q', '--end-of-options', `${options.base}^{commit}`])
    if (commit === undefined) throw new Fault('request-invalid', `--base '${options.base}' names no commit; give a branch, a tag or a commit`)
    const common = await ask(['merge-base', commit, found.head])
    return { commit: (common ?? commit) as CommitId, says: `${options.base} (${short(common ?? commit)})` }
  }
  if (found.base !== found.head) return { commit: found.head, says: `HEAD (${short(found.head)}), with what is not committed` }
  for (const name of ['@{upstream}', 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const commit = await ask(['merge-base', name, 'HEAD'])
    if (commit !== undefined && commit !== found.head) return { commit: commit as CommitId, says: `where this branch left ${name} (${short(commit)})` }
  }
  return { commit: found.head, says: `HEAD (${short(found.head)}): nothing is uncommitted; --base names another` }
}
