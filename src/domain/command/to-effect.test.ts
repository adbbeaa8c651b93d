import assert from 'node:assert/strict'
import test from 'node:test'
import { readCommand } from './read-command.ts'
import { toEffect } from './to-effect.ts'

const place = { home: '/repository', env: {}, isSecret: () => false, files: new Map<string, string | undefined>() }
const effectOf = (command: string, network: readonly string[]): string => toEffect(readCommand(command, place).reading, { network })

test('without a network grant nothing leaves, and a snapshot undoes the rest', () => {
  for (const command of ['git push --force', 'rm -rf .', 'npm publish', '$unknown', 'ssh host reboot']) assert.equal(effectOf(command, []), 'reversible', command)
})

test('with a grant, what stays with others cannot be undone, and what is not understood might', () => {
  for (const command of ['git push', 'npm publish', 'curl -d x https://a.example', 'ssh host ls', 'kubectl apply -f x', 'gh pr create', 'psql -h db -c "drop table x"', '$unknown', 'dig $x.a.example']) assert.equal(effectOf(command, ['a.example']), 'irreversible', command)
  for (const command of ['git fetch', 'npm install', 'curl https://a.example', 'rm -rf build', 'pip install x', 'psql -c "drop table x"', 'git reset --hard']) assert.equal(effectOf(command, ['a.example']), 'reversible', command)
})

test('only what is certain to look on is a read', () => {
  for (const command of ['ls -la src', 'cat a.ts | head -3', 'git log --oneline', 'grep -rn x src | wc -l', 'cd src && pwd']) assert.equal(effectOf(command, []), 'read', command)
  for (const command of ['ls > x', 'cat $f', 'npm test', 'sed -n 1p x', 'find . -delete', 'git log --output=x', 'echo x | tee y', 'awk 1 x', ':']) assert.equal(effectOf(command, []), 'reversible', command)
})
