import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createGitProcess } from './git-process.ts'
import { getPersonRepository } from './person-repository.ts'
import { findPlainCore } from './plain-settings.ts'
import { createTestRepository } from './test-repository.ts'

const plain: Readonly<Record<string, string>> = {
  'nothing of its own': '',
  'a bare name, upper case and comments': '# hello\n; there\n[Core]\n\tAutoCRLF = input\n\tfsmonitor\n\teol=lf  \n',
  'the last one wins': '[core]\n\tautocrlf = true\n[user]\n\tname = A "quoted" one\n[core]\n\tautocrlf = false\n\texcludesfile = ~/my ignore\n',
  'subsections are others': '[core "sub"]\n\tautocrlf = true\n[core.dotted]\n\teol = crlf\n[branch "core"]\n\tmerge = x\n',
}
const notPlain: Readonly<Record<string, string>> = {
  'an include': '[include]\n\tpath = other\n',
  'a conditional include': '[includeIf "gitdir:/x"]\n\tpath = other\n',
  'a quoted value': '[core]\n\texcludesfile = "a b"\n',
  'a continued line': '[alias]\n\tx = a \\\n  b\n',
  'a comment after the value': '[core]\n\teol = lf # because\n',
  'a section and a setting on one line': '[core] eol = lf\n',
}

async function read(config: string): Promise<{ ours: Map<string, string> | undefined; gits: Map<string, string> }> {
  const repo = createTestRepository()
  try {
    fs.appendFileSync(path.join(repo.home, '.gitconfig'), config)
    const person = await getPersonRepository(repo.root, { runGit: createGitProcess('git'), env: repo.env })
    const said = execFileSync('git', ['config', '-z', '--get-regexp', '^core\\.[^.]+$'], { cwd: repo.root, env: repo.env, encoding: 'utf8' })
    const gits = new Map(said.split('\0').filter(Boolean).map((record) => {
      const [key, value] = record.split(/\n(.*)/s)
      return [key ?? '', value ?? 'true'] as const
    }))
    return { ours: findPlainCore(person, 'git', repo.env), gits }
  } finally {
    repo.remove()
  }
}

for (const [name, config] of Object.entries(plain)) {
  test(`what is written plainly is read as git reads it: ${name}`, async () => {
    const { ours, gits } = await read(config)
    assert.ok(gits.size > 0)
    assert.deepEqual(ours && [...ours].sort(), [...gits].sort())
  })
}

for (const [name, config] of Object.entries(notPlain)) {
  test(`git is asked: ${name}`, async () => {
    assert.equal((await read(config)).ours, undefined)
  })
}

test('settings in the environment, and a git from elsewhere, are for git to explain', async () => {
  const repo = createTestRepository()
  try {
    const runGit = createGitProcess('git')
    const withCount = await getPersonRepository(repo.root, { runGit, env: { ...repo.env, GIT_CONFIG_COUNT: '0' } })
    const usual = await getPersonRepository(repo.root, { runGit, env: repo.env })
    assert.ok(findPlainCore(usual, 'git', repo.env))
    if ('GIT_CONFIG_COUNT' in withCount.env) assert.equal(findPlainCore(withCount, 'git', repo.env), undefined)
    const { GIT_CONFIG_NOSYSTEM: _, ...env } = repo.env
    const system = await getPersonRepository(repo.root, { runGit, env })
    assert.equal(findPlainCore(system, '/opt/own/bin/git', env), undefined)
  } finally {
    repo.remove()
  }
})
