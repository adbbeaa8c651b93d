// Puts the built-in policy (src/adapters/policy-cedar/builtin/) into JSON modules, because a bundled program reads no files
// beside itself. `npm run check` (a test) holds them to the folder.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readBundle, readCases } from '../src/adapters/policy-cedar/read-bundle.ts'

const adapter = join(dirname(fileURLToPath(import.meta.url)), '..', 'src/adapters/policy-cedar')
const folder = join(adapter, 'builtin')
const { layer, digest, manifest, files } = await readBundle('built-in', folder)
const write = (name, value) => writeFileSync(join(adapter, name), `${JSON.stringify(value, undefined, 2)}\n`)
write('builtin.json', { schema: readFileSync(join(folder, 'writ.cedarschema'), 'utf8'), bundle: { layer, digest, manifest, files } })
write('builtin-cases.json', await readCases(folder))
