import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readSarif } from './read-sarif.ts'

const read = (log: unknown): unknown => readSarif(typeof log === 'string' ? log : JSON.stringify(log), (path) => path.replace(/^\/root\//, ''))
const at = (uri: string, more: object = {}, region: object = { startLine: 3 }): object => ({ physicalLocation: { artifactLocation: { uri, ...more }, region } })
const log = (results: readonly object[], run: object = {}): object => ({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver: { name: 'tool', rules: [{ id: 'R1', defaultConfiguration: { level: 'error' }, shortDescription: { text: 'the rule' }, messageStrings: { two: { text: '{0} is not {1}, {{0}}' } } }, { id: 'R2' }] } }, results, ...run }] })

describe('SARIF', () => {
  test('levels: its own, the rule’s, or a warning', () => {
    assert.deepEqual(read(log([
      { ruleId: 'R1', level: 'note', message: { text: 'a' }, locations: [at('x.c')] }, { ruleId: 'R1', message: { text: 'b' }, locations: [at('x.c')] }, { ruleId: 'R1/part', message: { text: 'c' }, locations: [at('x.c')] },
      { ruleIndex: 0, message: { text: 'd' }, locations: [at('x.c')] }, { rule: { id: 'R2' }, message: { text: 'e' }, locations: [at('x.c')] }, { ruleId: 'R1', level: 'none', message: { text: 'f' } },
    ])), { findings: [['R1', 'note', 'a'], ['R1', 'error', 'b'], ['R1/part', 'error', 'c'], ['R1', 'error', 'd'], ['R2', 'warning', 'e']].map(([rule, severity, message]) => ({ path: 'x.c', rule, message, severity, line: 3 })) })
  })
  test('what is suppressed, passed or unchanged is no finding; a refused suppression is', () => {
    const one = (more: object): object => ({ ruleId: 'R1', message: { text: 'a' }, locations: [at('x')], ...more })
    assert.deepEqual(read(log([one({ suppressions: [{ kind: 'inSource' }] }), one({ suppressions: [{ kind: 'external', status: 'accepted' }] }), one({ kind: 'pass' }), one({ kind: 'notApplicable' }), one({ baselineState: 'unchanged' }), one({ baselineState: 'absent' })])), { findings: [] })
    const kept = read(log([one({ suppressions: [{ kind: 'external', status: 'rejected' }] }), one({ baselineState: 'new' }), one({ suppressions: [] })]))
    assert.ok(typeof kept === 'object' && kept !== null && 'findings' in kept && Array.isArray(kept.findings))
    assert.equal(kept.findings.length, 3)
  })
  test('places: bases within bases, indexed artefacts, encoded and absolute ones, none', () => {
    const run = { originalUriBaseIds: { SRC: { uri: 'src/', uriBaseId: 'ROOT' }, ROOT: { uri: 'file:///root/' }, LOOP: { uri: 'l', uriBaseId: 'LOOP' } }, artifacts: [{ location: { uri: 'by-index.c' } }] }
    const paths = (result: unknown): unknown => (typeof result === 'object' && result !== null && 'findings' in result && Array.isArray(result.findings) ? result.findings.map((one: { path: string }) => one.path) : result)
    assert.deepEqual(paths(read(log([
      { message: { text: 'a' }, locations: [at('a%20b.c', { uriBaseId: 'SRC' })] }, { message: { text: 'a' }, locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }] }, { message: { text: 'a' }, locations: [at('file:///root/c.c')] },
      { message: { text: 'a' }, locations: [at('100%.c')] }, { message: { text: 'a' }, locations: [at('x.c', { uriBaseId: 'UNKNOWN' })] }, { message: { text: 'a' } },
    ], run))), ['src/a b.c', 'by-index.c', 'c.c', '100%.c', 'x.c', '.'])
    assert.ok(read(log([{ message: { text: 'a' }, locations: [at('x', { uriBaseId: 'LOOP' })] }], run)))
  })
  test('messages by id with arguments, with links, of the rule alone; snippets are evidence', () => {
    assert.deepEqual(read(log([
      { ruleId: 'R1', message: { id: 'two', arguments: ['red', 'blue'] }, locations: [at('x', {}, { startLine: 1, snippet: { text: '  a == b\n' } })] },
      { ruleId: 'R2', message: { text: 'see [the source](1)\nand more' } },
    ])), { findings: [{ path: 'x', rule: 'R1', message: 'red is not blue, {0}', severity: 'error', line: 1, evidence: 'a == b' }, { path: '.', rule: 'R2', message: 'see the source and more', severity: 'warning' }] })
  })
  test('several runs, and one without results', () => {
    const one = log([{ ruleId: 'A', message: { text: 'a' } }])
    assert.deepEqual(read({ version: '2.1.0', runs: [...(one as { runs: object[] }).runs, { tool: { driver: { name: 'other' } } }, { tool: { driver: { name: 'third' } }, results: null }] }), { findings: [{ path: '.', rule: 'A', message: 'a', severity: 'warning' }] })
    assert.deepEqual(read({ version: '2.1.0', runs: [] }), { findings: [] })
  })
  test('a tool that did not succeed, another version, another shape, no JSON', () => {
    assert.deepEqual(read(log([], { invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: 'warning', message: { text: 'w' } }, { level: 'error', message: { text: 'no configuration' } }] }] })), { failed: 'tool says that it did not succeed: no configuration' })
    assert.deepEqual(read({ version: '1.0.0', runs: [] }), { failed: 'it printed SARIF 1.0.0; 2.1.0 is read' })
    assert.match(JSON.stringify(read({ version: '2.1.0' })), /it printed no SARIF: runs/)
    assert.deepEqual(read('# report\n'), { failed: 'it printed no SARIF: not JSON' })
  })
  test('no log makes it throw', () => {
    const place = fc.record({ physicalLocation: fc.record({ artifactLocation: fc.record({ uri: fc.string(), uriBaseId: fc.constantFrom('A', 'B'), index: fc.integer({ min: -1, max: 2 }) }, { requiredKeys: [] }), region: fc.record({ startLine: fc.integer() }) }, { requiredKeys: [] }) }, { requiredKeys: [] })
    const result = fc.record({ ruleId: fc.string(), ruleIndex: fc.integer({ min: -1, max: 3 }), level: fc.constantFrom('none', 'error', 'odd'), message: fc.record({ text: fc.string(), id: fc.string(), arguments: fc.array(fc.string()) }, { requiredKeys: [] }), locations: fc.array(place, { maxLength: 2 }) }, { requiredKeys: [] })
    fc.assert(fc.property(fc.array(result, { maxLength: 3 }), (results) => {
      assert.ok(read(log(results, { originalUriBaseIds: { A: { uri: 'a', uriBaseId: 'B' }, B: { uriBaseId: 'A' } } })))
    }), { numRuns: 500 })
  })
})
