import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fingerprint, makeMachine, type Machine } from '../e2e/harness.ts'

const npm = (machine: Machine, cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: machine.home, npm_config_offline: 'true', npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' } })

/** Packs a version of a package into the repository's `vendor/`. */
function pack(machine: Machine, name: string, version: string, code: string, extra: object = {}): void {
  const folder = join(machine.home, 'made', `${name}-${version}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'index.js', ...extra }))
  writeFileSync(join(folder, 'index.js'), code)
  npm(machine, folder, 'pack', '--silent')
  mkdirSync(join(machine.repo, 'vendor'), { recursive: true })
  copyFileSync(join(folder, `${name}-${version}.tgz`), join(machine.repo, 'vendor', `${name}-${version}.tgz`))
}

function depend(machine: Machine, versions: Readonly<Record<string, string>>, message: string): string {
  const dependencies = Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, `file:vendor/${name}-${version}.tgz`]))
  machine.write({ 'package.json': `${JSON.stringify({ name: 'app', version: '1.0.0', scripts: { test: 'node --test' }, dependencies }, undefined, 2)}\n` })
  npm(machine, machine.repo, 'install', '--package-lock-only', '--ignore-scripts')
  machine.git('add', '-A')
  machine.git('commit', '-qm', message)
  return machine.git('rev-parse', 'HEAD').trim()
}

describe('a check that fails since a dependency changed', () => {
  it('leads to the package and the commit, and to a rollback as a draft that nothing but a branch holds', async () => {
    const machine = makeMachine({
      '.gitignore': 'node_modules\n',
      'src/app.js': "const { greet, shout } = require('greet')\nconst { pad } = require('pad')\nexports.hello = (name) => pad(greet(name))\nexports.loud = (name) => (shout ? shout(name) : name)\n",
      'test/app.test.js': "const assert = require('node:assert/strict')\nconst { test } = require('node:test')\nconst { hello } = require('../src/app.js')\ntest('greets', () => assert.equal(hello('Ada'), ' Hello Ada '))\n",
    })
    try {
      pack(machine, 'greet', '1.0.0', "exports.greet = (name) => 'Hello ' + name\n")
      pack(machine, 'greet', '1.1.0', "exports.greet = (name) => 'Hi ' + name\nexports.shout = (name) => name.toUpperCase()\n")
      for (const version of ['1.0.0', '1.0.1', '1.0.2']) pack(machine, 'pad', version, "exports.pad = (text) => ' ' + text + ' '\n")
      depend(machine, { greet: '1.0.0', pad: '1.0.0' }, 'Begin')
      const culprit = depend(machine, { greet: '1.1.0', pad: '1.0.1' }, 'Newer versions')
      depend(machine, { greet: '1.1.0', pad: '1.0.2' }, 'Newer pad')
      const before = fingerprint(machine.repo)

      const ended = await machine.writ(['dependency-fault', '--json'])
      assert.equal(ended.code, 3, ended.stdout + ended.stderr)
      const found = JSON.parse(ended.stdout) as { kind: string; culprit: object; broughtBy: string; branch: string; note: string[] }
      assert.deepEqual([found.kind, found.culprit, found.broughtBy], ['culprit', { name: 'greet', from: '1.0.0', to: '1.1.0' }, culprit])
      assert.match(found.note.join('\n'), /Used by: 1 file of the repository \(src\/app\.js\); no other package needs it/)
      assert.match(found.note.join('\n'), /Would be lost, in use and only in the newer version: shout\./)
      assert.match(found.note.join('\n'), /Advisories: not checked \(no source is named: --advisories, or validation\.dependencies\.advisories of the policy\)/)
      assert.equal(fingerprint(machine.repo), before)

      const affected = (name: string, events: object[]): object[] => [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }]
      const known = join(machine.home, 'osv.json')
      writeFileSync(known, JSON.stringify([
        { id: 'OSV-1', summary: 'Greets whoever asks', affected: affected('greet', [{ introduced: '0' }, { fixed: '1.1.0' }]) },
        { id: 'OSV-2', affected: affected('greet', [{ introduced: '1.1.0' }]) }, { id: 'OSV-3', affected: affected('pad', [{ introduced: '0' }]) },
      ]))
      const looked = JSON.parse((await machine.writ(['dependency-fault', '--json', '--advisories', known])).stdout) as { note: string[] }
      assert.ok(looked.note.includes('Advisories that would come back with greet 1.0.0: OSV-1 (Greets whoever asks); that are against greet 1.1.0 alone, and would go: OSV-2.'), looked.note.join('\n'))
      const missing = await machine.writ(['dependency-fault', '--advisories', 'nowhere.json'])
      assert.equal(missing.code, 2, missing.stdout)
      assert.match(missing.stderr, /--advisories cannot be used: .*nowhere\.json/)

      // The draft keeps what came later, and mends the check once it is taken.
      const files = machine.git('diff', '--name-only', `HEAD...${found.branch}`).trim().split('\n')
      assert.deepEqual(files, ['package-lock.json', 'package.json'])
      machine.git('merge', '-q', found.branch)
      npm(machine, machine.repo, 'ci', '--ignore-scripts')
      assert.match(npm(machine, machine.repo, 'ls'), /greet@1\.0\.0[^]*pad@1\.0\.2/)
      npm(machine, machine.repo, 'test')
    } finally {
      machine.remove()
    }
  })

  it('is not blamed on a dependency where none is the cause, and other lockfiles are not guessed at', async () => {
    const machine = makeMachine({ '.gitignore': 'node_modules\n', 'test/app.test.js': "const assert = require('node:assert/strict')\nconst { test } = require('node:test')\ntest('own', () => assert.equal(1, 2))\n" })
    try {
      for (const version of ['1.0.0', '1.0.1']) pack(machine, 'pad', version, "exports.pad = (text) => text\n")
      depend(machine, { pad: '1.0.0' }, 'Begin')
      depend(machine, { pad: '1.0.1' }, 'Newer')
      const own = await machine.writ(['dependency-fault'])
      assert.equal(own.code, 1, own.stdout + own.stderr)
      assert.match(own.stdout, /it fails with the earlier states of the dependencies too, the oldest included/)
      const fine = await machine.writ(['dependency-fault', '--check', 'true'])
      assert.equal(fine.code, 1)
      assert.match(fine.stdout, /true passes with the dependencies as they are/)
      machine.git('rm', '-q', 'package-lock.json')
      machine.write({ 'pnpm-lock.yaml': 'lockfileVersion: 9.0\n' })
      machine.git('add', '-A')
      machine.git('commit', '-qm', 'Another package manager')
      const other = await machine.writ(['dependency-fault'])
      assert.equal(other.code, 2, other.stdout + other.stderr)
      assert.match(other.stderr, /the history of pnpm-lock\.yaml is not known here: only npm's package-lock\.json/)
    } finally {
      machine.remove()
    }
  })
})
