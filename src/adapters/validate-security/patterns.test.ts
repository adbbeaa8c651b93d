import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PatternRule } from '../../domain/validation/settings.ts'
import { lookAt, rulesOf } from './test-look.ts'
import { ownRules, lineRules } from './own-patterns.ts'
import { createPatternsValidator, explainPatternRule } from './patterns.ts'

const validator = createPatternsValidator()
const rules = (path: string, text: string, settings: object = {}) => rulesOf(validator, { result: { [path]: text }, settings })

/** One bad text for each of our own rules, and what is written instead. */
const own: readonly (readonly [string, string, string, string])[] = [
  ['tls-off', 'a.ts', "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1'"],
  ['tls-off', 'a.js', 'https.request({ host, rejectUnauthorized: false })', 'https.request({ host, rejectUnauthorized: true, ca })'],
  ['tls-off', 'a.tsx', 'const agent = new Agent({ "rejectUnauthorized": false })', 'const agent = new Agent({ rejectUnauthorized: isStrict })'],
  ['eval-of-request', 'a.js', 'const x = eval(req.body.code)', 'const x = evaluate(req.body.code)'],
  ['eval-of-request', 'a.ts', 'vm.runInNewContext("(" + request.query.f + ")")', 'vm.runInNewContext(template)'],
  ['function-of-request', 'a.js', 'new Function("a", req.body.code)', 'new Function("a", source)'],
  ['shell-of-request', 'a.js', 'exec("ls " + req.query.dir)', 'execFile("ls", [req.query.dir])'],
  ['shell-of-template', 'a.ts', 'execSync(`git log ${branch}`)', 'execFileSync("git", ["log", branch])'],
  ['origin-of-request', 'a.js', 'app.use(cors({ origin: true, credentials: true }))', 'app.use(cors({ origin: sites, credentials: true }))'],
  ['tls-off', 'a.py', 'requests.get(url, timeout=3, verify=False)', 'requests.get(url, verify="ca.pem")'],
  ['tls-off', 'a.py', 'context = ssl._create_unverified_context()', 'context = ssl.create_default_context()'],
  ['shell-of-template', 'a.py', 'subprocess.run(f"ls {name}", shell=True)', 'subprocess.run(["ls", name])'],
  ['shell-of-template', 'a.py', 'os.system("rm %s" % name)', 'os.system("clear")'],
  ['eval-of-request', 'a.py', 'eval(request.args["f"])', 'ast.literal_eval(request.args["f"])'],
  ['unpickle-of-request', 'a.py', 'pickle.loads(request.data)', 'json.loads(request.data)'],
  ['tls-off', 'a.go', 'tls.Config{InsecureSkipVerify: true}', 'tls.Config{InsecureSkipVerify: insecure}'],
  ['tls-off', 'a.rb', 'http.verify_mode = OpenSSL::SSL::VERIFY_NONE', 'http.verify_mode = OpenSSL::SSL::VERIFY_PEER'],
  ['eval-of-request', 'a.rb', 'eval(params[:code])', 'params[:code]'],
  ['tls-off', 'a.php', 'curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);', 'curl_setopt($c, CURLOPT_SSL_VERIFYPEER, true);'],
  ['eval-of-request', 'a.php', 'eval($_GET["x"]);', 'echo htmlspecialchars($_GET["x"]);'],
  ['tls-off', 'a.cs', 'handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;', 'handler.ServerCertificateCustomValidationCallback = Validate;'],
  ['tls-off', 'A.java', 'builder.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);', 'builder.setSSLHostnameVerifier(new DefaultHostnameVerifier());'],
  ['tls-off', 'a.rs', 'Client::builder().danger_accept_invalid_certs(true)', 'Client::builder().add_root_certificate(cert)'],
]

describe('patterns', () => {
  test('our own are found, and what is written instead is not', async () => {
    for (const [id, path, bad, good] of own) {
      assert.deepEqual((await rules(path, `${bad}\n`)).map((each) => each.split(' ')[0]), [`patterns/${id}`], bad)
      assert.deepEqual(await rules(path, `${good}\n`), [], good)
    }
    assert.deepEqual(new Set(own.map(([id]) => id)), new Set([...ownRules, ...lineRules].map(({ id }) => id)), 'each has an example')
  })

  test('comments are no code, and what a test does on purpose is told only', async () => {
    assert.deepEqual(await rules('a.py', '# requests.get(url, verify=False)\n'), [])
    assert.deepEqual(await rules('a.ts', '// rejectUnauthorized: false\nconst text = "rejectUnauthorized: false"\n'), [])
    assert.deepEqual(await rules('test/a.test.ts', 'connect({ rejectUnauthorized: false })\n'), ['patterns/tls-off warning'])
  })

  test('rules of the settings hold where they say, and what was there before is not blamed on the change', async () => {
    const settings = { patterns: [{ id: 'no-console', language: 'TypeScript', rule: { pattern: 'console.log($$$A)' }, message: 'use the logger', severity: 'warning', paths: ['src/**'] }] }
    assert.deepEqual(await rules('src/a.ts', 'console.log(1)\n', settings), ['patterns/no-console warning'])
    assert.deepEqual(await rules('tools/a.ts', 'console.log(1)\n', settings), [])
    assert.deepEqual(await rulesOf(validator, { base: { 'src/a.ts': 'console.log(1)\n' }, result: { 'src/a.ts': '// first\nconsole.log(1)\nconsole.log(2)\n' }, settings }), ['patterns/no-console warning'])
    const [found] = (await lookAt(validator, { result: { 'src/a.ts': 'f()\n\nconsole.log(1)\n' }, settings }))?.findings ?? []
    assert.deepEqual([found?.line, found?.message, found?.evidence], [3, 'use the logger', 'console.log(1)'])
  })

  test('a rule that cannot be looked for is named, and the others are looked for all the same', async () => {
    const rule = (more: object) => PatternRule.parse({ id: 'mine', language: 'TypeScript', rule: { pattern: 'x' }, message: 'm', ...more })
    assert.equal(await explainPatternRule(rule({})), undefined)
    assert.match(await explainPatternRule(rule({ rule: { nonsense: 'x' } })) ?? '', /the pattern mine cannot be read: ./)
    assert.match(await explainPatternRule(rule({ rule: { kind: 'no_such_kind' } })) ?? '', /the pattern mine cannot be read: ./)
    assert.match(await explainPatternRule(rule({ language: 'COBOL' })) ?? '', /COBOL, which has no grammar here; the languages are TypeScript, /)
    const looked = await lookAt(validator, { result: { 'a.ts': 'connect({ rejectUnauthorized: false })\n' }, settings: { patterns: [rule({ language: 'COBOL' })] } })
    assert.match(looked?.notChecked ?? '', /the pattern mine is for COBOL/)
    assert.equal(looked?.findings.length, 1)
  })

  test('the languages beside the web’s, by the grammars that syntax is checked with', async () => {
    const cases: readonly (readonly [language: string, path: string, text: string, line: number, rule: object])[] = [
      ['Python', 'a.py', 'import os\nos.system(f"rm {x}")\n', 2, { pattern: 'os.system($A)' }],
      ['py', 'a.py', 'class A:\n  def f(self):\n    print(1, 2)\n', 3, { pattern: 'print($$$A)' }],
      ['Go', 'a.go', 'package a\nfunc f() {\n\tpanic(x)\n}\n', 3, { pattern: 'panic($A)' }],
      ['Rust', 'a.rs', 'fn main() {\n  let x = a.b().unwrap();\n}\n', 2, { pattern: '$A.unwrap()' }],
      ['Java', 'A.java', 'class A {\n  void f() { System.out.println("x"); }\n}\n', 2, { pattern: 'System.out.println($$$A)' }],
      ['CSharp', 'A.cs', 'class A {\n  void F() { Console.WriteLine(1); }\n}\n', 2, { pattern: 'Console.WriteLine($$$A)' }],
      ['C', 'a.c', 'int main(void) {\n  gets(line);\n}\n', 2, { kind: 'call_expression', has: { field: 'function', regex: '^gets$' } }],
      ['Ruby', 'a.rb', 'def a\n  eval(params[:x])\nend\n', 2, { pattern: 'eval($X)' }],
      ['Php', 'a.php', '<?php\neval($x);\n', 2, { pattern: { context: '<?php eval($$$A);', selector: 'function_call_expression' } }],
      ['Bash', 'a.sh', 'cd x\nrm -rf "$Y"\n', 2, { pattern: 'rm -rf $A' }],
    ]
    for (const [language, path, text, line, rule] of cases) {
      const settings = { patterns: [{ id: 'mine', language, rule, message: 'm' }] }
      const found = (await lookAt(validator, { result: { [path]: text }, settings }))?.findings.filter((each) => each.rule === 'patterns/mine') ?? []
      assert.deepEqual(found.map((each) => each.line), [line], `${language}: ${text}`)
    }
    const rule = PatternRule.parse({ id: 'mine', language: 'Go', rule: { kind: 'no_such_kind' }, message: 'm' })
    assert.match(await explainPatternRule(rule) ?? '', /the pattern mine cannot be read: .*no_such_kind/)
  })

  test('a file that is too large to be looked at is named, and never passes', async () => {
    assert.equal((await lookAt(validator, { result: { 'big.js': '// x\n'.repeat(10 ** 6), 'a.js': 'f()\n' } }))?.notChecked, 'larger than 4 MiB: big.js')
  })

  test('other files are none of its business', async () => assert.equal(await lookAt(validator, { result: { 'README.md': 'rejectUnauthorized: false\n' } }), undefined))
})
