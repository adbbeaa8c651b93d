import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { gitignoresFor, isIgnored, isLeaving } from './ignored-paths.ts'

const files: Readonly<Record<string, string>> = {
  '.gitignore': '# made\n/made/\n*.log\n!keep.log\ncache\nsub/deep/*.txt\nmid/**/end\n[!a-z]x.bin  \n\\!bang\n{a,b}.txt\n',
  'sub/.gitignore': '!a.log\n*.tmp\n/only\n',
  'sub/cache/.gitignore': '!*\n',
}
const paths = [
  'made/x.js', 'src/made/x.js', 'a.log', 'keep.log', 'sub/a.log', 'sub/b.log', 'sub/x.tmp', 'x.tmp', 'sub/only', 'sub/in/only', 'cache/x', 'sub/cache/x', 'sub/deep/x.txt', 'sub/deep/er/x.txt', 'tests/conftest.py',
  'mid/end', 'mid/a/b/end', 'other/mid/end', '1x.bin', 'ax.bin', '!bang', 'a.txt', '{a,b}.txt', '.hidden/cache/x', '.hidden/a.log',
]

test('what is ignored is what git itself ignores', (t) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-ignored-'))
  t.after(() => fs.rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of [...Object.entries(files), ...paths.map((each) => [each, ''] as const)]) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  const git = (...args: readonly string[]): string => execFileSync('git', ['-c', 'core.excludesFile=/dev/null', ...args], { cwd: root, encoding: 'utf8' })
  git('init', '-q')
  const kept = new Set(git('ls-files', '-z', '--others', '--exclude-standard').split('\0'))
  const expected = paths.filter((each) => !kept.has(each))
  assert.ok(expected.length > 5 && expected.length < paths.length)
  assert.deepEqual(paths.filter((each) => isIgnored(each, (name) => files[name])), expected)
})

test('the files that have a say are those of the folders above', () => {
  assert.deepEqual(gitignoresFor('a/b/c.js'), ['.gitignore', 'a/.gitignore', 'a/b/.gitignore'])
})

test('what tools leave behind is known by its name, sources and judges are not', () => {
  for (const each of ['tests/__pycache__/a.pyc', '.pytest_cache/v/x', 'dist/package.json', 'packages/a/node_modules/b/package.json', 'coverage/x', '.coverage', 'a.pyc']) assert.equal(isLeaving(each), true, each)
  for (const each of ['conftest.py', 'package.json', 'src/distance.ts', 'builder/a.js', 'tests/__init__.py', 'dist', 'Makefile']) assert.equal(isLeaving(each), false, each)
})
