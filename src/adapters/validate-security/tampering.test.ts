import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rulesOf, lookAt } from './test-look.ts'
import { createTamperingValidator } from './tampering.ts'

const validator = createTamperingValidator()
const between = (path: string, before: string | undefined, after: string | undefined): Promise<readonly string[]> => rulesOf(validator, { base: before === undefined ? {} : { [path]: before }, result: { [path]: after } })
const tests = "test('a', () => {\n  assert.equal(f(1), 2)\n  assert.ok(f(2))\n})\ntest('b', () => {\n  assert.equal(f(3), 4)\n})\n"

describe('tampering', () => {
  test('tests that are skipped, singled out, emptied or gone', async () => {
    const changes: readonly (readonly [string, string, string | undefined, string])[] = [
      ['test/a.test.ts', tests, tests.replace("test('a'", "test.skip('a'"), 'skipped-test warning'],
      ['test/a.test.ts', tests, tests.replace("test('a'", "test.todo('a'"), 'skipped-test warning'],
      ['test/a.test.ts', tests, tests.replace("test('a', ", "test('a', { skip: true }, "), 'skipped-test warning'],
      ['a.spec.js', "it('a', f)\n", "xit('a', f)\n", 'skipped-test warning'],
      ['a.spec.js', "it('a', f)\n", "it.only('a', f)\n", 'only-test error'],
      ['a.spec.js', "describe('a', f)\n", "fdescribe('a', f)\n", 'only-test error'],
      ['tests/test_a.py', 'def test_a():\n    assert f()\n', '@pytest.mark.skip\ndef test_a():\n    assert f()\n', 'skipped-test warning'],
      ['tests/test_a.py', 'class T:\n  def test_a(self):\n    self.assertTrue(f())\n', 'class T:\n  @unittest.skip("x")\n  def test_a(self):\n    self.assertTrue(f())\n', 'skipped-test warning'],
      ['a_test.go', 'func TestA(t *testing.T) {\n}\n', 'func TestA(t *testing.T) {\n\tt.Skip("x")\n}\n', 'skipped-test warning'],
      ['tests/a.rs', '#[test]\nfn a() { assert!(f()) }\n', '#[test]\n#[ignore]\nfn a() { assert!(f()) }\n', 'skipped-test warning'],
      ['src/ATest.java', '@Test\nvoid a() { assertTrue(f()); }\n', '@Disabled\n@Test\nvoid a() { assertTrue(f()); }\n', 'skipped-test warning'],
      ['test/a.test.ts', tests, tests.replace('  assert.ok(f(2))\n', ''), 'fewer-assertions warning'],
      ['test/a.test.ts', tests, tests.slice(0, tests.indexOf("test('b'")), 'fewer-tests warning'],
      ['test/a.test.ts', tests, tests.replace('assert.ok(f(2))', 'assert.ok(true)'), 'empty-assertion warning'],
      ['tests/test_a.py', 'def test_a():\n    assert f() == 1\n', 'def test_a():\n    assert True\n', 'empty-assertion warning'],
      ['test/a.test.ts', tests, undefined, 'deleted-test warning'],
    ]
    for (const [path, before, after, rule] of changes) assert.deepEqual(await between(path, before, after), [`tampering/${rule}`], `${path}: ${after}`)
  })

  test('CI that says less', async () => {
    const ci = 'jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run: npm test\n      - run: npm run lint\n'
    const path = '.github/workflows/ci.yml'
    for (const [after, rule] of [
      [ci.replace('npm test', 'npm test || true'), 'ci-ignores-failure error'], [ci.replace('- run: npm test', '- run: npm test\n        continue-on-error: true'), 'ci-ignores-failure error'],
      [ci.replace('      - run: npm run lint\n', ''), 'ci-step-removed error'], [ci.replace('      - run: npm test\n', '      # - run: npm test\n'), 'ci-step-removed error'], [undefined, 'ci-removed error'],
    ] as const) assert.deepEqual(await between(path, ci, after), [`tampering/${rule}`], after)
    assert.deepEqual(await between(path, undefined, 'run: npm test || true\n'), ['tampering/ci-ignores-failure error'])
    assert.deepEqual(await between(path, ci, ci.replace('npm test', 'npm test -- --coverage')), [])
    assert.deepEqual(await between('.gitlab-ci.yml', 'test:\n  script: pytest\n', 'test:\n  script: pytest\n  allow_failure: true\n'), ['tampering/ci-ignores-failure error'])
  })

  test('checks that are switched off or ask for less', async () => {
    for (const [path, before, after, rule] of [
      ['src/a.ts', 'f()\n', '// eslint-disable-next-line no-eval\nf()\n', 'check-switched-off warning'],
      ['src/a.ts', 'f()\n', '// @ts-ignore\nf()\n', 'check-switched-off warning'],
      ['src/a.py', 'f()\n', 'f()  # noqa\n', 'check-switched-off warning'],
      ['src/a.py', 'f()\n', 'f()  # type: ignore[arg-type]\n', 'check-switched-off warning'],
      ['src/a.go', 'f()\n', 'f() //nolint:errcheck\n', 'check-switched-off warning'],
      ['src/a.rs', 'fn a() {}\n', '#[allow(unsafe_code)]\nfn a() {}\n', 'check-switched-off warning'],
      ['tsconfig.json', '{ "strict": true }\n', '{ "strict": false }\n', 'rule-switched-off warning'],
      ['.eslintrc.json', '{ "rules": { "no-eval": "error" } }\n', '{ "rules": { "no-eval": "off" } }\n', 'rule-switched-off warning'],
      ['jest.config.js', 'module.exports = { coverageThreshold: { global: { lines: 90 } } }\n', 'module.exports = { coverageThreshold: { global: { lines: 50 } } }\n', 'threshold-lowered error'],
      ['.coveragerc', '[report]\nfail_under = 90\n', '[report]\nfail_under = 40\n', 'threshold-lowered error'],
      ['.eslintignore', 'dist\n', 'dist\nsrc/legacy\n', 'check-widened-out warning'],
      ['jest.config.js', 'module.exports = {}\n', 'module.exports = { testPathIgnorePatterns: ["slow"] }\n', 'check-widened-out warning'],
      ['package.json', '{ "scripts": { "test": "jest" } }\n', '{ "scripts": { "test": "true" } }\n', 'script-emptied error'],
      ['package.json', '{ "scripts": { "test": "jest" } }\n', '{ "scripts": { "test": "jest || true" } }\n', 'script-emptied error'],
      ['package.json', '{ "scripts": { "lint": "eslint ." } }\n', '{ "scripts": {} }\n', 'script-removed warning'],
    ] as const) {
      const found = await between(path, before, after)
      assert.ok(found.includes(`tampering/${rule}`), `${path}: ${after}: ${found.join()}`)
    }
  })

  test('what people set up is sealed away, and so is a source that checks would take for a picture', async () => {
    for (const path of ['.writ/hooks.yaml', '.writ/policy/bundle.yaml']) assert.deepEqual(await between(path, undefined, 'x\n'), ['tampering/writ error sealed'], path)
    for (const path of ['.husky/pre-commit', '.githooks/pre-push', '.pre-commit-config.yaml', 'lefthook.yml']) assert.ok((await between(path, 'a\n', 'b\n')).includes('tampering/hooks error sealed'), path)
    assert.deepEqual(await between('src/a.ts', 'f()\n', 'f()\0\n'), ['tampering/hidden-from-checks error sealed'])
  })

  test('only what the change adds counts; moving, adding and renaming tests is nothing', async () => {
    const skipping = tests.replace('test(', 'test.skip(')
    assert.deepEqual(await between('test/a.test.ts', skipping, `${skipping}// more\n`), [])
    assert.deepEqual(await between('test/a.test.ts', tests, `${tests}test('c', () => { assert.ok(f()) })\n`), [])
    assert.deepEqual(await rulesOf(validator, { base: { 'test/a.test.ts': tests }, result: { 'test/a.test.ts': undefined, 'test/moved/a.test.ts': tests } }), [])
    assert.deepEqual(await rulesOf(validator, { base: { 'src/a.ts': 'f()\n' }, result: { 'src/a.ts': undefined } }), [])
    assert.deepEqual(await between('src/hooks/use-a.ts', undefined, 'export const useA = 1\n'), [], 'hooks of another kind')
    assert.deepEqual(await between('tsconfig.json', undefined, '{ "strict": false }\n'), [], 'nothing was on before')
    assert.deepEqual(await between('docs/a.md', 'x\n', 'Use `// eslint-disable` sparingly, and never `npm test || true`.\n'), [])
  })

  test('a finding says where', async () => {
    const [found] = (await lookAt(validator, { base: { 'a.test.ts': tests }, result: { 'a.test.ts': tests.replace("test('b'", "test.skip('b'") } }))?.findings ?? []
    assert.equal(found?.line, 5)
    assert.match(found?.evidence ?? '', /^test\.skip\('b'/)
  })
})
