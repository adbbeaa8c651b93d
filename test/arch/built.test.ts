import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nodeHarness } from '../../src/adapters/solver-repair/lane/node-harness.ts'
import { pythonHarness } from '../../src/adapters/solver-repair/lane/python-harness.ts'

const chunks = new URL('../../dist/chunks/', import.meta.url)

test('programs that Writ carries as text reach the sandbox as they were written: the build changes nothing in them', () => {
  const built = readdirSync(chunks).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(name, chunks), 'utf8'))
  for (const program of [nodeHarness, pythonHarness]) {
    const lines = program.split('\n').filter((line) => /^(?:import|from|const|def|function)\b/.test(line))
    assert.ok(lines.length >= 5)
    assert.ok(built.some((text) => lines.every((line) => text.includes(line))), lines[0])
  }
})
