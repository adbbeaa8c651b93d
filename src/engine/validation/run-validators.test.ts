import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json } from '../../protocol/ids.ts'
import { defaultSettings } from '../../domain/validation/settings.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { FileValidator, ValidationRequest, Validator } from '../ports/validation.ts'
import { createValidators } from './run-validators.ts'

const encoder = new TextEncoder()

/** Trees of texts, and everything that is asked of them counted. */
function makeRequest(base: Readonly<Record<string, string>>, result: Readonly<Record<string, string>>, more: Partial<ValidationRequest> = {}): ValidationRequest {
  const changes = Object.keys(result).flatMap((path): FileChange[] => (base[path] === result[path] ? [] : [{ path, kind: base[path] === undefined ? 'added' : 'modified', added: 1, removed: 1, binary: false }]))
  const at = (tree: string) => (tree === 'b'.repeat(40) ? base : result)
  return {
    workspace: {
      home: '/repo', readAt: async (tree, path) => (at(tree)[path] === undefined ? undefined : encoder.encode(at(tree)[path])), listAt: async (tree) => Object.keys(at(tree)), changes: async () => changes,
      checkout: async (tree) => ({ root: `/checkout/${tree}`, tree: tree as never, mounts: [], write: async () => undefined, dispose: async () => undefined }),
    },
    base: 'b'.repeat(40) as never, tree: 'a'.repeat(40) as never, changes, scope: 'task', contract: undefined, baseline: [], settings: defaultSettings, signal: new AbortController().signal, ...more,
  }
}

function makeCache() {
  const kept = new Map<string, Json>()
  return { kept, get: async (key: string) => kept.get(key), put: async (key: string, value: Json) => void kept.set(key, value) }
}

function todo(severity: 'error' | 'warning' = 'error'): FileValidator & { looked: number } {
  const validator = {
    id: 'todo', stage: 'static' as const, version: '1', kind: 'file' as const, quick: true, looked: 0,
    concerns: (path: string) => path.endsWith('.ts'),
    look: async ({ path, text }: { path: string; text: string }) => {
      validator.looked += 1
      return text.split('\n').flatMap((line, n) => (line.includes('TODO') ? [{ path, line: n + 1, rule: 'todo', message: `has a TODO in line ${n + 1}`, severity, evidence: line }] : []))
    },
  }
  return validator
}

const engineOf = (validators: readonly Validator[], cache = makeCache(), run: () => Promise<never> = async () => { throw new Error('no program') }) => createValidators({ validators, cache, sandbox: { run } as never, clock: { elapsed: () => 0 }, mask: (text) => text.replaceAll('hunter', '[masked]') })

describe('the stages', () => {
  test('what the base had is counted and not blamed, also after its line moved; what is new fails', async () => {
    const [passed] = await engineOf([todo()]).validate(makeRequest({ 'a.ts': '// TODO one\n' }, { 'a.ts': 'first\n\n// TODO one\n' }))
    assert.deepEqual([passed?.status, passed?.findings.length, passed?.old], ['passed', 0, 1])
    const [failed] = await engineOf([todo()]).validate(makeRequest({ 'a.ts': '// TODO one\n' }, { 'a.ts': '// TODO one\n// TODO two\n' }))
    assert.deepEqual([failed?.status, failed?.findings.length, failed?.old], ['failed', 1, 1])
    const [twice] = await engineOf([todo()]).validate(makeRequest({ 'a.ts': '// TODO one\n' }, { 'a.ts': '// TODO one\n// TODO one\n' }))
    assert.deepEqual([twice?.status, twice?.findings.length, twice?.old], ['failed', 1, 1])
  })

  test('an unchanged content is looked at once, another version of the validator looks again', async () => {
    const cache = makeCache()
    const validator = todo()
    const request = makeRequest({}, { 'a.ts': '// TODO\n', 'b.ts': 'x' })
    await engineOf([validator], cache).validate(request)
    const before = validator.looked
    const [again] = await engineOf([validator], cache).validate(request)
    assert.equal(validator.looked, before)
    assert.equal(again?.cached, 2)
    assert.equal(again?.findings.length, 1)
    await engineOf([{ ...validator, version: '2' }], cache).validate(request)
    assert.ok(validator.looked > before)
  })

  test('later stages wait until the earlier ones pass; warnings fail nothing', async () => {
    const later: Validator = { id: 'later', stage: 'security', version: '1', kind: 'change', look: async () => ({ findings: [] }) }
    const request = makeRequest({}, { 'a.ts': '// TODO\n' })
    assert.deepEqual((await engineOf([later, todo()]).validate(request)).map((each) => each.validator), ['todo'])
    assert.deepEqual((await engineOf([later, todo('warning')]).validate(request)).map((each) => [each.validator, each.status]), [['todo', 'passed'], ['later', 'passed']])
  })

  test('after an edit only what is quick, and never what is switched off', async () => {
    const slow: Validator = { id: 'slow', stage: 'change', version: '1', kind: 'change', look: async () => ({ findings: [] }) }
    const request = makeRequest({}, { 'a.ts': 'x' }, { scope: 'edit' })
    assert.deepEqual((await engineOf([slow, todo()]).validate(request)).map((each) => each.validator), ['todo'])
    assert.deepEqual(await engineOf([todo()]).validate({ ...request, settings: { ...defaultSettings, off: ['todo'] } }), [])
  })

  test('one that breaks has checked nothing: no pass, no crash, and its failure is not kept', async () => {
    const cache = makeCache()
    const broken: Validator = { id: 'broken', stage: 'static', version: '1', kind: 'file', concerns: () => true, look: async () => { throw new Error('it fell over') } }
    const [first] = await engineOf([broken], cache).validate(makeRequest({}, { 'a.ts': 'x' }))
    assert.equal(first?.status, 'not-checked')
    assert.match(first?.notes.join() ?? '', /it fell over/)
    assert.equal(cache.kept.size, 0)
  })

  test('findings are bounded, errors first, and without secrets', async () => {
    const many: Validator = { id: 'many', stage: 'static', version: '1', kind: 'change', look: async () => ({ findings: [...Array.from({ length: 300 }, (_, n) => ({ path: 'a', rule: 'r', message: `m${n}`, severity: 'warning' as const })), { path: 'a', rule: 'r', message: 'hunter is here', severity: 'error' as const }] }) }
    const [kept] = await engineOf([many]).validate(makeRequest({}, { 'a.ts': 'x' }))
    assert.equal(kept?.findings.length, 200)
    assert.equal(kept?.more, 101)
    assert.equal(kept?.findings[0]?.message, '[masked] is here')
  })

  test('a program is run on the base only where it finds something, and what it finds there is taken off', async () => {
    const runs: string[] = []
    const lint: Validator = { id: 'lint', stage: 'static', version: '1', kind: 'command', find: async () => ({ argv: ['lint'], timeoutMs: 1000, read: (result) => ({ findings: new TextDecoder().decode(result.stdout).split('\n').filter(Boolean).map((path) => ({ path, rule: 'lint', message: 'bad' })) }) }) }
    const engine = (onResult: string, onBase: string) => createValidators({
      validators: [lint], cache: makeCache(), clock: { elapsed: () => 0 }, mask: (text) => text,
      sandbox: { run: async () => { const on = runs.length === 0 ? 'result' : 'base'; runs.push(on); return { ended: 'exited', exitCode: 1, durationMs: 1, stdout: encoder.encode(on === 'result' ? onResult : onBase), stderr: new Uint8Array(), output: new Uint8Array(), droppedBytes: 0, notes: [] } } } as never,
    })
    assert.equal((await engine('', '').validate(makeRequest({}, { 'a.ts': 'x' })))[0]?.status, 'passed')
    assert.deepEqual(runs.splice(0), ['result'])
    const [found] = await engine('/repo/a.ts\nb.ts\n', 'b.ts\n').validate(makeRequest({}, { 'a.ts': 'x' }))
    assert.deepEqual(found?.findings.map((each) => each.path), ['a.ts'])
    assert.equal(found?.old, 1)
  })
})
