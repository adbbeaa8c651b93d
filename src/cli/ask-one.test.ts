import assert from 'node:assert/strict'
import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { askOne, describeOffered } from './ask-one.ts'

/** Types a line whenever it is prompted, and ends the input when there is no other. */
async function say(typed: readonly string[], offered: string): Promise<string | undefined> {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const left = [...typed]
  output.on('data', (chunk: Buffer) => {
    if (!chunk.toString().includes('? ')) return
    const line = left.shift()
    if (line === undefined) input.end()
    else input.write(`${line}\n`)
  })
  const lines = createInterface({ input, output })
  try {
    return await askOne({ lines, prompt: '? ', offered, signal: new AbortController().signal })
  } finally {
    lines.close()
  }
}

describe('a question at the terminal', () => {
  test('is answered by a letter or its word, and by nothing with no', async () => {
    for (const [typed, letter] of [['y', 'y'], [' YES ', 'y'], ['n', 'n'], ['', 'n'], ['all', 'a'], ['l', 'l'], ['remember', 'r']] as const) assert.equal(await say([typed], 'ynarl'), letter)
    assert.equal(describeOffered('ynl'), '[y]es, [N]o, [l]ater')
  })

  test('is asked again after what is no answer, or none of those that are offered', async () => {
    assert.equal(await say(['yse', 'y'], 'ynl'), 'y')
    assert.equal(await say(['r', 'a', 'l'], 'ynl'), 'l')
    assert.equal(await say(['labels', 'no'], 'ynl'), 'n')
  })

  test('is not answered by the end of the input', async () => {
    assert.equal(await say([], 'ynl'), undefined)
    assert.equal(await say(['what'], 'ynl'), undefined)
  })

  test('ends with the run', async () => {
    const lines = createInterface({ input: new PassThrough(), output: new PassThrough() })
    const interrupted = new AbortController()
    const asked = askOne({ lines, prompt: '? ', offered: 'ynl', signal: interrupted.signal })
    interrupted.abort()
    await assert.rejects(asked, { name: 'AbortError' })
    lines.close()
  })
})
