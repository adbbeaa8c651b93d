import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createCommandReader } from '../../src/adapters/command-bash/command-reader.ts'
import { CommandReading } from '../../src/protocol/command.ts'
import { placeWith } from './reading-place.ts'

const reader = createCommandReader()
const pieces = ['git', 'push', ' ', '\n', ';', '&', '&&', '|', '||', '(', ')', '((', '))', '{', '}', '[[', ']]', '$', '$(', '${', '}', '`', '"', "'", "$'", '\\', '<', '>', '<<', '<<<', '<<E', 'E', '<(', '&>', '2>&1', '#', '=', '+=', 'a', 'a=', '$a', '$@', '"$@"', '${a:-', '${a/', '${a[', '*', '?', '[', ']', '!', '~', '-c', 'bash', 'eval', 'if', 'then', 'else', 'fi', 'for', 'in', 'do', 'done', 'while', 'case', 'esac', ';;', 'function', 'f()', 'f', 'coproc', 'trap', 'EXIT', 'xargs', 'find', '-exec', '{}', 'python3', 'node', '-e', 'os.system("', 'é', '\u0000', '\uE000', '\t', '-', '1']

test('2,000 heaps of shell signs are read without a fault, to a reading of the right shape', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), async (parts) => {
    CommandReading.parse(await reader.read(parts.join(''), placeWith()))
  }), { seed: 5, numRuns: 2000 })
})

/** Short to write, endless to follow. */
const endless: Readonly<Record<string, string>> = {
  'nested substitutions': 'echo '.concat('$('.repeat(5000)),
  'brackets': `${'( '.repeat(20_000)}ls${' )'.repeat(20_000)}`,
  'nested loops': 'for i in {1..200}; do for j in {1..200}; do for k in {1..200}; do :; done; done; done',
  'braces': 'echo {1..500}{1..500}{1..500}',
  'a text that is worked on again and again': `x=${'a'.repeat(60_000)}; for i in {1..200}; do for j in {1..200}; do y=\${x//a/b}; done; done`,
  'a text that doubles': `x=a; ${'x=$x$x; '.repeat(500)}`,
  'functions that call twice': `${Array.from({ length: 20 }, (_, index) => `f${index}(){ f${index + 1}; f${index + 1}; }`).join('; ')}; f20(){ :; }; f0`,
  'a function that calls itself': 'f(){ f; }; f',
  'eval in eval': `${'eval '.repeat(3000)}ls`,
  'more than a command may say': 'ls; '.repeat(30_000),
}

for (const [name, command] of Object.entries(endless)) {
  test(`${name}: said not to be understood`, async () => {
    const { unknown } = await reader.read(command, placeWith())
    assert.ok(unknown.length > 0)
  })
}

test('a script that starts itself comes to an end', async () => {
  const { unknown } = await reader.read('bash a.sh', placeWith({ 'a.sh': 'bash b.sh', 'b.sh': 'bash a.sh' }))
  assert.ok(unknown.length > 0)
})
