import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const limits = { maxBuffer: 64 * 2 ** 20, timeout: 60_000 }
/** States of the lockfile that are looked at. */
const mostStates = 200

/** Nothing that the repository configures may run a program. */
const quiet = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', '-c', 'protocol.allow=never']

export interface History {
  /** Commits that changed one of the paths, the newest first, along the first parents. */
  states(paths: readonly string[]): Promise<readonly string[]>
  read(commit: string, path: string): Promise<Buffer | undefined>
  /** Names of branches that begin with a prefix that ends in `/`. */
  branches(prefix: string): Promise<readonly string[]>
  files(commit: string): Promise<readonly string[]>
  /** Fills a folder with the content of a commit. */
  unpack(commit: string, folder: string): Promise<void>
  /** A commit on `parent` with some files replaced, as a new branch that nothing else points to. */
  draft(branch: string, parent: string, files: ReadonlyMap<string, string>, message: string): Promise<string>
}

/** The person's repository: read, but for new objects and the draft's branch. */
export function openHistory(root: string): History {
  const git = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Buffer> => {
    const { stdout } = await run('git', [...quiet, ...args], { ...limits, cwd: root, encoding: 'buffer', env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', ...env } })
    return stdout
  }
  const withIndex = async <T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> => {
    const folder = mkdtempSync(join(tmpdir(), 'writ-index-'))
    try {
      return await use({ GIT_INDEX_FILE: join(folder, 'index') })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return {
    states: async (paths) => (await git(['rev-list', '--first-parent', `--max-count=${mostStates}`, 'HEAD', '--', ...paths])).toString('latin1').split('\n').filter((line) => line !== ''),
    read: (commit, path) => git(['cat-file', 'blob', `${commit}:${path}`]).catch(() => undefined),
    branches: async (prefix) => (await git(['for-each-ref', '--format=%(refname:lstrip=2)', `refs/heads/${prefix}`])).toString('utf8').split('\n').filter((name) => name !== ''),
    files: async (commit) => (await git(['ls-tree', '-r', '-z', '--name-only', commit])).toString('utf8').split('\0').filter((path) => path !== ''),
    unpack: (commit, folder) => withIndex(async (env) => {
      await git(['read-tree', commit], env)
      await git(['checkout-index', '--all', '--force', `--prefix=${folder}/`], env)
    }),
    draft: (branch, parent, files, message) => withIndex(async (env) => {
      await git(['read-tree', parent], env)
      const folder = mkdtempSync(join(tmpdir(), 'writ-draft-'))
      try {
        for (const [path, text] of files) {
          const at = join(folder, path)
          mkdirSync(dirname(at), { recursive: true })
          writeFileSync(at, text)
          const oid = (await git(['hash-object', '-w', '--no-filters', at])).toString('latin1').trim()
          await git(['update-index', '--add', '--cacheinfo', `100644,${oid},${path}`], env)
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
      const tree = (await git(['write-tree'], env)).toString('latin1').trim()
      const who = { GIT_AUTHOR_NAME: 'Writ', GIT_AUTHOR_EMAIL: 'writ@localhost', GIT_COMMITTER_NAME: 'Writ', GIT_COMMITTER_EMAIL: 'writ@localhost' }
      const commit = (await git(['commit-tree', tree, '-p', parent, '-m', message], who)).toString('latin1').trim()
      await git(['update-ref', `refs/heads/${branch}`, commit, '0'.repeat(commit.length)])
      return commit
    }),
  }
}
