import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Grounds } from './rate.ts'
import { rateMend } from './rate.ts'

const best: Grounds = {
  worths: [0.5], agreeing: 2, unlooked: 0, inputs: 30, given: 5, strength: { tried: 20, noticed: 20, alike: 1, survivors: [] }, loose: false,
  size: 2, places: 1, kind: 'comparison', prior: 0.5, whole: true, searched: true,
}

describe('how sure the solver is of a mend', () => {
  it('is sure only where nothing speaks against it', () => {
    assert.equal(rateMend(best).sure, 'sure')
    assert.ok(rateMend(best).confidence >= 0.92)
    const doubts: Partial<Grounds>[] = [
      { worths: [0.5, 0.1] }, { unlooked: 1 }, { inputs: 1 }, { given: 1 }, { strength: undefined }, { strength: { tried: 20, noticed: 10, alike: 0, survivors: [] } },
      { strength: { tried: 2, noticed: 2, alike: 0, survivors: [] } }, { loose: true }, { size: 90 }, { places: 2 }, { kind: 'guard' }, { prior: 0.1 }, { whole: false }, { searched: false },
    ]
    for (const doubt of doubts) {
      const rating = rateMend({ ...best, ...doubt })
      assert.equal(rating.sure, 'likely', JSON.stringify(doubt))
      assert.equal(rating.why.length, 1, JSON.stringify(doubt))
      assert.ok(rating.confidence < 0.9 && rating.confidence >= 0.5)
    }
  })
  it('is one of several, below the bar that is set by default, where another that behaves differently is worth nearly as much', () => {
    const rating = rateMend({ ...best, worths: [0.5, 0.4, 0.1] })
    assert.equal(rating.sure, 'one of several')
    assert.ok(rating.confidence < 0.5)
    assert.match(rating.why[0] ?? '', /^2 other ways/)
  })
})
