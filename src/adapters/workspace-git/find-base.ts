import { Fault } from '../../protocol/fault.ts'
import type { CommitId } from '../../protocol/ids.ts'
import type { RunGit } from './git-process.ts'
import type { PersonRepository } from './person-repository.ts'

/** What a state of the person's files is compared with. */
export interface FoundBase {
  /** Undefined where there is no commit yet: then everything is new. */
  readonly commit: CommitId | undefined
  /** How it was found, in words: `HEAD`, `the merge base with origin/main`. */
  readonly name: string
}

export interface BaseFinder {
  readonly head: CommitId | undefined
  /** Where the history left the one that `revision` names; that one itself where they have nothing in common. */
  findAsked(revision: string): Promise<FoundBase>
  /** Where this branch left its upstream or the main branch; undefined where it has nothing of its own. */
  findFork(): Promise<FoundBase | undefined>
}

/** In this order: what the branch follows, then the usual names of a main branch, the remote's first. */
const mains = ['@{upstream}', 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']

export async function openBaseFinder(person: PersonRepository, runGit: RunGit): Promise<BaseFinder> {
  const ask = async (...args: readonly string[]): Promise<string | undefined> => {
    const answer = await runGit({ args: [...person.flags, '-c', 'core.fsmonitor=false', ...args], cwd: person.root, env: person.env, accepts: [1, 128], timeoutMs: 20_000 })
    return answer.code === 0 ? answer.stdout.toString('utf8').trim() : undefined
  }
  const resolve = (revision: string): Promise<string | undefined> => ask('rev-parse', '--verify', '-q', '--end-of-options', `${revision}^{commit}`)
  const head = (await resolve('HEAD')) as CommitId | undefined
  return {
    head,
    findAsked: async (revision) => {
      const commit = revision.startsWith('-') ? undefined : await resolve(revision)
      if (commit === undefined) throw new Fault('request-invalid', `--base '${revision}' names no commit in '${person.root}'; give a branch, a tag or a commit (git log --oneline shows some; a shallow clone has not all of them)`)
      const fork = head === undefined ? undefined : await ask('merge-base', head, commit)
      if (fork === undefined) return { commit: commit as CommitId, name: `${revision}, which has no commit in common with HEAD` }
      return { commit: fork as CommitId, name: fork === commit ? revision : `the merge base with ${revision}` }
    },
    findFork: async () => {
      if (head === undefined) return undefined
      for (const name of mains) {
        const commit = await resolve(name)
        const fork: string | undefined = commit === undefined || commit === head ? undefined : await ask('merge-base', head, commit)
        if (fork === undefined || fork === head) continue
        const shown = name === '@{upstream}' ? ((await ask('rev-parse', '--abbrev-ref', '@{upstream}')) ?? 'the upstream') : name
        return { commit: fork as CommitId, name: `the merge base with ${shown}` }
      }
      return undefined
    },
  }
}
