import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asStated, calibrate, fitCalibration, type Weighed } from './calibrate.ts'
import { toConfidence } from './confidence.ts'
import { learn } from './learn.ts'

const said = (stated: number, held: boolean, weight = 1): Weighed => ({ stated, held, weight })
/** Of every ten, so many held. */
const often = (stated: number, ofTen: number, times: number): Weighed[] => Array.from({ length: times * 10 }, (_, n) => said(stated, (n * 7) % 10 < ofTen))

describe('confidence on the record', () => {
  test('nothing is known: it is what was stated', () => {
    assert.deepEqual(fitCalibration([]), asStated)
    for (const p of [0.05, 0.3, 0.5, 0.9, 0.95]) assert.ok(Math.abs(calibrate(asStated, p) - p) < 1e-9)
  })

  test('two failures shake it a little, forty as many as they are', () => {
    const few = calibrate(fitCalibration([said(0.9, false), said(0.9, false)]), 0.9)
    assert.ok(few > 0.6 && few < 0.88, `${few}`)
    const many = calibrate(fitCalibration(often(0.9, 5, 4)), 0.9)
    assert.ok(Math.abs(many - 0.5) < 0.08, `${many}`)
  })

  test('who says too much scores better once it is turned, and the score is of what could be known at the time', () => {
    const { before = 0, after = 1, count, held } = fitCalibration([...often(0.95, 6, 6)])
    assert.equal(count, 60)
    assert.equal(held, 36)
    assert.ok(Math.abs(before - (0.6 * 0.05 ** 2 + 0.4 * 0.95 ** 2)) < 1e-9)
    assert.ok(after < before && after > 0.2, `${before} → ${after}`)
  })

  test('it never turns the order around, not even where the record does', () => {
    for (const pairs of [[...often(0.9, 2, 3), ...often(0.2, 9, 3)], often(0.5, 5, 1), [said(1, true), said(0, false)], [said(1, false), said(0, true)], often(0.99, 10, 50)]) {
      const line = fitCalibration(pairs)
      let last = 0
      for (let p = 0; p <= 1; p += 0.05) {
        const turned = calibrate(line, p)
        assert.ok(turned >= last && turned > 0 && turned < 1, `${p}: ${turned}`)
        last = turned
      }
    }
  })

  test('whole confidences: of an older record as stated, of none none, and tokens count only with a record of their own', () => {
    assert.equal(toConfidence(undefined, 'claimed', { stated: 0.8, tokens: 0.1 }), 0.8)
    const fresh = learn([], { repository: '/shop', now: 0 })
    assert.equal(toConfidence(fresh, 'claimed', { stated: undefined }), undefined)
    assert.equal(toConfidence(fresh, 'claimed', { stated: 0.8, tokens: 0.1 }), 0.8)
    const tokens = fitCalibration(Array.from({ length: 40 }, (_, n) => said(n % 2 === 0 ? 0.95 : 0.4, n % 2 === 0)))
    const told = { ...fresh, confidence: { ...fresh.confidence, tokens } }
    const [unsure = 1, sure = 0] = [0.4, 0.95].map((each) => toConfidence(told, 'claimed', { stated: 0.8, tokens: each }))
    assert.ok(unsure < 0.5 && sure > 0.8, `${unsure} ${sure}`)
    assert.equal(toConfidence(told, 'planned', { stated: 0.8, tokens: 0.4 }), 0.8)
  })

  test('what is said beyond the tests is lowered by the record, never raised', () => {
    const after = (held: boolean) => ({ ...learn([], { repository: '/shop', now: 0 }), confidence: { ...learn([], { repository: '/shop', now: 0 }).confidence, claimed: fitCalibration(Array.from({ length: 20 }, () => said(0.4, held))) } })
    assert.ok((toConfidence(after(true), 'claimed', { stated: 0.4 }) ?? 0) > 0.5)
    assert.equal(toConfidence(after(true), 'claimed', { stated: 0.4, isBeyondTests: true }), 0.4)
    assert.ok((toConfidence(after(false), 'claimed', { stated: 0.4, isBeyondTests: true }) ?? 1) < 0.3)
  })
})
