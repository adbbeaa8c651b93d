import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { createGitProcess } from './git-process.ts'
import { createLoosePacker } from './loose-packer.ts'
import type { PrivateRepository } from './private-repository.ts'

it('packs what is loose, whether or not anything refers to it, and loses nothing', async () => {
  const gitDir = mkdtempSync(join(tmpdir(), 'writ-pack-'))
  try {
    const env = { PATH: process.env['PATH'] ?? '', HOME: gitDir, GIT_DIR: gitDir }
    const git = (args: readonly string[], input = ''): string => execFileSync('git', args, { env, cwd: gitDir, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
    git(['init', '-q', '--bare'])
    const ids = Array.from({ length: 40 }, (_, n) => git(['hash-object', '-w', '--stdin'], `content ${n}\n`).trim())
    const run = createGitProcess('git')
    const repository = { gitDir, git: (args: readonly string[], extra: object) => run({ args, env, cwd: gitDir, ...extra }) } as unknown as PrivateRepository
    const packer = createLoosePacker(repository, { manyLoose: 0, someLoose: 0, between: 1 })
    packer.afterSnapshot()
    await packer.finish()
    const left = readdirSync(join(gitDir, 'objects')).filter((name) => name.length === 2).flatMap((name) => readdirSync(join(gitDir, 'objects', name)))
    assert.deepEqual(left, [])
    for (const [n, id] of ids.entries()) assert.equal(git(['cat-file', 'blob', id]), `content ${n}\n`)
  } finally {
    rmSync(gitDir, { recursive: true, force: true })
  }
})
