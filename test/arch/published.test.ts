import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { publishedSchemas } from '../../src/cli/published-schemas.ts'
import { version } from '../../src/cli/version.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))

test('the published schemas are those of the code (node scripts/schemas.mjs writes them)', () => {
  for (const [name, schema] of Object.entries(publishedSchemas())) assert.deepEqual(read(`schemas/${name}`), JSON.parse(JSON.stringify(schema)), name)
})

test('the version is the same everywhere', () => {
  assert.equal((read('package.json') as { version: string }).version, version)
})
