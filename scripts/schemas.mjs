// Publishes the JSON Schemas of what people write by hand. `npm run check` (a test) holds the files to the code.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedSchemas } from '../src/cli/published-schemas.ts'

const directory = join(dirname(fileURLToPath(import.meta.url)), '..', 'schemas')
mkdirSync(directory, { recursive: true })
for (const [name, schema] of Object.entries(publishedSchemas())) writeFileSync(join(directory, name), `${JSON.stringify(schema, undefined, 2)}\n`)
