import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Act } from '../../protocol/command.ts'
import { Contract } from '../../protocol/contract.ts'
import { toCallParts, type Part, type Surroundings } from './to-asked.ts'

const surroundings: Surroundings = { isSecret: (path) => path === '.env', windowsAt: () => ['open'], confidenceBar: 50, maxQuarantined: 3 }
const contract = (network: readonly string[]): Contract => Contract.parse({ version: 1, goal: 'g', constraints: [], checks: [], scope: ['src'], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network, pins: [], guarded: [] })
const act = (more: Partial<Act>): Act => ({ argv: ['x'], kinds: [], paths: [], hosts: [], via: [], ...more })

function partsOf(acts: readonly Act[], network: readonly string[] = []): readonly Part[] {
  return toCallParts({ tool: 'shell', input: { command: 'c' }, effect: 'reversible', paths: [], contract: contract(network), command: { acts: [...acts], unknown: [] } }, surroundings)
}

test('a command comes apart into programs, hosts, paths and the call', () => {
  const parts = partsOf([act({ argv: ['curl', null], hosts: ['a.example'], paths: [{ path: 'src/x', access: 'write', outside: false }] }), act({ hosts: ['a.example'] })])
  assert.deepEqual(parts.map(({ action, about }) => `${action} ${about.join()}`), ['exec curl ?', 'exec x', 'connect a.example', 'path.write src/x', 'shell.reversible c'])
  assert.equal(parts[0]?.resource.computed, true)
})

test('without circumstances no window is open, and nothing has been earned', () => {
  assert.deepEqual([partsOf([])[0]?.context.windows, partsOf([])[0]?.context.autonomy, partsOf([])[0]?.principalType], [[], 1, 'Agent'])
})

test('grants: any port where a command names none, the one it names otherwise; names below a dot, and this machine', () => {
  const isGranted = (host: string, ...network: string[]): unknown => partsOf([act({ hosts: [host] })], network).find(({ action }) => action === 'connect')?.resource.granted
  assert.deepEqual([isGranted('a.example', 'a.example:8443'), isGranted('A.Example.', 'a.example'), isGranted('a.example:80', 'a.example'), isGranted('a.example:443', 'a.example')], [true, true, false, true])
  assert.deepEqual([isGranted('x.a.example', '.a.example'), isGranted('a.example', '.a.example'), isGranted('xa.example', '.a.example'), isGranted('[::1]:443', '[::1]')], [true, false, false, true])
  const loopback = (host: string): unknown => partsOf([act({ hosts: [host] })]).find(({ action }) => action === 'connect')?.resource.loopback
  assert.deepEqual(['localhost:3000', '127.0.0.1', '127.1.2.3:80', '[::1]:80', 'app.localhost', '128.0.0.1', 'localhost.example'].map(loopback), [true, true, true, true, true, false, false])
})

test('scratch and devices are neither inside nor outside', () => {
  const touches = (path: string, outside = true): unknown => partsOf([act({ paths: [{ path, access: 'write', outside }] })])[0]?.resource.writesOutside
  assert.deepEqual(['/tmp', '/tmp/x', '/var/tmp/y', '/dev/null', '/dev/stderr'].map((path) => touches(path)), [false, false, false, false, false])
  assert.deepEqual(['/', '/tmpx', '/etc', '../x', '/dev/sda', '/dev'].map((path) => touches(path)), [true, true, true, true, true, true])
  assert.equal(touches('src', false), false)
})

test('a path through a command is marked as such: the contract\'s scope is then a matter of what comes out', () => {
  const part = partsOf([act({ paths: [{ path: 'lib/x', access: 'write', outside: false }] })]).find(({ action }) => action === 'path.write')
  assert.deepEqual([part?.resource.via, part?.resource.outsideScope, part?.resource.secret], ['command', true, false])
})

test('what is not understood of a program of the repository is a part only where something can be reached', () => {
  const unknown = [{ text: 'a', why: 'w' }, { text: 'b', why: 'w', contained: true }]
  const asked = (network: readonly string[]): string[] => toCallParts({ tool: 'shell', input: {}, effect: 'reversible', paths: [], contract: contract(network), command: { acts: [], unknown } }, surroundings).filter(({ resource }) => resource.unknown).map(({ resourceId }) => resourceId)
  assert.deepEqual([asked([]), asked(['a.example'])], [['a'], ['a', 'b']])
})
