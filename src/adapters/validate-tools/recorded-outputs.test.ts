import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { defaultSettings, ValidationSettings } from '../../domain/validation/settings.ts'
import type { SandboxResult } from '../../engine/ports/sandbox.ts'
import { biomeFormat, biomeLint } from './biome.ts'
import { dotnetBuild, dotnetFormat } from './dotnet.ts'
import { eslint } from './eslint.ts'
import { goVet, gofmt, golangciLint } from './go.ts'
import { javac } from './javac.ts'
import { oxlint } from './oxlint.ts'
import { prettier } from './prettier.ts'
import { black, ruff, ruffFormat } from './python-style.ts'
import { mypy, pyright } from './python-types.ts'
import { rubocop } from './rubocop.ts'
import { cargoCheck, cargoFmt, clippy } from './rust.ts'
import { shellcheck } from './shellcheck.ts'
import { stylelint } from './stylelint.ts'
import { readOutputs, type ToolRun } from './tool-command.ts'
import type { Tool } from './tool-validator.ts'
import { tsc } from './typescript.ts'

interface Said { readonly text: string; readonly exitCode: number; readonly stderr?: string; readonly folder?: string }

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function toResult(stdout: string, stderr = ''): SandboxResult {
  return { ended: 'exited', exitCode: 0, durationMs: 1, stdout: encode(stdout), stderr: encode(stderr), output: encode(stdout + stderr), droppedBytes: 0, notes: [] }
}

/** What a tool's reader makes of an output, as it would come out of the script that starts it. */
function read(tool: Tool, { text, exitCode, stderr = '', folder = '' }: Said, settings = defaultSettings): readonly string[] | { readonly failed: string } {
  const runs: readonly ToolRun[] = [{ folder, env: [], words: [tool.program], files: undefined }]
  const outputs = readOutputs(runs, toResult(`\u001e/home/ada/project\n${text}\u001f${exitCode}\n`, stderr))
  assert.ok(!('failed' in outputs), JSON.stringify(outputs))
  const [output] = outputs
  assert.ok(output)
  const said = tool.read(output, settings)
  return 'failed' in said ? said : said.map(({ path, line, severity, rule, message }) => `${path}:${line ?? '-'} ${severity} ${rule} ${message}`)
}

const root = '/home/ada/project'

/** Printed by the tools themselves; of those marked `documented` as their own documentation shows it. */
const recorded: readonly (readonly [string, Tool, Said, readonly string[]])[] = [
  ['tsc 6', tsc, { text: "src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\n  It says more on further lines.\n", exitCode: 2 }, ["src/a.ts:1 error TS2322 Type 'string' is not assignable to type 'number'."]],
  ['tsc in a folder', tsc, { folder: 'web', text: '../shared/a.ts(3,1): error TS1005: x\n', exitCode: 2 }, ['shared/a.ts:3 error TS1005 x']],
  ['eslint 10', eslint, { exitCode: 1, text: `[{"filePath":"${root}/a.js","messages":[{"ruleId":"eqeqeq","severity":2,"message":"Expected '===' and instead saw '=='.","line":2,"column":12,"messageId":"unexpected","endLine":2,"endColumn":14},{"ruleId":"no-debugger","severity":1,"message":"Unexpected 'debugger' statement.","line":2,"column":22,"messageId":"unexpected"}],"suppressedMessages":[],"errorCount":1,"fatalErrorCount":0,"warningCount":1,"source":"x","usedDeprecatedRules":[]},{"filePath":"${root}/broken.js","messages":[{"ruleId":null,"fatal":true,"severity":2,"message":"Parsing error: Unexpected token =","line":1,"column":7}],"suppressedMessages":[],"errorCount":1},{"filePath":"${root}/dist/x.js","messages":[{"ruleId":null,"fatal":false,"severity":1,"message":"File ignored because of a matching ignore pattern."}]}]` },
    ["a.js:2 error eqeqeq Expected '===' and instead saw '=='.", "a.js:2 warning no-debugger Unexpected 'debugger' statement.", 'broken.js:1 error parse Parsing error: Unexpected token =']],
  ['biome 2 lint', biomeLint, { exitCode: 1, text: '{"summary":{"changed":0,"errors":3},"diagnostics":[{"severity":"error","message":"Using == may be unsafe if you are relying on type coercion.","category":"lint/suspicious/noDoubleEquals","location":{"path":"a.js","start":{"line":2,"column":12},"end":{"line":2,"column":14}},"advices":[]},{"severity":"error","message":"Expected an identifier.","category":"parse","location":{"path":"broken.js","start":{"line":1,"column":7},"end":{"line":1,"column":10}},"advices":[{"start":{"line":1,"column":7},"text":"x"}]}],"command":"lint"}' },
    ['a.js:2 error suspicious/noDoubleEquals Using == may be unsafe if you are relying on type coercion.', 'broken.js:1 error parse Expected an identifier.']],
  ['biome 2 format', biomeFormat, { exitCode: 1, text: '{"summary":{"errors":1},"diagnostics":[{"severity":"error","message":"Formatter would have printed the following content:","category":"format","location":{"path":"a.js","start":{"line":0,"column":0},"end":{"line":0,"column":0}},"advices":[]}],"command":"format"}' }, ['a.js:- warning format is not formatted as biome does it; run biome format --write']],
  ['biome 1 (documented)', biomeLint, { exitCode: 1, text: '{"summary":{},"diagnostics":[{"category":"lint/style/useConst","severity":"warning","description":"This let declares a variable that is only assigned once.","message":[{"elements":["Emphasis"],"content":"This let"},{"elements":[],"content":" declares a variable."}],"location":{"path":{"file":"a.js"},"span":[0,3],"sourceCode":"let a"}}]}' }, ['a.js:- warning style/useConst This let declares a variable.']],
  ['oxlint 1', oxlint, { exitCode: 0, text: '{ "diagnostics": [{"message": "`debugger` statement is not allowed","code": "eslint(no-debugger)","severity": "warning","causes": [],"url": "x","help": "Remove the debugger statement","filename": "b.js","labels": [{"span": {"offset": 11,"length": 9,"line": 1,"column": 12}}],"related": []},{"message":"Unexpected token","severity":"error","filename":"c.js","labels":[]}],\n "number_of_files": 1,\n "number_of_rules": 96 }\n' },
    ['b.js:1 warning eslint(no-debugger) `debugger` statement is not allowed', 'c.js:- error parse Unexpected token']],
  ['stylelint 17', stylelint, { exitCode: 2, text: `[{"source":"${root}/a.css","deprecations":[],"invalidOptionWarnings":[],"parseErrors":[],"errored":true,"warnings":[{"line":2,"column":3,"endLine":2,"endColumn":5,"rule":"block-no-empty","severity":"error","text":"Empty block (block-no-empty)"}]}]` }, ['a.css:2 error block-no-empty Empty block']],
  ['prettier 3', prettier, { exitCode: 2, text: 'a.js\na.css\n', stderr: '[error] broken.js: SyntaxError: Unexpected token (1:7)\n[error] > 1 | const = 1\n[error]     |       ^\n[error]   2 |\n' }, ['a.js:- warning format is not formatted as prettier does it; run prettier --write', 'a.css:- warning format is not formatted as prettier does it; run prettier --write']],
  ['pyright 1', pyright, { exitCode: 1, text: `{"version":"1.1.414","time":"1","generalDiagnostics":[{"file":"${root}/p.py","severity":"error","message":"Type \\"int\\" is not assignable to return type \\"str\\"\\n  more","range":{"start":{"line":1,"character":11},"end":{"line":1,"character":12}},"rule":"reportReturnType"},{"file":"${root}/p.py","severity":"error","message":"Import \\"x\\" could not be resolved","rule":"reportMissingImports"}],"summary":{}}` }, ['p.py:2 error reportReturnType Type "int" is not assignable to return type "str"']],
  ['mypy 1', mypy, { exitCode: 1, text: 'p.py:2: error: Incompatible return value type (got "int", expected "str")  [return-value]\np.py:4:3: note: see this\nq.py:1: error: Cannot find implementation or library stub for module named "x"  [import-not-found]\nbad.py:1:8: error: invalid syntax  [syntax]\n' },
    ['p.py:2 error return-value Incompatible return value type (got "int", expected "str")', 'bad.py:1 error syntax invalid syntax']],
  ['ruff (documented)', ruff, { exitCode: 1, text: `[{"cell":null,"code":"F401","end_location":{"column":10,"row":1},"filename":"${root}/a.py","fix":null,"location":{"column":8,"row":1},"message":"\`os\` imported but unused","noqa_row":1,"url":"x"}]` }, ['a.py:1 error F401 `os` imported but unused']],
  ['ruff format (documented)', ruffFormat, { exitCode: 1, text: 'Would reformat: pkg/a.py\n1 file would be reformatted\n' }, ['pkg/a.py:- warning format is not formatted as ruff does it; run ruff format']],
  ['black 23', black, { exitCode: 123, text: 'error: cannot format bad.py: Cannot parse: 1:6: def f(:\nwould reformat p.py\n\nOh no! 💥 💔 💥\n1 file would be reformatted, 1 file would fail to reformat.\n' }, ['p.py:- warning format is not formatted as black does it; run black']],
  ['go vet 1.19', goVet, { exitCode: 2, text: '# x/sub\nvet: sub/b.go:3:23: cannot use "a" (untyped string constant) as int value in return statement\n# x\n./a.go:4:1: fmt.Printf format %d has arg "a" of wrong type string\n' },
    ['sub/b.go:3 error vet cannot use "a" (untyped string constant) as int value in return statement', 'a.go:4 error vet fmt.Printf format %d has arg "a" of wrong type string']],
  ['gofmt 1.19', gofmt, { exitCode: 0, text: 'a.go\n', folder: 'svc' }, ['svc/a.go:- warning format is not formatted as gofmt does it; run gofmt -w']],
  ['golangci-lint (documented)', golangciLint, { exitCode: 1, text: 'a.go:3:2: Error return value of `f` is not checked (errcheck)\n\tf()\n\t^\n1 issues:\n* errcheck: 1\n' }, ['a.go:3 error errcheck Error return value of `f` is not checked']],
  ['cargo check 1.95', cargoCheck, { exitCode: 101, stderr: 'error: could not compile `x` (bin "x") due to 1 previous error\n', text: `{"reason":"compiler-artifact","package_id":"x"}\n${'{"reason":"compiler-message","package_id":"x","message":{"rendered":"r","$message_type":"diagnostic","children":[],"level":"error","message":"mismatched types","spans":[{"file_name":"src/other.rs","is_primary":false,"line_start":9},{"byte_end":28,"file_name":"src/main.rs","is_primary":true,"label":"expected `i32`, found `&str`","line_end":1,"line_start":1}],"code":{"code":"E0308","explanation":"x"}}}\n'.repeat(2)}{"reason":"compiler-message","message":{"level":"failure-note","message":"For more information","spans":[],"code":null}}\n` }, ['src/main.rs:1 error E0308 mismatched types']],
  ['cargo clippy 0.1.95', clippy, { exitCode: 0, text: '{"reason":"compiler-message","message":{"level":"warning","message":"unused variable: `y`","spans":[{"file_name":"src/main.rs","is_primary":true,"line_start":1}],"code":{"code":"unused_variables","explanation":null}}}\n{"reason":"compiler-message","message":{"level":"warning","message":"length comparison to zero","spans":[{"file_name":"src/main.rs","is_primary":true,"line_start":1}],"code":{"code":"clippy::len_zero","explanation":null}}}\n' }, ['src/main.rs:1 warning clippy::len_zero length comparison to zero']],
  ['cargo fmt 1.9', cargoFmt, { exitCode: 1, text: `${root}/src/main.rs\n` }, ['src/main.rs:- warning format is not formatted as rustfmt does it; run cargo fmt']],
  ['javac 17', javac, { exitCode: 1, text: 'p/A.java:1: error: incompatible types: String cannot be converted to int\nclass A { int f() { return "a"; } \n                           ^\n1 error\n' }, ['p/A.java:1 error javac incompatible types: String cannot be converted to int']],
  ['dotnet build (documented)', dotnetBuild, { exitCode: 1, text: `${root}/src/A.cs(12,9): error CS0029: Cannot implicitly convert type 'string' to 'int' [${root}/src/A.csproj]\n${root}/src/A.cs(12,9): error CS0029: Cannot implicitly convert type 'string' to 'int' [${root}/src/A.csproj]\n${root}/src/B.cs(3,1): warning CS0168: The variable 'x' is declared but never used [${root}/src/A.csproj]\n` },
    ["src/A.cs:12 error CS0029 Cannot implicitly convert type 'string' to 'int'", "src/B.cs:3 warning CS0168 The variable 'x' is declared but never used"]],
  ['dotnet format (documented)', dotnetFormat, { exitCode: 2, text: `${root}/src/A.cs(3,5): error WHITESPACE: Fix whitespace formatting. Delete 4 characters. [${root}/src/A.csproj]\n` }, ['src/A.cs:3 warning WHITESPACE Fix whitespace formatting. Delete 4 characters.']],
  ['rubocop (documented)', rubocop, { exitCode: 1, text: '{"metadata":{"rubocop_version":"1.60.0"},"files":[{"path":"lib/a.rb","offenses":[{"severity":"convention","message":"Style/StringLiterals: Prefer single-quoted strings","cop_name":"Style/StringLiterals","corrected":false,"correctable":true,"location":{"start_line":2,"start_column":1,"last_line":2,"last_column":3,"length":3,"line":2,"column":1}}]}],"summary":{"offense_count":1}}' }, ['lib/a.rb:2 warning Style/StringLiterals Style/StringLiterals: Prefer single-quoted strings']],
  ['shellcheck 0.9', shellcheck, { exitCode: 1, text: '[{"file":"s.sh","line":2,"endLine":2,"column":10,"endColumn":21,"level":"error","code":2045,"message":"Iterating over ls output is fragile. Use globs.","fix":null},{"file":"s.sh","line":2,"endLine":2,"column":31,"endColumn":33,"level":"info","code":2086,"message":"Double quote to prevent globbing and word splitting.","fix":null}]\n' },
    ['s.sh:2 error SC2045 Iterating over ls output is fragile. Use globs.', 's.sh:2 note SC2086 Double quote to prevent globbing and word splitting.']],
]

describe('what tools print, read', () => {
  for (const [name, tool, said, expected] of recorded) test(name, () => assert.deepEqual(read(tool, said), expected))
  test('nothing and a good end is no finding', () => {
    for (const [, tool] of recorded) assert.deepEqual(read(tool, { text: '', exitCode: 0 }), [], tool.id)
  })
  test('the settings bound what lint and format can be', () => {
    const settings = ValidationSettings.parse({ lint: 'note', format: 'error' })
    assert.deepEqual(read(shellcheck, { text: '[{"file":"s.sh","line":2,"level":"error","code":2045,"message":"x"}]', exitCode: 1 }, settings), ['s.sh:2 note SC2045 x'])
    assert.deepEqual(read(gofmt, { text: 'a.go\n', exitCode: 0 }, settings), ['a.go:- error format is not formatted as gofmt does it; run gofmt -w'])
  })
})

test('nothing that a tool prints makes its reader throw', () => {
  const tools = [...new Set(recorded.map(([, tool]) => tool))]
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\n', 'a.ts', '(1,2)', ': error ', 'TS1: ', 'null', '0', '{"reason":"compiler-message"', '{"diagnostics":', '[{"filePath":"x","messages":', 'Would reformat: ', '\u0000', 'é', '../')
  fc.assert(fc.property(fc.constantFrom(...tools), fc.array(pieces, { maxLength: 20 }), fc.constantFrom(0, 1, 2, 101), (tool, text, exitCode) => {
    read(tool, { text: text.join(''), exitCode, stderr: text.join('') })
  }), { numRuns: 2000 })
})

/** A tool that did not do its work says so, and nothing passes. */
const failures: readonly (readonly [string, Tool, Said, RegExp])[] = [
  ['a configuration that eslint cannot read', eslint, { text: '', exitCode: 2, stderr: '\nOops! Something went wrong! :(\n\nESLint: 10.15.0\n\nCannot find package "x"\n' }, /Cannot find package "x"$/],
  ['a tsconfig without inputs', tsc, { text: "error TS18003: No inputs were found in config file '/x/tsconfig.json'.\n", exitCode: 2 }, /No inputs/],
  ['a tsconfig with an unknown option', tsc, { text: "tsconfig.json(3,5): error TS5023: Unknown compiler option 'x'.\n", exitCode: 1 }, /Unknown compiler option/],
  ['tsc that crashed', tsc, { text: '', exitCode: 134, stderr: 'out of memory\n' }, /out of memory/],
  ['crates that are not here', cargoCheck, { text: '', exitCode: 101, stderr: 'error: no matching package named `serde` found\nlocation searched: crates.io index\n' }, /no matching package named `serde` found/],
  ['Go modules that are not here', goVet, { text: 'sub/b.go:2:8: no required module provides package example.org/x; to add it:\n\tgo get example.org/x\n', exitCode: 1 }, /no required module/],
  ['Java libraries that are not here', javac, { text: 'A.java:1: error: package org.junit does not exist\n', exitCode: 1 }, /needs libraries/],
  ['packages that were not restored', dotnetBuild, { text: "/sdk/x.targets(266,5): error NETSDK1004: Assets file 'x' not found. [/p/A.csproj]\n", exitCode: 1 }, /Assets file/],
  ['prettier with a broken configuration', prettier, { text: '', exitCode: 2, stderr: '[error] Invalid configuration for file "/x/a.js":\n' }, /Invalid configuration/],
  ['black with a wrong path', black, { text: "Error: Invalid value for 'SRC ...'\n", exitCode: 2 }, /Invalid value/],
  ['mypy that read nothing', mypy, { text: '', exitCode: 2, stderr: "mypy: can't read file 'nothere.py'\n" }, /can't read file/],
  ['JSON of another shape', ruff, { text: '{"a":1}', exitCode: 1 }, /another shape/],
]

describe('a tool that did not look', () => {
  for (const [name, tool, said, reason] of failures) test(name, () => {
    const read_ = read(tool, said)
    assert.ok('failed' in read_, JSON.stringify(read_))
    assert.match(read_.failed, reason)
  })
  test('cut off, cut short, or stopped on the way', () => {
    const runs: readonly ToolRun[] = [{ folder: '', env: [], words: ['x'], files: undefined }]
    const said = (result: SandboxResult): unknown => readOutputs(runs, result)
    assert.deepEqual(said({ ...toResult(''), ended: 'timeout', durationMs: 2000 }), { failed: 'it was stopped after 2 s' })
    assert.deepEqual(said({ ...toResult(''), ended: 'memory' }), { failed: 'it was stopped (memory)' })
    assert.deepEqual(said({ ...toResult('x'), droppedBytes: 7 }), { failed: 'it printed more than can be read' })
    assert.deepEqual(said(toResult('\u001e/r\nhalf', 'killed\n')), { failed: 'it did not come to its end: killed' })
  })
})
