import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { prepareFoundation } from './foundation.ts'

test('a place on PATH that cannot be looked into is passed over', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-foundation-'))
  try {
    // Root may enter a closed directory; a link to itself nobody may follow.
    const closed = path.join(home, 'closed')
    const loop = path.join(home, 'loop')
    fs.mkdirSync(path.join(closed, 'bin'), { recursive: true })
    fs.chmodSync(closed, 0o000)
    fs.symlinkSync('loop', loop)
    const env = { HOME: home, PATH: [path.join(closed, 'bin'), loop, process.env['PATH'] ?? '/usr/bin'].join(':') }
    const foundation = prepareFoundation({ stateDir: path.join(home, 'state'), env, bwrapPath: undefined })
    assert.ok(path.isAbsolute(foundation.bwrap))
    fs.closeSync(foundation.nothing)
  } finally {
    fs.chmodSync(path.join(home, 'closed'), 0o700)
    fs.rmSync(home, { recursive: true, force: true })
  }
})
