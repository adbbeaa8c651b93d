import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openTools } from '../../cli/compose-engine.ts'
import { resolveSpecialists, type Resolved } from '../../domain/specialist/resolve-specialists.ts'
import { usualTools } from '../../domain/specialist/specialist.ts'
import { Fault } from '../../protocol/fault.ts'
import { toolNames } from '../../protocol/specialist.ts'
import { builtinSpecialists } from './builtin-specialists.ts'
import { mostBytes, parseSpecialist } from './parse-specialist.ts'
import { readRepositoryFolder, readUserFolder } from './read-specialists.ts'

const parse = (text: string | Uint8Array, name = 'scribe') => parseSpecialist({ layer: 'user', place: `folder/${name}.md`, bytes: typeof text === 'string' ? Buffer.from(text) : text })

test('the JSON module is made of the built-in files (node scripts/specialists.mjs writes it)', async () => {
  const folder = fileURLToPath(new URL('builtin', import.meta.url))
  const names = readdirSync(folder).sort()
  assert.deepEqual(names, ['coder.md', 'debugger.md', 'documenter.md', 'merger.md', 'planner.md', 'reviewer.md', 'tester.md'])
  const parsed = await Promise.all(names.map((name) => parseSpecialist({ layer: 'built-in', place: `built-in/${name}`, bytes: readFileSync(join(folder, name)) })))
  assert.deepEqual(builtinSpecialists, JSON.parse(JSON.stringify(parsed)))
})

test('the built-in ones are all in force, and whoever looks cannot write', () => {
  const { specialists, refused }: Resolved = resolveSpecialists(builtinSpecialists)
  assert.deepEqual(refused, [])
  for (const role of ['planner', 'reviewer']) assert.deepEqual(specialists.get(role)?.tools.filter((tool) => ['edit', 'patch', 'write', 'shell'].includes(tool)), [], role)
})

test('the names of tools are those of the tools, in their order', () => {
  assert.deepEqual(openTools([], {}).all.map(({ name }) => name), [...toolNames])
  assert.deepEqual(openTools([], {}).list.map(({ name }) => name), usualTools)
})

test('front matter is read, with words below it', async () => {
  const read = await parse('---\r\nrole: scribe\r\ndescription: writes\r\nbudget: { max_turns: 3 }\r\n---\r\n\r\nWrite.\r\n---\r\nMore.\r\n')
  assert.deepEqual([read.file, read.words], [{ role: 'scribe', description: 'writes', budget: { max_turns: 3 } }, 'Write.\n---\nMore.'])
  assert.equal((await parse('---\nrole: scribe\n---')).words, '')
})

test('what cannot be read is named, with what is wrong', async () => {
  const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['Write.', /folder\/scribe\.md cannot be read: it has no front matter/],
    ['---\nrole: scribe\nWrite.', /no front matter/],
    ['---\nrole: [\n---\n', /not valid YAML/],
    ['---\nrole: coder\n---\n', /it is about the role coder, and then its name is coder\.md/],
    ['---\nrole: Scribe\n---\n', /role: /],
    ['---\nrole: scribe\ntool: [read]\n---\n', /tool/],
    ['---\nrole: scribe\ntools: [bash]\n---\n', /line 3: tools\.0: it has to be one of read, list/],
    ['---\nrole: scribe\nscope: ["/etc/**"]\n---\n', /scope\.0: it is relative to the root/],
    ['---\nrole: scribe\nscope: ["src/../../x"]\n---\n', /scope\.0: it is relative to the root/],
    ['---\nrole: scribe\nscope: ["src/[ab]"]\n---\n', /scope\.0: it may have/],
    ['---\nrole: scribe\nmodel: medium\n---\n', /model: it is small, large or provider\/model/],
    ['---\nrole: scribe\nbudget: { max_turns: 0 }\n---\n', /budget\.max_turns/],
    [`---\nrole: scribe\n---\n${'a'.repeat(20_001)}`, /longer than 20000 characters/],
    [`---\nrole: scribe\n${'# a\n'.repeat(3_000)}---\n`, /front matter is longer/],
    ['a'.repeat(mostBytes + 1), /larger than 128 KiB/],
    [Uint8Array.of(0xff, 0xfe), /not UTF-8/],
  ]
  for (const [text, said] of cases) await assert.rejects(parse(text), (thrown) => thrown instanceof Fault && thrown.code === 'request-invalid' && said.test(thrown.message), String(said))
})

test('folders are read in their order, and bounded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-specialists-'))
  try {
    assert.deepEqual(await readUserFolder(join(folder, 'none')), [])
    for (const name of ['b.md', 'a.md', 'notes.txt']) writeFileSync(join(folder, name), name)
    assert.deepEqual((await readUserFolder(folder)).map(({ place }) => place), [join(folder, 'a.md'), join(folder, 'b.md')])
    mkdirSync(join(folder, 'many'))
    for (let n = 0; n < 65; n += 1) writeFileSync(join(folder, 'many', `r${n}.md`), '')
    await assert.rejects(readUserFolder(join(folder, 'many')), /has 65 specialists; at most 64 are read/)
  } finally {
    rmSync(folder, { recursive: true })
  }
  const files = new Map(['.writ/specialists/a.md', '.writ/specialists/deep/b.md', 'a.md'].map((path) => [path, Buffer.from(path)]))
  const read = await readRepositoryFolder({ list: async () => [...files.keys()], readAll: async (paths) => new Map(paths.flatMap((path) => [[path, files.get(path) ?? Buffer.of()] as const])) })
  assert.deepEqual(read.map(({ place, layer }) => [place, layer]), [['.writ/specialists/a.md', 'repository']])
})
