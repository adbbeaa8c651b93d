import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { Finding, Validation } from '../../protocol/evidence.ts'
import { toSarif } from './to-sarif.ts'

const Text = z.strictObject({ text: z.string().min(1) })
const Level = z.enum(['none', 'note', 'warning', 'error'])

/** What of the published schema a log of ours uses, as strict as it is there. */
const Sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(z.strictObject({
    tool: z.strictObject({ driver: z.strictObject({
      name: z.string(), semanticVersion: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z-.]+)?$/),
      rules: z.array(z.strictObject({ id: z.string().min(1), shortDescription: Text, defaultConfiguration: z.strictObject({ level: Level }), properties: z.looseObject({ tags: z.array(z.string()) }) })),
    }) }),
    invocations: z.array(z.strictObject({ executionSuccessful: z.boolean(), toolExecutionNotifications: z.array(z.strictObject({ level: Level, message: Text, descriptor: z.strictObject({ id: z.string() }) })) })),
    columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
    results: z.array(z.strictObject({
      ruleId: z.string(), ruleIndex: z.int().nonnegative(), kind: z.literal('fail'), level: Level, message: Text,
      locations: z.array(z.strictObject({ physicalLocation: z.strictObject({
        artifactLocation: z.strictObject({ uri: z.string().regex(/^[A-Za-z0-9%._~!'()*-]+(\/[A-Za-z0-9%._~!'()*-]+)*$/), uriBaseId: z.literal('%SRCROOT%') }),
        region: z.strictObject({ startLine: z.int().positive(), snippet: Text.optional() }).optional(),
      }) })).optional(),
      partialFingerprints: z.record(z.string(), z.string().min(1)),
      properties: z.looseObject({}).optional(),
    })),
  })).length(1),
})

const finding = (change: Partial<Finding> = {}): Finding => ({ path: 'src/a.ts', line: 3, rule: 'r1', message: 'is wrong', severity: 'error', ...change })
const validation = (change: Partial<Validation> = {}): Validation => ({
  validator: 'lint', stage: 'static', status: 'failed', findings: [], more: 0, old: 0, files: 1, cached: 0, durationMs: 1, notes: [], ...change,
})
const read = (validations: readonly Validation[]) => Sarif.parse(toSarif(validations, '1.2.3')).runs[0]
const fingerprints = (findings: readonly Finding[]): readonly (string | undefined)[] => read([validation({ findings: [...findings] })])?.results.map((each) => each.partialFingerprints['findingHash/v1']) ?? []

describe('SARIF', () => {
  test('every result names its rule, where it is and how grave it is', () => {
    const run = read([
      validation({ findings: [finding({ evidence: 'x' }), finding({ rule: 'lint', severity: 'note', path: 'a b/ü#?.ts', line: 1 }), finding({ path: '', message: '' })] }),
      validation({ validator: 'secrets', stage: 'security', findings: [finding({ severity: 'warning', quarantine: true })] }),
    ])
    assert.deepEqual(run?.results.map((each) => [each.ruleId, each.level, run.tool.driver.rules[each.ruleIndex]?.id]), [
      ['lint/r1', 'error', 'lint/r1'], ['lint', 'note', 'lint'], ['lint/r1', 'error', 'lint/r1'], ['secrets/r1', 'error', 'secrets/r1'],
    ])
    assert.equal(run?.results[1]?.locations?.[0]?.physicalLocation.artifactLocation.uri, 'a%20b/%C3%BC%23%3F.ts')
    assert.equal(run?.results[0]?.locations, undefined)
    assert.deepEqual(new Set(run?.tool.driver.rules.map((each) => each.id)).size, run?.tool.driver.rules.length)
  })

  test('what was not checked is a notification with its reason, and so is what is not listed', () => {
    const run = read([validation({ status: 'not-checked', notes: ['offline'] }), validation({ validator: 'b', more: 7 }), validation({ validator: 'c', notes: ['the base could not be run'] })])
    assert.deepEqual(run?.invocations[0]?.toolExecutionNotifications.map((each) => [each.level, each.message.text]), [
      ['warning', 'lint was not checked: offline'], ['warning', 'b found 7 more than are listed'], ['note', 'c: the base could not be run'],
    ])
  })

  test('fingerprints survive lines that move and masks of another machine, and tell equal findings apart', () => {
    const secret = (mark: string): Finding => finding({ line: 99, evidence: `key = [secret:api-key:${mark}]` })
    assert.deepEqual(fingerprints([finding(), finding({ line: 9 }), secret('0123abcd')]), fingerprints([finding({ line: 40 }), finding({ line: 50 }), secret('ffff0000')]))
    assert.equal(new Set(fingerprints([finding(), finding({ line: 9 }), finding({ path: 'b.ts' }), finding({ message: 'other' }), secret('0123abcd')])).size, 5)
  })

  test('nothing found is a log as well', () => {
    assert.deepEqual(read([])?.results, [])
  })
})
