import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Workspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'
import { createGitWorkspaces, type GitWorkspacesOptions } from './git-workspaces.ts'

/** A real repository in a temporary directory, with a home of its own, for this folder's tests. */
export interface TestRepository {
  readonly home: string
  readonly root: string
  readonly env: Record<string, string>
  readonly stateDir: string
  git(...args: string[]): string
  write(file: string, content: string | Uint8Array, mode?: number): void
  read(file: string): string
  commit(message: string): CommitId
  workspaces(options?: Partial<GitWorkspacesOptions>): Workspaces
  /** Inspects and creates in one step. */
  open(options?: { includeDirty?: boolean; base?: string; branch?: string } & Partial<GitWorkspacesOptions>): Promise<Workspace>
  remove(): void
}

export const run = 'run_0123456789abcdef' as RunId
export const signal = new AbortController().signal

export function createTestRepository(options: { name?: string; init?: readonly string[]; empty?: boolean } = {}): TestRepository {
  const home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-git-')))
  const root = path.join(home, options.name ?? 'repo')
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_CONFIG_HOME: path.join(home, '.config'), GIT_CONFIG_NOSYSTEM: '1' }
  fs.writeFileSync(path.join(home, '.gitconfig'), '[user]\n\tname = Person\n\temail = person@example.org\n[init]\n\tdefaultBranch = main\n')
  fs.mkdirSync(root, { recursive: true })
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const write: TestRepository['write'] = (file, content, mode) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    fs.writeFileSync(path.join(root, file), content)
    if (mode !== undefined) fs.chmodSync(path.join(root, file), mode)
  }
  const commit = (message: string): CommitId => {
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD').trim() as CommitId
  }
  git('init', '-q', ...(options.init ?? []), '.')
  if (options.empty !== true) {
    write('README.md', 'hello\n')
    write('src/a.txt', 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n')
    write('run.sh', '#!/bin/sh\necho hi\n', 0o755)
    write('.gitignore', 'node_modules\n*.log\n.env\n')
    fs.symlinkSync('src/a.txt', path.join(root, 'link'))
    commit('start')
  }
  const stateDir = path.join(home, 'state')
  const workspaces: TestRepository['workspaces'] = (extra = {}) => createGitWorkspaces({ stateDir, env, ...extra })
  return {
    home, root, env, stateDir, git, write, commit, workspaces,
    read: (file) => fs.readFileSync(path.join(root, file), 'utf8'),
    open: async ({ includeDirty = false, base, branch = 'writ/test', ...extra } = {}) => {
      const made = workspaces(extra)
      const found = await made.inspect(root, { includeDirty, run, ...(base === undefined ? {} : { base }) })
      return made.create({ run, repository: found.root, base: found.base, branch })
    },
    remove: () => fs.rmSync(home, { recursive: true, force: true }),
  }
}

/** Every file, link and directory below, with content; with `exact` also all permissions and modification times. */
export function fingerprint(root: string, options: { exact: boolean; skip?: RegExp }): string {
  const lines: string[] = []
  const visit = (relative: string): void => {
    const where = Buffer.from(`${Buffer.from(root).toString('latin1')}/${relative}`, 'latin1')
    for (const entry of fs.readdirSync(where, { withFileTypes: true, encoding: 'latin1' }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (options.skip?.test(child)) continue
      const at = Buffer.from(`${Buffer.from(root).toString('latin1')}/${child}`, 'latin1')
      const stats = fs.lstatSync(at, { bigint: true })
      const mode = options.exact ? stats.mode : stats.mode & 0o170500n
      // git renews the time of an object that it would have written again.
      const time = options.exact && !entry.isDirectory() && !child.startsWith('.git/objects/') ? stats.mtimeNs : ''
      const content = entry.isSymbolicLink() ? fs.readlinkSync(at) : entry.isFile() ? crypto.createHash('sha1').update(fs.readFileSync(at)).digest('hex') : ''
      lines.push(`${child} ${mode.toString(8)} ${time} ${content}`)
      if (entry.isDirectory()) visit(child)
    }
  }
  visit('')
  return lines.join('\n')
}
