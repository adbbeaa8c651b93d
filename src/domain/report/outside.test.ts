import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openedEvent } from '../../testing/sample-run.ts'
import type { LastingCall } from '../rewind.ts'
import { describeOutside, toOutside } from './outside.ts'

const opened = openedEvent()
const contract = opened.type === 'run.opened' ? { ...opened.data.draft, network: ['registry.example:443'] } : undefined
const call = (command: string, more: Partial<LastingCall> = {}): LastingCall => ({ seq: 40, at: '2026-01-01T00:00:00.000Z', name: 'shell', input: { command }, status: 'ok', by: 'ada', ...more })

describe('what lasts outside', () => {
  test('is named with who allowed it, where it could reach, and how it is taken back', () => {
    const [only] = toOutside([call('npm publish --access public')], 'a7c2mf', contract)
    assert.match(only?.how ?? '', /npm deprecate.*It could reach registry\.example:443\. What it said: writ log a7c2mf, event 40\.$/)
    const lines = describeOutside(only ? [only] : [])
    assert.match(lines[0] ?? '', /^One call reached/)
    assert.equal(lines[1], '- shell: npm publish --access public, allowed by ada')
  })
  test('each kind has its own way back, and what is not known a general one', () => {
    const how = (command: string): string => toOutside([call(command)], 'x', contract)[0]?.how ?? ''
    assert.match(how('git push origin main'), /force-with-lease/)
    assert.match(how('kubectl apply -f x.yaml'), /rollout undo/)
    assert.match(how('curl -X POST https://api.example/x'), /service that got the request/)
    assert.match(how('./release.sh'), /^look at what it did/)
  })
  test('a call that was cut off is said to be uncertain; nothing is said where nothing lasts', () => {
    assert.match(describeOutside(toOutside([call('curl -d x y', { status: undefined, by: undefined })], 'x', contract)).join('\n'), /may or may not have happened\)\n/)
    assert.deepEqual(describeOutside([]), [])
  })
})
