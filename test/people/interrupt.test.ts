import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { modelEnv } from '../e2e/harness.ts'
import { openPeopleBench, publishing } from './people-bench.ts'

const writ = join(import.meta.dirname, '..', '..', 'bin', 'writ.mjs')
const hasTerminal = ((): boolean => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    // Where there is no such program nobody can play a terminal.
    return false
  }
})()

/** A command on a terminal of its own; when it has printed `at`, these keys are pressed. */
async function typing(args: readonly string[], env: Readonly<Record<string, string | undefined>>, at: RegExp, keys: string): Promise<{ readonly code: number | null; readonly shown: string }> {
  const child = spawn('script', ['-qec', [process.execPath, writ, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'], { env: { PATH: process.env['PATH'], TERM: 'xterm', ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  let shown = ''
  let pressed = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (pressed || !at.test(shown)) return
    pressed = true
    child.stdin.write(keys)
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, shown }
}

test('Ctrl-C at a question interrupts, answers nothing, and is no fault of anything', { skip: !hasTerminal }, async () => {
  const bench = await openPeopleBench(publishing)
  try {
    assert.equal((await bench.writ('run', '--contract', 'contract.yaml')).code, 3)
    const env = { HOME: bench.machine.home, USER: 'person', ...modelEnv(bench.server) }
    const [waiting] = await bench.waiting()
    assert.ok(waiting)
    const answering = await typing(['approve', waiting.id], env, /Approve this\? \[y\/N\] /, '\u0003')
    assert.equal(answering.code, 130, answering.shown)
    assert.match(answering.shown, /interrupted while it asked: nothing was answered/)
    const ended = await typing(['approve', waiting.id], env, /Approve this\? \[y\/N\] /, '\u0004')
    assert.deepEqual([ended.code, /Nothing was answered\./.test(ended.shown)], [3, true], ended.shown)
    const resuming = await typing(['resume', waiting.run], env, /Approve ap_[0-9a-f]{10}\? /, '\u0003')
    assert.equal(resuming.code, 130, resuming.shown)
    assert.doesNotMatch(resuming.shown, /fault of Writ/)
    assert.equal((await bench.waiting()).length, 1)
    assert.deepEqual(bench.events().filter((event) => event.type === 'fault.met' || event.type === 'approval.given'), [])
  } finally {
    await bench.remove()
  }
})
