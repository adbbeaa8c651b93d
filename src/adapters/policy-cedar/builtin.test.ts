import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toQuestion } from '../../cli/ask-policy.ts'
import { builtinBundle, policySchema, readBuiltinRules } from './builtin-bundle.ts'
import { getCedar } from './cedar.ts'
import { createCedarPolicy } from './cedar-policy.ts'
import { parseRules, validateRules } from './parse-rules.ts'
import { openFolder, readBundle, readCases } from './read-bundle.ts'
import { runCases } from './run-cases.ts'

const folder = fileURLToPath(new URL('builtin', import.meta.url))

test('the JSON modules are those of the folder (node scripts/policy.mjs writes them)', async () => {
  const { place: _, cases, ...read } = await readBundle('built-in', openFolder(folder))
  const { place: __, ...built } = builtinBundle
  assert.deepEqual(built, read)
  assert.equal(policySchema, readFileSync(`${folder}/writ.cedarschema`, 'utf8'))
  assert.deepEqual(JSON.parse(readFileSync(new URL('builtin-cases.json', import.meta.url), 'utf8')), JSON.parse(JSON.stringify(await readCases({ ...builtinBundle, cases: cases ?? '' }))))
})

test('the built-in rules parse, fit the schema and can all hold', async () => {
  const cedar = getCedar()
  const { rules, problems } = parseRules(cedar, builtinBundle)
  assert.deepEqual(problems, [])
  assert.deepEqual(await readBuiltinRules(builtinBundle), rules)
  assert.deepEqual(validateRules(cedar, policySchema, rules), { errors: [], warnings: [] })
})

test('the built-in rules answer every case beside them, and every rule decides one', async () => {
  const cases = await readCases(await readBundle('built-in', openFolder(folder)))
  assert.ok(cases && cases.length >= 60)
  const policy = createCedarPolicy([builtinBundle])
  await policy.ready()
  const results = await runCases(policy, cases, (asked) => toQuestion(asked))
  assert.deepEqual(results.filter(({ ok }) => !ok), [])
  const { rules } = parseRules(getCedar(), builtinBundle)
  const decisive = new Set(results.flatMap(({ rule }) => rule ?? []))
  // An amendment is permitted so that it can be asked about.
  assert.deepEqual(rules.map(({ id }) => id).filter((id) => !decisive.has(id)), ['amend'])
})
