import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { signBody } from '../../src/adapters/notify/sign.ts'
import { ConfigFile } from '../../src/cli/config.ts'

const text = readFileSync(new URL('../../docs/hooks.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] => [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map((each) => each[1] ?? '')

const at = 1_700_000_000_000
const body = '{"text":"grüße"}'
const header = signBody(body, 's3cret', at)
/** body, header, secret, now in milliseconds → does it verify? */
const cases: readonly (readonly [string, string, string, number, boolean])[] = [
  [body, header, 's3cret', at + 60_000, true],
  [body, header, 'other', at, false],
  [`${body} `, header, 's3cret', at, false],
  [body, header, 's3cret', at + 301_000, false],
  [body, header.replace(/v1=./, 'v1=x'), 's3cret', at, false],
  [body, '', 's3cret', at, false],
]

test('the documented code in JavaScript verifies a signature and refuses others', async () => {
  const [code = ''] = blocks('js')
  const { isFromWrit } = await import(`data:text/javascript,${encodeURIComponent(code)}`) as { isFromWrit: (...given: readonly unknown[]) => boolean }
  for (const [given, signature, secret, now, holds] of cases) assert.equal(isFromWrit(given, signature, secret, now), holds, `${signature} ${secret} ${now}`)
})

test('the documented code in Python verifies a signature and refuses others', () => {
  const [code = ''] = blocks('python')
  const main = 'import json, sys\nprint(json.dumps([is_from_writ(b.encode(), h, s, n / 1000) for b, h, s, n, _ in json.load(sys.stdin)]))\n'
  const said = execFileSync('python3', ['-c', `${code}\n${main}`], { encoding: 'utf8', input: JSON.stringify(cases) })
  assert.deepEqual(JSON.parse(said), cases.map((each) => each[4]))
})

test('every documented configuration fits', () => {
  const configurations = blocks('yaml')
  assert.equal(configurations.length, 5)
  for (const each of configurations) assert.deepEqual(ConfigFile.safeParse(parse(each)).error?.issues ?? [], [], each)
})
