import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { createCommandReader } from '../../src/adapters/command-bash/command-reader.ts'
import { placeWith } from './reading-place.ts'

/** Commands that all run `git push`, each by another peculiarity of a shell, a program or a language. Separated by `---`. */
const evasions = readFileSync(join(import.meta.dirname, 'evasions.txt'), 'utf8').trimEnd().split('\n---\n')

test(`${evasions.length} peculiar ways to run git push: it is shown, or something is said not to be understood`, async () => {
  assert.ok(evasions.length > 350)
  const reader = createCommandReader()
  const missed: string[] = []
  for (const command of evasions) {
    const { acts, unknown } = await reader.read(command, placeWith())
    if (unknown.length === 0 && !acts.some((act) => act.argv[0] === 'git' && act.argv.includes('push'))) missed.push(command)
  }
  assert.deepEqual(missed, [])
})
