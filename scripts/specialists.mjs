// Puts the built-in specialists (src/adapters/specialists/builtin/*.md) into a JSON module, because a bundled program reads no
// files beside itself. `npm run check` (a test) holds it to the folder.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSpecialist } from '../src/adapters/specialists/parse-specialist.ts'

const adapter = join(dirname(fileURLToPath(import.meta.url)), '..', 'src/adapters/specialists')
const names = readdirSync(join(adapter, 'builtin')).filter((name) => name.endsWith('.md')).sort()
const parsed = await Promise.all(names.map((name) => parseSpecialist({ layer: 'built-in', place: `built-in/${name}`, bytes: readFileSync(join(adapter, 'builtin', name)) })))
writeFileSync(join(adapter, 'builtin.json'), `${JSON.stringify(parsed, undefined, 2)}\n`)
