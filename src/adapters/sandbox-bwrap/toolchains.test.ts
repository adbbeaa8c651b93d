import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { limits, toText } from './test-bench.ts'
import { createBwrapSandbox } from './driver.ts'
import { findToolchains } from './toolchain-cache.ts'
import { discoverToolchains } from './toolchains.ts'

// Not below /tmp on purpose: a home directory in a place of its own, as most are.
const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-tools-')))
const home = path.join(root, 'home')
const at = (...parts: string[]): string => path.join(home, ...parts)
after(() => fs.rmSync(root, { recursive: true, force: true }))

function put(file: string, text = '#!/bin/sh\necho "$0 ran"\n'): void {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text, { mode: 0o755 })
}

put(at('.nvm/versions/node/v1/bin/node'))
put(at('.cargo/bin/cargo'))
put(at('.cargo/credentials.toml'), 'token')
put(at('.m2/repository/x'))
put(at('.m2/settings.xml'), 'password')
put(at('proj/node_modules/pkg/cli.js'))
put(at('proj/.env'), 'secret')
put(at('venv/bin/python'))
put(at('venv/pyvenv.cfg'), '')
put(at('bin/own'))
put(at('private/tool'))
put(path.join(root, 'elsewhere/sdk/bin/sdk'))
fs.mkdirSync(path.join(root, 'elsewhere/sdk/lib'))
fs.mkdirSync(at('proj/node_modules/.bin'))
fs.symlinkSync('../pkg/cli.js', at('proj/node_modules/.bin/cli'))
fs.symlinkSync(path.join(root, 'elsewhere/sdk/bin/sdk'), at('proj/node_modules/.bin/sdk'))
fs.symlinkSync(at('private/tool'), at('bin/tool'))
put(at('.ssh/id'), 'secret')
fs.symlinkSync(at('.ssh/id'), at('bin/leak'))

const env = {
  HOME: home,
  PATH: [at('proj/node_modules/.bin'), at('.nvm/versions/node/v1/bin'), at('.cargo/bin'), at('venv/bin'), at('bin'), 'relative/bin', at('not-there'), '/usr/bin', '/bin'].join(':'),
  CARGO_HOME: at('.cargo'),
  JAVA_HOME: '/no/such/java',
  API_TOKEN: 'secret',
}
const options = { env, home, hidden: [] }

test('binds what PATH needs and nothing wider', () => {
  const found = discoverToolchains(options)
  const places = found.roots.map((entry) => entry.at)
  for (const expected of [at('.nvm'), at('.cargo/bin'), at('.m2/repository'), at('proj/node_modules'), at('venv'), at('bin'), path.join(root, 'elsewhere/sdk'), at('private')]) {
    assert.ok(places.includes(expected), `${expected} in ${places.join(' ')}`)
  }
  for (const place of places) {
    for (const hidden of [home, at('.cargo'), at('.m2'), at('proj'), at('.ssh'), root, path.join(root, 'elsewhere')]) assert.notEqual(place, hidden)
    assert.ok(!place.includes('.ssh'))
  }
  assert.ok(!found.path.includes('relative') && !found.path.includes('not-there'))
  assert.ok(found.path.startsWith(at('proj/node_modules/.bin')))
  assert.deepEqual(found.env, { CARGO_HOME: at('.cargo') })
})

test('the programs run inside, their secrets are not there', async () => {
  const sandbox = createBwrapSandbox({ stateDir: path.join(root, 'state'), env })
  const script = `cli; sdk; node; cargo; python; own; tool; cat ${at('.cargo/credentials.toml')} ${at('.m2/settings.xml')} ${at('proj/.env')} ${at('.ssh/id')} ${at('bin/leak')} 2>/dev/null; echo end`
  const result = await sandbox.run({ argv: ['/bin/sh', '-c', script], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits }, new AbortController().signal)
  const lines = toText(result.output).trim().split('\n')
  assert.equal(lines.length, 8, toText(result.output))
  assert.ok(lines.slice(0, 7).every((line) => line.endsWith(' ran')))
  assert.equal(lines[7], 'end')
})

test('the answer is kept until PATH or one of its directories changes', () => {
  const cacheFile = path.join(root, 'toolchains.json')
  const first = findToolchains({ ...options, cacheFile })
  const stamp = fs.statSync(cacheFile).mtimeMs
  assert.deepEqual(findToolchains({ ...options, cacheFile }), first)
  assert.equal(fs.statSync(cacheFile).mtimeMs, stamp)
  put(path.join(root, 'later/other/tool'))
  fs.symlinkSync(path.join(root, 'later/other/tool'), at('bin/later'))
  const second = findToolchains({ ...options, cacheFile })
  assert.ok(second.roots.some((entry) => entry.at === path.join(root, 'later/other')))
  fs.writeFileSync(cacheFile, '{"torn')
  assert.deepEqual(findToolchains({ ...options, cacheFile }), second)
})
