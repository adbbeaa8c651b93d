import { spawnSync } from 'node:child_process'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LaneJob } from '../../src/adapters/solver-repair/lane/lane.ts'
import { createPythonLane } from '../../src/adapters/solver-repair/lane/python-lane.ts'
import type { Check } from '../../src/protocol/contract.ts'
import { ScratchLab } from './scratch-lab.ts'

/** Where a lane that keeps anything between candidates would be found out. */
const project: Record<string, string> = {
  'pytest.ini': '[pytest]\nxfail_strict = true\npythonpath = .\n',
  'conftest.py': `import pytest
from shop.registry import known

@pytest.fixture(scope='session')
def ledger():
    kept = []
    yield kept
    assert 13 not in kept, 'known only when the session is over'

@pytest.fixture(autouse=True)
def noted(request, ledger):
    ledger.append(len(known))
    yield
    assert ledger
`,
  'shop/__init__.py': '',
  'shop/registry.py': `known = {}

def register(function):
    if function.__name__ in known:
        raise RuntimeError('twice: ' + function.__name__)
    known[function.__name__] = function
    return function
`,
  'shop/price.py': `from .registry import register

RATE = 0.2
calls = []

@register
def total(items):
    calls.append(len(items))
    return sum(items) - 1

def tax(amount):
    return round(amount * RATE, 2)
`,
  'shop/basket.py': `from shop.price import RATE, total

DOUBLE = 2 * RATE

class Basket:
    def __init__(self, items):
        self.items = items

    def pay(self):
        return total(self.items)
`,
  'shop/late.py': 'def answer():\n    return 41\n',
  'tests/test_price.py': `import pytest
from shop.price import tax, total

@pytest.mark.parametrize('items, wanted', [([], 0), ([1], 1), ([1, 2], 3)])
def test_total(items, wanted):
    assert total(items) == wanted

def test_tax():
    assert tax(10) == 2.0

@pytest.mark.xfail
def test_not_yet():
    assert total([5]) == 6

@pytest.mark.skip(reason='never')
def test_never():
    assert False
`,
  'tests/test_state.py': `from shop import price
from shop.basket import DOUBLE, Basket
from shop.registry import known

seen = []

def test_registered_once():
    assert known['total'] is price.total
    seen.append(len(price.calls))

def test_what_earlier_tests_left():
    assert seen == [4]

def test_bound_names(ledger):
    assert DOUBLE == 2 * price.RATE
    assert Basket([4]).pay() == 4
    ledger.append(int(Basket([12]).pay()) + 1)

def test_loaded_late():
    from shop.late import answer
    assert answer() == 42
`,
  'tests/test_cases.py': `import unittest
from shop.basket import Basket

class BasketCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.basket = Basket([2, 2])

    def test_pays(self):
        self.assertEqual(self.basket.pay(), 4)

    @unittest.expectedFailure
    def test_is_free(self):
        self.assertEqual(self.basket.pay(), 0)

    def test_rates(self):
        for rate in (1, 2):
            with self.subTest(rate=rate):
                self.assertGreater(self.basket.pay(), rate)
`,
}

const check: Check = { id: 'tests', command: 'python3 -m pytest -q', origin: 'person', timeoutMs: 60_000 }
const price = project['shop/price.py'] ?? ''

/** Path and text of each candidate. */
const candidates: Record<string, readonly [path: string, text: string]> = {
  'the mend, in which a fixture sees something only when the session is over': ['shop/price.py', price.replace(' - 1', '')],
  'another constant, bound by name elsewhere': ['shop/price.py', price.replace('0.2', '0.3')],
  'one that is registered twice': ['shop/price.py', `${price}\nregister(total)\n`],
  'one that leaves the interpreter': ['shop/basket.py', (project['shop/basket.py'] ?? '').replace('DOUBLE =', 'import sys\nsys.exit(0)\nDOUBLE =')],
  'a file that conftest loads': ['shop/registry.py', (project['shop/registry.py'] ?? '').replace('known[function.__name__] = function', "known[function.__name__ + '_'] = function")],
  'a file that a test loads': ['shop/late.py', 'def answer():\n    return 42\n'],
}

describe('the quick lane for unittest', () => {
  it('tries candidates of many files at once, alone and with another file', async () => {
    const count = 20
    const numbers = Array.from({ length: count }, (_, n) => n)
    const give = (n: number): string => `def give():\n    return ${n}\n`
    const test = ['import unittest', ...numbers.map((n) => `import m${n}`), 'class Giving(unittest.TestCase):', ...numbers.map((n) => `    def test_${n}(self):\n        self.assertEqual(m${n}.give(), ${n})`)].join('\n')
    const lab = new ScratchLab(new Map([['test_m.py', test], ...numbers.map((n): [string, string] => [`m${n}.py`, give(n)])]), 60_000)
    try {
      const lane = createPythonLane(lab, { id: 'tests', command: 'python3 -m unittest', origin: 'person', timeoutMs: 60_000 }, { workers: 3 })
      const only = (await lane.survey(30_000))?.tests.map((one) => one.name) ?? []
      assert.equal(only.length, count)
      const jobs = numbers.map((id): LaneJob => {
        const own = (id * 7) % count
        return { id, path: `m${own}.py`, text: give(-1), only, files: ['test_m.py'], perMs: 10_000, ...(id % 4 === 0 ? { others: [{ path: `m${(own + 5) % count}.py`, text: give(-2) }] } : {}) }
      })
      const verdicts = await lane.tryAll(jobs, { keep: [], budgetMs: 60_000, all: true })
      const broken = verdicts.map(({ passed }) => only.filter((name) => !passed.has(name)).map((name) => Number(name.split('_').at(-1))).toSorted((a, b) => a - b))
      assert.deepEqual(broken, jobs.map(({ path, others = [] }) => [path, ...others.map((one) => one.path)].map((one) => Number(/\d+/.exec(one)?.[0])).toSorted((a, b) => a - b)))
    } finally {
      lab.dispose()
    }
  })
})

const noPytest = spawnSync('python3', ['-m', 'pytest', '--version']).status !== 0 && 'there is no pytest'

describe('the quick lane for pytest', { skip: noPytest }, () => {
  it('shows of each candidate what a run from the start shows, and neither loops nor memory bombs among them cost the others anything', async () => {
    const lab = new ScratchLab(new Map(Object.entries(project)), 120_000)
    try {
      const lane = createPythonLane(lab, check, { workers: 2 })
      const survey = await lane.survey(30_000)
      const only = survey?.tests.map((test) => test.name) ?? []
      assert.equal(only.length, 13)
      const stuck = price.replace('    calls.append', '    while True: pass\n    calls.append')
      const bomb = price.replace('    calls.append', "    items = ['x' * 1000] * 1000\n    while True: items = items + items\n    calls.append")
      const greedy = price.replace('RATE = 0.2', "RATE = bytearray(1 << 40) and 0.2")
      const texts = [['shop/price.py', stuck] as const, ...Object.values(candidates), ['shop/price.py', bomb] as const, ['shop/price.py', greedy] as const, ['shop/price.py', `${stuck}\n`] as const]
      const jobs = texts.map(([path, text], id): LaneJob => ({ id, path, text, only, files: [], perMs: text.includes('while True') ? 2000 : 5000 }))
      const verdicts = await lane.tryAll(jobs, { keep: [], budgetMs: 60_000, all: true })
      assert.deepEqual(verdicts.map(({ id }) => id), jobs.map(({ id }) => id))
      for (const [at, [what, [path, text]]] of Object.entries(candidates).entries()) {
        const cold = await lab.tryFiles(new Map([[path, text]]), check, { timeoutMs: 60_000 })
        const passed = (cold.tests?.cases ?? []).filter((test) => test.status === 'passed').map((test) => test.name)
        assert.deepEqual([what, [...verdicts[at + 1]?.passed ?? []].toSorted()], [what, passed.toSorted()])
      }
      const [first, last] = [verdicts[0], verdicts.at(-1)]
      assert.deepEqual([first?.ended, last?.ended], ['timeout', 'timeout'])
      assert.ok(!verdicts.slice(-3).some(({ passed }) => [...passed].some((name) => name.includes('test_total'))))
      assert.ok(verdicts[1]?.passed.has('tests/test_price.py › test_total[items0-0]'))
    } finally {
      lab.dispose()
    }
  })
})
