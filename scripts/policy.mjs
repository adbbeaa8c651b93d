// Puts the built-in policy (src/adapters/policy-cedar/builtin/) into JSON modules, because a bundled program reads no files
// beside itself. `npm run check` (a test) holds them to the folder.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCedar } from '../src/adapters/policy-cedar/cedar.ts'
import { parseRules } from '../src/adapters/policy-cedar/parse-rules.ts'
import { openFolder, readBundle, readCases } from '../src/adapters/policy-cedar/read-bundle.ts'

const adapter = join(dirname(fileURLToPath(import.meta.url)), '..', 'src/adapters/policy-cedar')
const folder = join(adapter, 'builtin')
const bundle = await readBundle('built-in', openFolder(folder))
const { layer, digest, manifest, files } = bundle
const { rules, problems } = parseRules(getCedar(), bundle)
if (problems.length > 0) throw new Error(JSON.stringify(problems, undefined, 2))
const write = (name, value) => writeFileSync(join(adapter, name), `${JSON.stringify(value, undefined, 2)}\n`)
write('builtin.json', { schema: readFileSync(join(folder, 'writ.cedarschema'), 'utf8'), bundle: { layer, digest, manifest, files } })
write('builtin-cases.json', await readCases(bundle))
// Parsed already: a run need not.
writeFileSync(join(adapter, 'builtin-rules.json'), `[\n${rules.map(({ bundle: _, ...rule }) => JSON.stringify(rule)).join(',\n')}\n]\n`)
