import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { findPipePool, type RealPipe } from './pipe-pool.ts'

async function say(pipe: RealPipe, text: string): Promise<string> {
  fs.writeSync(pipe.writer, text)
  pipe.closeWriter()
  let heard = ''
  pipe.reader.on('data', (chunk: Buffer) => { heard += chunk.toString() })
  await once(pipe.reader, 'close')
  return heard
}

test('pipes that were laid by belong to the first who takes them, and what is no pipe is left alone', { skip: process.platform !== 'linux' }, async () => {
  const stock = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-stock-'))
  try {
    execFileSync('mkfifo', ['-m', '600', ...['a', 'b', 'c'].map((name) => path.join(stock, name))])
    fs.writeFileSync(path.join(stock, 'd'), 'a file')
    fs.symlinkSync('/dev/null', path.join(stock, 'e'))
    const [one, two] = [findPipePool({ stock }), findPipePool({ stock })]
    assert.ok(one && two)
    assert.deepEqual(fs.readdirSync(stock).sort(), ['d', 'e'])
    assert.ok(await one.ready())
    assert.ok(await two.ready())
    const [first, second] = [one.open(), two.open()]
    assert.deepEqual(await Promise.all([say(first, 'first'), say(second, 'second')]), ['first', 'second'])
    one.close()
    two.close()
  } finally {
    fs.rmSync(stock, { recursive: true, force: true })
  }
})

test('a process lays by what the next one takes', { skip: process.platform !== 'linux' }, async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-stock-'))
  const stock = path.join(home, 'pipes')
  try {
    fs.mkdirSync(stock)
    const filled = new Promise<void>((resolve) => {
      const watcher = fs.watch(stock, () => {
        if (fs.readdirSync(stock).length < 8) return
        watcher.close()
        resolve()
      })
    })
    const pool = findPipePool({ stock })
    await filled
    assert.ok(fs.readdirSync(stock).every((name) => fs.statSync(path.join(stock, name)).isFIFO()))
    pool?.close()
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
})
