import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Grounds } from './rate.ts'
import { rateMend } from './rate.ts'

const best: Grounds = {
  worths: [0.5], apart: 0, agreeing: 2, unlooked: 0, inputs: 30, given: 5, strength: { tried: 20, noticed: 20, alike: 1, survivors: [] }, loose: false,
  size: 2, places: 1, kinds: ['comparison'], prior: 0.5, whole: true, searched: true, hint: undefined,
}

describe('how sure the solver is of a mend', () => {
  it('is sure only where nothing speaks against it', () => {
    assert.equal(rateMend(best).sure, 'sure')
    assert.ok(rateMend(best).confidence >= 0.92)
    const doubts: Partial<Grounds>[] = [
      { worths: [0.5, 0.1] }, { unlooked: 1 }, { inputs: 1 }, { given: 1 }, { strength: undefined }, { strength: { tried: 20, noticed: 10, alike: 0, survivors: [] } },
      { strength: { tried: 2, noticed: 2, alike: 0, survivors: [] } }, { loose: true }, { size: 90 }, { places: 2 }, { kinds: ['comparison', 'guard'] }, { prior: 0.1 }, { whole: false }, { searched: false },
    ]
    for (const doubt of doubts) {
      const rating = rateMend({ ...best, ...doubt })
      assert.equal(rating.sure, 'likely', JSON.stringify(doubt))
      assert.equal(rating.why.length, 1, JSON.stringify(doubt))
      assert.ok(rating.confidence < 0.9 && rating.confidence >= 0.5)
    }
  })
  it('is one of several, below the bar that is set by default, where another that behaves differently is worth nearly as much', () => {
    const rating = rateMend({ ...best, worths: [0.5, 0.4, 0.1], apart: 2 })
    assert.equal(rating.sure, 'one of several')
    assert.ok(rating.confidence < 0.5)
    assert.match(rating.why[0] ?? '', /^2 other ways .* behave differently/)
    assert.match(rateMend({ ...best, worths: [0.5, 0.4, 0.1], apart: 0 }).why[0] ?? '', /could not be compared/)
  })
  it('is no more than likely, and mostly a guess, where a dependency is new', () => {
    assert.ok(rateMend({ ...best, hint: 'the lockfile is new' }).confidence < 0.6)
    assert.equal(rateMend({ ...best, hint: 'the lockfile is new', given: 1 }).sure, 'a guess')
  })
  it('is a guess where two changes that are rare or made up fit together', () => {
    assert.equal(rateMend({ ...best, places: 2 }).sure, 'likely')
    assert.equal(rateMend({ ...best, places: 2, kinds: ['statement', 'return'], prior: 0.05, given: 1 }).sure, 'a guess')
  })
  it('is a guess, below the bar, where nothing was compared, measured or looked for', () => {
    const rating = rateMend({ ...best, inputs: 0, given: 0, strength: undefined, prior: 0.1, searched: false })
    assert.equal(rating.sure, 'a guess')
    assert.ok(rating.confidence < 0.5)
  })
})
