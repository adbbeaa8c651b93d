import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { createLicencesValidator } from './licences.ts'
import { lookAt, rulesOf } from './test-look.ts'

const validator = createLicencesValidator()
const settings = { licences: { allow: ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'LGPL-2.1-or-later'], deny: ['GPL-3.0-only', 'AGPL-3.0-only'] } }
const lock = (licence: string | undefined) => ({ 'package-lock.json': JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0', ...(licence === undefined ? {} : { license: licence }) } } }) })

describe('licences', () => {
  test('against what the policy allows and denies', async () => {
    for (const [licence, rule] of [
      ['MIT', undefined], ['(MIT OR GPL-3.0-only)', undefined], ['Apache-2.0 AND MIT', undefined], ['Apache 2', undefined], ['MIT/Apache-2.0', undefined], ['LGPL-2.1-or-later', undefined], ['LGPL-3.0-only', undefined],
      ['GPL-3.0-only', 'denied error'], ['GPL-3.0-or-later', 'denied error'], ['GPL-3.0', 'denied error'], ['GPL-3.0+', 'denied error'], ['AGPL-3.0', 'denied error'], ['MIT AND GPL-3.0-only', 'denied error'], ['GPL-3.0-only WITH Classpath-exception-2.0', 'denied error'],
      ['ISC', 'not-allowed error'], ['(ISC OR WTFPL)', 'not-allowed error'], ['GPL-2.0-only', 'not-allowed error'], ['LicenseRef-own', 'not-allowed error'],
      ['SEE LICENSE IN x', 'unknown warning'], ['UNLICENSED', 'unknown warning'], [undefined, 'unknown warning'],
    ] as const) assert.deepEqual(await rulesOf(validator, { result: lock(licence), settings }), rule === undefined ? [] : [`licences/${rule}`], licence)
    assert.deepEqual(await rulesOf(validator, { result: lock('ISC'), settings: { licences: { deny: ['GPL-3.0-only'] } } }), [], 'all but those denied')
    assert.deepEqual(await rulesOf(validator, { result: lock(undefined), settings: { licences: { ...settings.licences, unknown: 'error' } } }), ['licences/unknown error'])
  })

  test('only what is new, or new in this version, is judged', async () => {
    assert.deepEqual(await rulesOf(validator, { base: lock('GPL-3.0-only'), result: { 'package-lock.json': `${lock('GPL-3.0-only')['package-lock.json']}\n` }, settings }), [])
    assert.equal(await lookAt(validator, { result: { 'src/a.ts': 'x\n' }, settings }), undefined)
  })

  test('without a policy nothing is judged, and it says so; a policy that names no licence is said to be wrong', async () => {
    const plain = await lookAt(validator, { result: lock('GPL-3.0-only') })
    assert.deepEqual(plain?.findings, [])
    assert.match(plain?.notes?.join() ?? '', /no licence is allowed or denied by the policy/)
    const wrong = await lookAt(validator, { result: lock('MIT'), settings: { licences: { allow: ['MIT', 'Apache Licence'] } } })
    assert.match(wrong?.notChecked ?? '', /names Apache Licence, which is no SPDX licence/)
  })

  test('lockfiles and installed packages of other ecosystems say it too', async () => {
    assert.deepEqual(await rulesOf(validator, { result: { 'composer.lock': JSON.stringify({ packages: [{ name: 'a/b', version: '1.0.0', license: ['MIT', 'GPL-3.0-only'] }, { name: 'c/d', version: '1.0.0', license: ['GPL-3.0-only'] }] }) }, settings }), ['licences/denied error'])
    const cargo = { 'Cargo.lock': '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\n', 'vendor/a/Cargo.toml': '[package]\nname = "a"\nversion = "1.0.0"\nlicense = "GPL-3.0"\n' }
    assert.deepEqual(await rulesOf(validator, { base: { 'vendor/a/Cargo.toml': cargo['vendor/a/Cargo.toml'] }, result: { 'Cargo.lock': cargo['Cargo.lock'] }, settings }), ['licences/denied error'])
    assert.deepEqual(await rulesOf(validator, { result: { 'yarn.lock': '# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n', 'node_modules/a/package.json': '{ "version": "1.0.0", "licenses": [{ "type": "AGPL-3.0" }] }' }, settings }), ['licences/denied error'])
    assert.deepEqual(await rulesOf(validator, { result: { 'package.json': '{ "dependencies": { "a": "^1" } }', 'node_modules/a/package.json': '{ "version": "1.0.0", "license": "ISC" }' }, settings }), ['licences/not-allowed error'])
    assert.deepEqual(await rulesOf(validator, { result: { 'yarn.lock': '# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.1"\n', 'node_modules/a/package.json': '{ "version": "1.0.0", "license": "MIT" }' }, settings }), ['licences/unknown warning'], 'another version is installed')
  })

  test('a virtual environment is read through the sandbox, whatever the case of its folders', async () => {
    const home = await mkdtemp(join(tmpdir(), 'writ-venv-'))
    const metadata = async (name: string, text: string): Promise<void> => {
      const path = join(home, `lib/python3.13/site-packages/${name}.dist-info/METADATA`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, `Metadata-Version: 2.4\nName: x\n${text}\n\nLicense-Expression: MIT\n`)
    }
    try {
      await metadata('Some_Thing-2.0', 'License-Expression: AGPL-3.0-only')
      await metadata('other-1.0', 'Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)')
      await metadata('fine-1.0', 'License: BSD-3-Clause')
      assert.deepEqual(await rulesOf(validator, { result: { 'requirements.txt': 'some-thing==2.0\nother==1.0\nfine==1.0\nabsent==1.0\n' }, settings, dependencies: { '.venv': home } }), ['licences/denied error', 'licences/denied error', 'licences/unknown warning'])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
})
