import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findEncoded } from './encoded/find-encoded.ts'
import { findSecrets } from './find-secrets.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

function listTexts(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]sx?|json|md|map)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < 2_000_000)
}

function listFound(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    return [...findSecrets(text), ...findEncoded(text, findSecrets)].map(({ from, to, kind }) => `${path.slice(root.length)}: ${kind} ${text.slice(Math.max(0, from - 20), to)}`)
  })
}

it('finds nothing in our own sources, documents and lockfile', () => {
  const paths = [...['src', 'docs', 'schemas', 'scripts', 'bench', 'bin'].flatMap((name) => listTexts(join(root, name))), ...['package.json', 'package-lock.json', 'README.md'].map((name) => join(root, name))]
  assert.ok(paths.length > 300)
  assert.deepEqual(listFound(paths), [])
})

it('finds nothing in the sources of packages that are installed, minified ones among them', () => {
  const paths = ['commander', 'yaml', 'diff', 'picomatch', 'zod/v4/core', '@types/node'].flatMap((name) => listTexts(join(root, 'node_modules', name)))
  assert.ok(paths.length > 300)
  assert.deepEqual(listFound(paths), [])
})
