import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ValidationSettings } from '../../domain/validation/settings.ts'
import { Validation, type Finding } from '../../protocol/evidence.ts'
import { Fault } from '../../protocol/fault.ts'
import type { ChangeValidator, CommandValidator, FileValidator, ValidationRequest, Validator } from '../ports/validation.ts'
import { largestFile } from './contents.ts'
import { createValidators, type ValidatorParts } from './run-validators.ts'
import { surveyValidators } from './survey-validators.ts'
import { makeBench, type Program, type TestBench } from './test-bench.ts'

/** Finds a word, line by line, and counts how often it was asked. */
function wordValidator(change: Partial<FileValidator> & { readonly word?: string } = {}): FileValidator & { readonly calls: string[] } {
  const { word = 'TODO', ...face } = change
  const calls: string[] = []
  return {
    id: 'words', stage: 'static', version: '1', kind: 'file', calls,
    concerns: (path) => path.endsWith('.ts'),
    look: async ({ path, text }) => {
      calls.push(path)
      return text.split('\n').flatMap((line, index): Finding[] => (line.includes(word) ? [{ path, line: index + 1, rule: word.toLowerCase(), message: `${word} is left here`, evidence: line.trim() }] : []))
    },
    ...face,
  }
}

/** A compiler: says of every file that names `missing` that there is no such thing. */
const compile: Program = (files) => {
  const lines = [...files].flatMap(([path, text]) => text.split('\n').flatMap((line, index) => (line.includes('missing') ? [`${path}:${index + 1}: no such thing`] : [])))
  return { exitCode: lines.length > 0 ? 1 : 0, stdout: new TextEncoder().encode(lines.join('\n')) }
}

function compiler(change: Partial<CommandValidator> = {}): CommandValidator & { readonly finds: { count: number } } {
  const finds = { count: 0 }
  return {
    id: 'compiler', stage: 'static', version: '1', kind: 'command', finds,
    find: async () => {
      finds.count += 1
      return {
        argv: ['compile', '.'], timeoutMs: 1_000,
        read: (result) => ({ findings: [...new TextDecoder().decode(result.stdout).matchAll(/^(.+):(\d+): (.+)$/gm)].map(([, path = '', line, message = '']) => ({ path, line: Number(line), rule: 'name', message })) }),
      }
    },
    ...change,
  }
}

const run = (bench: TestBench, validators: readonly Validator[], parts: Partial<ValidatorParts> = {}, request: Partial<ValidationRequest> = {}): Promise<readonly Validation[]> =>
  createValidators({ validators, cache: bench.cache, sandbox: bench.sandbox, clock: bench.clock, mask: (text) => text, ...parts }).validate({ ...bench.request, ...request })
const places = (validation: Validation | undefined): readonly string[] => (validation?.findings ?? []).map((each) => `${each.path}:${each.line}`)

describe('files', () => {
  test('only what the change brought is blamed on it, wherever the lines went', async () => {
    const bench = makeBench({ 'a.ts': 'one\nTODO old\n', 'still.ts': 'TODO nobody looks\n' }, { 'a.ts': 'new\nTODO fresh\nTODO old\n', 'still.ts': 'TODO nobody looks\n', 'b.ts': 'TODO b\n' })
    const words = wordValidator()
    const [validation] = await run(bench, [words])
    assert.deepEqual(places(validation), ['a.ts:2', 'b.ts:1'])
    assert.deepEqual([validation?.old, validation?.files, validation?.status], [1, 2, 'failed'])
    assert.deepEqual(words.calls, ['a.ts', 'a.ts', 'b.ts'])
    assert.ok(Validation.safeParse(validation).success)
  })

  test('a zero byte hides nothing from those that look through it, and real binaries are passed over', async () => {
    const binary = Uint8Array.from({ length: 4000 }, (_, n) => (n * 97 + (n >> 3)) % 256)
    const bench = makeBench({}, { 'a.ts': 'first\n\0\nTO\0DO hidden\n', 'b.ts': binary })
    const [through] = await run(bench, [wordValidator({ takesOutZeros: true })])
    assert.deepEqual([places(through), through?.files], [['a.ts:3'], 1])
    assert.deepEqual(await run(bench, [wordValidator({ id: 'plain' })]), [])
  })

  test('a validator may weigh what is new by what the base’s file had', async () => {
    const weigh: FileValidator['weigh'] = (fresh, base) => (base.length === 0 ? fresh : fresh.map((each) => ({ ...each, severity: 'warning' })))
    const [validation] = await run(makeBench({ 'a.ts': 'TODO old\n' }, { 'a.ts': 'TODO other\n', 'b.ts': 'TODO new\n' }), [wordValidator({ weigh })])
    assert.deepEqual(validation?.findings.map(({ path, severity = 'error' }) => [path, severity]), [['b.ts', 'error'], ['a.ts', 'warning']])
  })

  test('a file that moved brought nothing, found by git or by its lines', async () => {
    const text = 'import x\nTODO old\nlast line\n'
    const moved = makeBench({ 'old.ts': text }, { 'sub/new.ts': `${text}TODO fresh\n` })
    const [byLines] = await run(moved, [wordValidator()])
    assert.deepEqual([places(byLines), byLines?.old], [['sub/new.ts:4'], 1])
    const renamed = { changes: [{ path: 'sub/new.ts', from: 'old.ts', kind: 'renamed' as const, added: 1, removed: 0, binary: false }] }
    const [byGit] = await run(makeBench({ 'old.ts': text }, { 'sub/new.ts': `${text}TODO fresh\n` }), [wordValidator()], {}, renamed)
    assert.deepEqual([places(byGit), byGit?.old], [['sub/new.ts:4'], 1])
  })

  test('a second run on the same content asks nobody; other content, version or settings do', async () => {
    const bench = makeBench({ 'a.ts': 'TODO 1\n' }, { 'a.ts': 'TODO 1\nTODO 2\n', 'b.ts': 'fine\n' })
    await run(bench, [wordValidator()])
    const again = wordValidator()
    const [validation] = await run(bench, [again])
    assert.deepEqual([again.calls, validation?.cached, validation?.files, places(validation)], [[], 2, 2, ['a.ts:2']])
    for (const [validator, request] of [
      [wordValidator({ version: '2' }), {}], [wordValidator({ id: 'other' }), {}], [wordValidator(), { settings: ValidationSettings.parse({ lint: 'note' }) }],
    ] as const) {
      await run(bench, [validator], {}, request)
      assert.ok(validator.calls.length > 0)
    }
    const off = wordValidator()
    await run(bench, [off], {}, { settings: ValidationSettings.parse({ off: ['something'] }) })
    assert.deepEqual(off.calls, [])
  })

  test('entries of the cache that are not findings are found anew', async () => {
    const bench = makeBench({}, { 'a.ts': 'TODO\n' })
    await run(bench, [wordValidator()])
    for (const key of bench.cache.entries.keys()) bench.cache.entries.set(key, { findings: [{ line: 'x' }] })
    const again = wordValidator()
    assert.deepEqual(places((await run(bench, [again]))[0]), ['a.ts:1'])
    assert.deepEqual(again.calls, ['a.ts'])
  })

  test('links, binary and deleted files are not text; what is too large is said not to be checked', async () => {
    const bench = makeBench({ 'gone.ts': 'TODO\n' }, { 'bin.ts': 'TODO\0', 'link.ts': 'TODO', 'large.ts': 'TODO'.padEnd(largestFile + 1) }, { links: ['link.ts'] })
    const [validation] = await run(bench, [wordValidator()])
    assert.deepEqual([validation?.status, validation?.files, validation?.findings], ['not-checked', 0, []])
    assert.match(validation?.notes.join() ?? '', /^larger than 4 MiB: large\.ts$/)
  })

  test('one file that cannot be looked at keeps no other from being looked at', async () => {
    const broken = wordValidator({ look: async ({ path, text }) => {
      if (path === 'a.ts') throw new Error('I fell over')
      return text.includes('TODO') ? [{ path, rule: 'todo', message: 'left', severity: 'warning' }] : []
    } })
    const [validation] = await run(makeBench({}, { 'a.ts': 'TODO\n', 'b.ts': 'TODO\n' }), [broken])
    assert.deepEqual([validation?.status, validation?.findings.length, validation?.notes], ['not-checked', 1, ['could not look at a.ts (I fell over)']])
  })

  test('one that never answers is not waited for', async () => {
    const silent = wordValidator({ timeoutMs: 30, look: () => new Promise(() => undefined) })
    const [validation] = await run(makeBench({}, { 'a.ts': 'x\n', 'b.ts': 'x\n' }), [silent])
    assert.equal(validation?.status, 'not-checked')
    assert.match(validation?.notes.join() ?? '', /could not look at a\.ts \(it took longer than \d+ ms\)/)
  })

  test('no secret is in a finding, in the cache or in a note', async () => {
    const bench = makeBench({}, { 'a.ts': 'TODO hunter22\n', 'b.ts': '' })
    const leaky = wordValidator({ id: 'leaky', look: async () => { throw new Error('hunter22 is strange') } })
    const validations = await run(bench, [wordValidator(), leaky], { mask: (text) => text.replaceAll('hunter22', '[secret]') })
    assert.doesNotMatch(JSON.stringify([validations, ...bench.cache.entries.values()]), /hunter22/)
    assert.match(JSON.stringify(validations), /TODO \[secret\].*\[secret\] is strange/)
  })
})

describe('commands', () => {
  test('what the change caused elsewhere is new, what was there is old, and each side is checked out once', async () => {
    const bench = makeBench({ 'a.ts': 'ok\nmissing old\n', 'user.ts': 'missing before\n' }, { 'a.ts': 'new\nok\nmissing old\n', 'user.ts': 'missing before\n', 'b.ts': 'missing new\n' }, { program: compile })
    const [first, second] = await run(bench, [compiler(), compiler({ id: 'second' })])
    assert.deepEqual([places(first), first?.old, first?.status], [['b.ts:1'], 2, 'failed'])
    assert.deepEqual(places(second), ['b.ts:1'])
    assert.deepEqual(bench.counts, { commands: 4, checkouts: 2, disposed: 2 })
  })

  test('without findings the base is not asked, nor is an empty one', async () => {
    const clean = makeBench({ 'a.ts': 'missing\n' }, { 'a.ts': 'ok\n' }, { program: compile })
    assert.equal((await run(clean, [compiler()]))[0]?.status, 'passed')
    assert.deepEqual(clean.counts, { commands: 1, checkouts: 1, disposed: 1 })
    const all = makeBench({}, { 'a.ts': 'missing\n' }, { program: compile })
    assert.deepEqual(places((await run(all, [compiler()]))[0]), ['a.ts:1'])
    assert.equal(all.counts.commands, 1)
  })

  test('a second run on the same content starts nothing and looks for nothing', async () => {
    const bench = makeBench({ 'a.ts': 'missing\n' }, { 'a.ts': 'missing\nmissing\n' }, { program: compile })
    await run(bench, [compiler()])
    const before = { ...bench.counts }
    const again = compiler()
    const [validation] = await run(bench, [again])
    assert.deepEqual([places(validation).length, validation?.old, validation?.cached, again.finds.count], [1, 1, 1, 0])
    assert.deepEqual(bench.counts, before)
    await run(bench, [compiler()], {}, { environment: 'another program was installed' })
    assert.equal(bench.counts.commands, before.commands + 2)
  })

  test('the result of one run is the base of the next, without running it again', async () => {
    const [one, two, three] = [{ 'a.ts': 'ok\n' }, { 'a.ts': 'missing\n' }, { 'a.ts': 'missing\n', 'b.ts': 'missing\n' }]
    const first = makeBench(one, two, { program: compile })
    await run(first, [compiler()])
    const second = makeBench(two, three, { program: compile, cache: first.cache })
    const [validation] = await run(second, [compiler()])
    assert.deepEqual([places(validation), validation?.old, second.counts.commands], [['b.ts:1'], 1, 1])
  })

  test('not used: not there. Missing, failing, too slow or too large: not checked, with the reason', async () => {
    const bench = (program: Program): TestBench => makeBench({}, { 'a.ts': 'x\n' }, { program })
    assert.deepEqual(await run(bench(compile), [compiler({ find: async () => undefined })]), [])
    const notes = async (program: Program, change: Partial<CommandValidator> = {}): Promise<string> => {
      const [validation] = await run(bench(program), [compiler(change)])
      assert.equal(validation?.status, 'not-checked')
      return validation?.notes.join() ?? ''
    }
    assert.equal(await notes(compile, { find: async () => ({ missing: 'compile is not installed' }) }), 'compile is not installed')
    assert.equal(await notes(compile, { find: async () => ({ argv: ['compile'], timeoutMs: 1_000, read: () => ({ failed: 'the configuration is broken' }) }) }), 'the configuration is broken')
    assert.equal(await notes(() => ({ ended: 'timeout', exitCode: undefined })), 'compile was stopped after 1.0 s')
    assert.match(await notes(() => ({ ended: 'memory', exitCode: undefined })), /more memory than it may/)
    assert.equal(await notes(() => { throw new Fault('sandbox-failed', 'the sandbox could not be set up') }), 'the sandbox could not be set up')
    assert.equal(await notes(compile, { find: async () => { throw new Error('cannot read package.json') } }), 'cannot read package.json')
    assert.equal(await notes(compile, { timeoutMs: 20, find: () => new Promise(() => undefined) }), 'it was stopped after 20 ms')
  })

  test('where the base cannot be looked at everything is new, and that is said', async () => {
    const bench = makeBench({ 'broken.ts': 'missing\n' }, { 'a.ts': 'missing\n' }, { program: (files, ...rest) => (files.has('broken.ts') ? { ended: 'timeout', exitCode: undefined } : compile(files, ...rest)) })
    const [validation] = await run(bench, [compiler()])
    assert.deepEqual([places(validation), validation?.notes], [['a.ts:1'], ['on the base it could not be run (compile was stopped after 1.0 s): everything counts as new']])
  })
})

describe('changes', () => {
  const change = (look: ChangeValidator['look'], rest: Partial<ChangeValidator> = {}): ChangeValidator => ({ id: 'change', stage: 'change', version: '1', kind: 'change', look, ...rest })

  test('they are taken as they are, cached under their key, and never when they could not look', async () => {
    const bench = makeBench({}, { 'a.ts': 'x\n' })
    let looks = 0
    let reason: string | undefined = 'offline'
    const validator = change(async () => {
      looks += 1
      return { findings: [{ path: 'a.ts', rule: 'r', message: 'm', severity: 'warning' }], notes: ['told'], ...(reason === undefined ? {} : { notChecked: reason }) }
    }, { key: async (subject) => (await subject.files()).join() })
    const [offline] = await run(bench, [validator])
    assert.deepEqual([offline?.status, offline?.notes, offline?.findings.length], ['not-checked', ['offline', 'told'], 1])
    reason = undefined
    await run(bench, [validator])
    const [kept] = await run(bench, [validator])
    assert.deepEqual([looks, kept?.status, kept?.cached, kept?.notes], [2, 'passed', 1, ['told']])
    assert.deepEqual(await run(bench, [change(async () => undefined)]), [])
  })

  test('a command sees its extra files, and nobody after it does', async () => {
    const seen: string[] = []
    const bench = makeBench({}, { 'a.ts': 'as it was\n' }, { program: (files) => { seen.push([...files].map(([path, text]) => `${path}=${text.trim()}`).join(' ')); return {} } })
    await run(bench, [change(async (subject) => {
      const files = new Map([['a.ts', new TextEncoder().encode('changed')], ['probe.ts', new TextEncoder().encode('probe')]])
      await Promise.all([subject.run('result', { argv: ['x'], files, timeoutMs: 1_000 }), subject.run('result', { argv: ['x'], timeoutMs: 1_000 })])
      assert.equal(await subject.has('x'), true)
      return { findings: [] }
    })])
    assert.deepEqual(seen, ['a.ts=changed probe.ts=probe', 'a.ts=as it was', ''])
    assert.deepEqual([bench.counts.checkouts, bench.counts.disposed], [1, 1])
  })

  test('one that hangs in a command is told to stop, and leaves no checkout', async () => {
    let stopped = false
    const bench = makeBench({}, { 'a.ts': 'x\n' }, { program: (_files, _command, signal) => new Promise((resolve) => signal.addEventListener('abort', () => { stopped = true; resolve({ ended: 'cancelled', exitCode: undefined }) })) })
    const [validation] = await run(bench, [change(async (subject) => { await subject.run('result', { argv: ['hang'], timeoutMs: 60_000 }); return { findings: [] } }, { timeoutMs: 30 })])
    assert.deepEqual([validation?.status, validation?.notes, stopped], ['not-checked', ['it was stopped after 30 ms'], true])
    assert.deepEqual([bench.counts.checkouts, bench.counts.disposed], [1, 1])
  })
})

describe('stages', () => {
  test('in their order, all of one, and none behind one that failed', async () => {
    const bench = makeBench({}, { 'a.ts': 'TODO\n' })
    const seen: string[] = []
    const validations = await run(bench, [
      wordValidator({ id: 'late', stage: 'shape' }), wordValidator({ id: 'quiet', word: 'nothing' }), wordValidator({ id: 'failing' }), wordValidator({ id: 'first', stage: 'change', word: 'nothing' }),
    ], {}, { onValidation: (each) => seen.push(each.validator) })
    assert.deepEqual(validations.map((each) => each.validator), ['first', 'quiet', 'failing'])
    assert.deepEqual(seen.toSorted(), ['failing', 'first', 'quiet'])
    assert.equal(seen[0], 'first')
  })

  test('warnings and what was not checked let the next stage run', async () => {
    const mild = wordValidator({ look: async ({ path }) => [{ path, rule: 'r', message: 'm', severity: 'warning' }] })
    const broken = wordValidator({ id: 'broken', look: async () => { throw new Error('no') } })
    const validations = await run(makeBench({}, { 'a.ts': 'x\n' }), [mild, broken, wordValidator({ id: 'next', stage: 'security' })])
    assert.deepEqual(validations.map((each) => [each.validator, each.status]), [['words', 'passed'], ['broken', 'not-checked'], ['next', 'passed']])
  })

  test('after an edit only the quick ones; never those that are switched off; none where nothing changed', async () => {
    const bench = makeBench({}, { 'a.ts': 'x\n' })
    const all = [wordValidator({ id: 'quick', quick: true }), wordValidator({ id: 'slow' })]
    const names = async (request: Partial<ValidationRequest>): Promise<readonly string[]> => (await run(bench, all, {}, request)).map((each) => each.validator)
    assert.deepEqual(await names({ scope: 'edit' }), ['quick'])
    assert.deepEqual(await names({ settings: ValidationSettings.parse({ off: ['quick'] }) }), ['slow'])
    assert.deepEqual(await names({ base: bench.request.tree }), [])
  })

  test('who is cancelled soon ends, has checked nothing more, and leaves no checkout', async () => {
    const controller = new AbortController()
    const bench = makeBench({}, { 'a.ts': 'x\n' }, { signal: controller.signal, program: (_files, _command, signal) => new Promise((resolve) => { signal.addEventListener('abort', () => resolve({ ended: 'cancelled', exitCode: undefined })); controller.abort(new Error('the person said stop')) }) })
    const validations = await run(bench, [compiler(), wordValidator({ id: 'later', stage: 'shape' })])
    assert.deepEqual(validations.map((each) => [each.validator, each.status, each.notes]), [['compiler', 'not-checked', ['it was stopped: the person said stop']], ['later', 'not-checked', ['it was stopped: the person said stop']]])
    assert.deepEqual([bench.counts.checkouts, bench.counts.disposed], [1, 1])
  })

  test('a survey says what each would do, and does none of it', async () => {
    const bench = makeBench({}, { 'a.ts': 'TODO\n' }, { program: compile })
    const words = wordValidator()
    const surveyed = await surveyValidators([
      words, wordValidator({ id: 'other', concerns: () => false }), wordValidator({ id: 'off' }), compiler(), compiler({ id: 'unused', find: async () => undefined }), compiler({ id: 'missing', find: async () => ({ missing: 'compile is not installed' }) }),
    ], { ...bench.request, settings: ValidationSettings.parse({ off: ['off'] }) }, bench)
    assert.deepEqual(surveyed.map(({ id, runs, why }) => [id, runs, why]), [
      ['words', true, '1 changed file'], ['other', false, 'no changed file concerns it'], ['off', false, 'switched off'],
      ['compiler', true, 'compile .'], ['unused', false, 'this repository does not use it'], ['missing', false, 'compile is not installed'],
    ])
    assert.deepEqual([words.calls, bench.counts.commands], [[], 0])
  })
})
