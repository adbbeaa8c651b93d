import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openProofBench, type Files, type PinnedBase, type ProofBench } from './proof-bench.ts'

const calc = 'def add(a, b):\n    return a - b\n\n\ndef name():\n    return "calc"\n'
const unittestFiles: Files = {
  'calc/__init__.py': '',
  'calc/core.py': calc,
  'tests/__init__.py': '',
  'tests/test_core.py': `import unittest

from calc.core import add, name


class Core(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(add(1, 2), 3)

    def test_neutral(self):
        self.assertEqual(add(4, 0), 4)

    def test_name(self):
        self.assertEqual(name(), "calc")


if __name__ == "__main__":
    unittest.main()
`,
}
const pytestFiles: Files = {
  'calc/__init__.py': '',
  'calc/core.py': calc,
  'tests/test_core.py': 'from calc.core import add, name\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n\n\ndef test_neutral():\n    assert add(4, 0) == 4\n\n\ndef test_name():\n    assert name() == "calc"\n',
}
const cheat = (code: string): Record<string, string> => ({ 'calc/core.py': `${code}\n${calc}` })

const everyRunner: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'os._exit(0) at import': cheat('import os; os._exit(0)'),
  'os._exit(0) at the end': cheat('import atexit, os; atexit.register(os._exit, 0)'),
  'sys.exit(0) at import': cheat('import sys; sys.exit(0)'),
  'a report that says passed': cheat('import writ_report; case = writ_report.Stream.case\nwrit_report.Stream.case = lambda self, file, path, status, *rest: case(self, file, path, "passed")\nimport atexit, os; atexit.register(os._exit, 0)'),
  'a report of its own': cheat('import os, writ_report, sys\ns = writ_report.Stream("pytest" if "pytest" in sys.modules else "unittest")\nfor n in ("test_adds", "test_neutral", "test_name"): s.case("tests/test_core.py", ["Core", n] if "pytest" not in sys.modules else [n], "passed")\ns.end(); os._exit(0)'),
  'sitecustomize and usercustomize': { 'sitecustomize.py': 'import os; os._exit(0)', 'usercustomize.py': 'import os; os._exit(0)' },
  'a module that shadows the standard library': { 'json.py': 'import os; os._exit(0)', 'unittest.py': 'import os; os._exit(0)', 'traceback.py': 'import os; os._exit(0)' },
  'a test deleted': { 'tests/test_core.py': undefined },
}

const unittestOnly: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'assertions that do nothing': cheat('import unittest\nfor n in dir(unittest.TestCase):\n    if n.startswith("assert"): setattr(unittest.TestCase, n, lambda *a, **k: None)'),
  'one assertion that does nothing': cheat('import unittest\nunittest.TestCase._baseAssertEqual = lambda *a, **k: None\nunittest.TestCase.assertEqual = lambda *a, **k: None'),
  'tests that do not run': cheat('import unittest\nunittest.TestCase._callTestMethod = lambda self, method: None'),
  'a result that counts failures as passes': cheat('import unittest\nunittest.TestResult.addFailure = lambda self, test, err: self.addSuccess(test)\nunittest.TextTestResult.addFailure = lambda self, test, err: self.addSuccess(test)\nimport atexit, os; atexit.register(os._exit, 0)'),
  'a unittest folder': { 'unittest/__init__.py': 'import sys; sys.exit(0)', 'unittest/__main__.py': 'import sys; sys.exit(0)' },
  'load_tests that leaves tests out': { 'tests/__init__.py': 'import unittest\ndef load_tests(loader, tests, pattern):\n    return unittest.TestSuite()\n' },
  'a new test that patches': { 'tests/test_aaa.py': 'import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n' },
}

const pytestOnly: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'conftest.py': { 'conftest.py': 'def pytest_collection_modifyitems(items):\n    items.clear()\n', 'tests/conftest.py': 'import os; os._exit(0)' },
  'pytest.ini and its like': { 'pytest.ini': '[pytest]\naddopts = --co -q\n', 'setup.cfg': '[tool:pytest]\naddopts = --co\n', 'tox.ini': '[pytest]\naddopts=--co\n', 'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "--co"\n' },
  'a pytest of its own': { 'pytest.py': 'import sys; sys.exit(0)', 'pytest/__main__.py': 'import sys; sys.exit(0)' },
  'results changed on the way': cheat('import _pytest.runner as r\nold = r.TestReport.from_item_and_call.__func__ if hasattr(r, "TestReport") else None\nimport _pytest.reports as p\no = p.TestReport.__init__\ndef init(self, *a, **k):\n    o(self, *a, **k)\n    self.outcome = "passed"; self.longrepr = None\np.TestReport.__init__ = init'),
}

function suite(runner: string, files: Files, command: string, attacks: typeof everyRunner, names: readonly string[]): void {
  describe(`a Python result that only pretends (${runner})`, { concurrency: 2 }, () => {
    let bench: ProofBench
    let pinned: PinnedBase
    before(async () => {
      bench = await openProofBench(`attacks-${runner}`)
      pinned = await bench.pin(files, command)
    })
    after(() => bench.dispose())

    test('a real repair is proven', async (t) => {
      if (pinned.baseline.status === 'could-not-run') return t.skip(pinned.baseline.notes[0])
      assert.deepEqual(pinned.baseline.tests?.cases.map((one) => one.name).toSorted(), names)
      const proof = await bench.prove(pinned, { 'calc/core.py': calc.replace('a - b', 'a + b') })
      assert.equal(proof.verdict, 'proven', proof.reasons.join('; '))
      assert.equal(proof.checks[0]?.strength, 'by-name')
    })

    for (const [name, changes] of Object.entries({ ...everyRunner, ...attacks })) {
      test(`not proven: ${name}`, async (t) => {
        if (pinned.baseline.status === 'could-not-run') return t.skip(pinned.baseline.notes[0])
        const proof = await bench.prove(pinned, changes)
        assert.notEqual(proof.verdict, 'proven', JSON.stringify(proof, undefined, 1))
      })
    }
  })
}

suite('unittest', unittestFiles, 'python3 -m unittest discover -s tests -t .', unittestOnly, [
  'tests/test_core.py › Core › test_adds', 'tests/test_core.py › Core › test_name', 'tests/test_core.py › Core › test_neutral',
])
suite('pytest', pytestFiles, 'python3 -m pytest -q', pytestOnly, ['tests/test_core.py › test_adds', 'tests/test_core.py › test_name', 'tests/test_core.py › test_neutral'])

describe('a package in src/ that is not installed', () => {
  test('a link that makes its tests load is no proof in a check that was found: nothing could be judged on the base', async (t) => {
    const bench = await openProofBench('src-layout')
    t.after(() => bench.dispose())
    const files: Files = { 'src/calc/__init__.py': '', 'src/calc/core.py': calc.replace('a - b', 'a + b'), 'tests/test_core.py': (unittestFiles['tests/test_core.py'] ?? '') }
    const pinned = await bench.pin(files, 'python3 -m unittest discover -s tests')
    assert.equal(pinned.baseline.status, 'could-not-run', pinned.baseline.tail)
    const found = { ...pinned, contract: { ...pinned.contract, checks: pinned.contract.checks.map((check) => ({ ...check, origin: 'found' as const })) } }
    const proof = await bench.prove(found, { 'calc/__init__.py': '', 'calc/core.py': calc.replace('a - b', 'a + b') })
    assert.equal(proof.verdict, 'no-evidence', JSON.stringify(proof, undefined, 1))
  })
})
