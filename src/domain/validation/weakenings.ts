/** Ways to make checks say less, by what a text has of them: a change that adds one weakens what judges it. */
export interface Weakening {
  readonly rule: string
  readonly where: 'test' | 'ci' | 'code' | 'checks'
  readonly pattern: RegExp
  readonly severity: 'error' | 'warning'
  readonly message: string
}

export const weakenings: readonly Weakening[] = [
  {
    rule: 'skipped-test', where: 'test', severity: 'warning', message: 'skips a test: mend it, or say why it cannot run',
    pattern: /\b(?:it|test|describe|context|suite)(?:\.\w+)?\.(?:skip|todo|fixme|fails|skipIf)\b|\bx(?:it|describe|test|context)\s*\(|@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.(?:skip\w*|expectedFailure)|Ignore|Disabled)\b|^\s*@(?:skip|skipIf|skipUnless)\b|\bpytest\.(?:skip|xfail)\(|\bt\.Skip(?:f|Now)?\(|#\[ignore\b|\bskip:\s*(?:true|["'])|\bself\.skipTest\(|\[(?:Ignore|Skip)\b|\bFact\(Skip|\bmarkTestSkipped\(|\bSkip\s*=\s*"|^\s*(?:pending|skip)\s+["']/gm,
  },
  { rule: 'only-test', where: 'test', severity: 'error', message: 'runs one test and leaves the others out', pattern: /\b(?:it|test|describe|context|suite)\.only\b|\bf(?:it|describe)\s*\(|\bonly:\s*true\b/g },
  { rule: 'empty-assertion', where: 'test', severity: 'warning', message: 'asserts what is always true', pattern: /\bassert(?:\.ok|\.equal|\.strictEqual)?\(\s*(?:true|1|1\s*,\s*1|true\s*,\s*true)\s*\)|\bexpect\(\s*(?:true|1)\s*\)\.to(?:Be|Equal)\(\s*(?:true|1)\s*\)|\bexpect\(\s*true\s*\)\.toBeTruthy\(|^\s*assert\s+(?:True|1)\s*$|\bassertTrue\(\s*[tT]rue\s*\)|\bassert!\(\s*true\s*\)/gm },
  { rule: 'ci-ignores-failure', where: 'ci', severity: 'error', message: 'lets CI go on after a failure', pattern: /\|\|\s*(?:true|:|exit 0|echo\b)|\bcontinue-on-error:\s*(?:true|\$\{\{)|\ballow_failure:\s*true|\bset \+e\b|;\s*(?:true|exit 0)\s*$|\bif:\s*false\b|\bcontinueOnError:\s*true|--passWithNoTests\b|--no-verify\b/gm },
  {
    rule: 'check-switched-off', where: 'code', severity: 'warning', message: 'switches off a check for some code: mend what it found, or say why it is wrong here',
    pattern: /\beslint-disable|@ts-(?:ignore|nocheck|expect-error)|#\s*type:\s*ignore|#\s*noqa\b|#\s*(?:pylint:\s*disable|pyright:\s*ignore|mypy:\s*ignore|ruff:\s*noqa|nosec\b)|\/\/\s*nolint|#!?\[allow\(|@SuppressWarnings|\brubocop:disable|\b(?:istanbul|c8|v8) ignore|pragma:\s*no cover|\bbiome-ignore|\boxlint-disable|#pragma warning disable|\bNOSONAR\b|phpcs:ignore|@phpstan-ignore|@psalm-suppress|\bstylelint-disable|\bprettier-ignore/g,
  },
  {
    rule: 'rule-switched-off', where: 'checks', severity: 'warning', message: 'switches off a rule or loosens what is checked: make sure that it is meant',
    pattern: /["'][\w@/-]+["']\s*:\s*(?:\[\s*)?["'](?:off|0)["']|["'][\w@/-]+["']\s*:\s*0\b|"(?:strict\w*|noImplicit\w+|noUnchecked\w+|noUnused\w+|checkJs|forceConsistentCasing\w*)"\s*:\s*false|"skipLibCheck"\s*:\s*true|^\s*(?:disallow_\w+|check_untyped_defs|warn_\w+|strict)\s*=\s*[Ff]alse|^\s*ignore_(?:errors|missing_imports)\s*=\s*[Tt]rue|\bpassWithNoTests\s*:\s*true|\bfail_under\s*=\s*0\b|\bbail\s*:\s*false|^\s*continue_on_error|\bEnabled:\s*false/gm,
  },
  {
    rule: 'check-widened-out', where: 'checks', severity: 'warning', message: 'leaves more out of what is checked',
    pattern: /\b(?:testPathIgnorePatterns|coveragePathIgnorePatterns|modulePathIgnorePatterns|ignorePatterns|collect_ignore\w*|norecursedirs|extend-exclude|extend-ignore|per-file-ignores|exclude_lines|omit)\b|--(?:ignore|deselect|exclude|ignore-glob)[= ]/g,
  },
]

/** Keys whose numbers say how much must be reached. */
const thresholds = /["']?\b(branches|functions|lines|statements|fail_under|fail-under|cov-fail-under|threshold|minimum(?:_coverage)?|min_coverage|high|break|target)\b["']?\s*[:= ]\s*["']?(\d{1,3}(?:\.\d+)?)(?:%|\b)/g

/** Keys of thresholds that are lower in `after`. */
export function findLowered(before: string, after: string): readonly { readonly key: string; readonly from: number; readonly to: number; readonly at: number }[] {
  const read = (text: string): { key: string; value: number; at: number }[] => [...text.matchAll(thresholds)].map((match) => ({ key: match[1] ?? '', value: Number(match[2]), at: match.index }))
  const [old, now] = [read(before), read(after)]
  return old.flatMap(({ key, value }, n) => {
    const nth = old.slice(0, n).filter((each) => each.key === key).length
    const same = now.filter((each) => each.key === key)[nth]
    return same !== undefined && same.value < value ? [{ key, from: value, to: same.value, at: same.at }] : []
  })
}

const assertion = /\bassert(?:\w*!|\w*)?(?:\.\w+)*\s*\(|^\s*assert\s|\bexpect(?:\.\w+)?\s*\(|\.should\b|\brequire\.\w+\(t\b|\bt\.(?:is|ok|equal|deepEqual|true|false|not|throws|same|Error|Errorf|Fatal|Fatalf)\s*\(|\bself\.assert\w+\(|\bAssert\.\w+\(|\bverify\s*\(/gm
const testCase = /\b(?:it|test|specify)(?:\.\w+(?:\([^)\n]{0,80}\))?)?\s*\(\s*["'`]|^\s*(?:async\s+)?def\s+test_\w*\s*\(|^\s*func\s+(?:\([^)]*\)\s*)?Test\w+\(|#\[(?:\w+::)?test\b|@(?:Test|ParameterizedTest)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b|^\s*(?:public\s+)?function\s+test\w*\s*\(|^@test\s/gm
/** Skipped ones count as tests all the same: they are told by a rule of their own. */
const skipped = /\bx(?:it|test)\s*\(\s*["'`]/g

export function countAssertions(text: string): number {
  return count(text, assertion)
}

export function countTests(text: string): number {
  return count(text, testCase) + count(text, skipped)
}

export function count(text: string, pattern: RegExp): number {
  let found = 0
  for (const _ of text.matchAll(pattern)) found += 1
  return found
}

/** Steps of a CI file that check something, by what they run. */
const checking = /\b(?:npm (?:ci|test|t|run [\w:-]*(?:test|lint|check|type|build|audit|verify|coverage)[\w:-]*)|yarn (?:test|lint|check|typecheck|build)|pnpm (?:test|lint|run [\w:-]+|check|typecheck|build)|npx (?:tsc|eslint|jest|vitest|playwright|biome|oxlint)|pytest|tox|nox|ruff|mypy|pyright|flake8|go (?:test|vet|build)|golangci-lint|cargo (?:test|check|clippy|build|fmt)|mvn|gradlew?|dotnet (?:test|build)|make (?:test|check|lint)|bundle exec|phpunit|writ check|codeql|semgrep|gitleaks|trivy)(?![\w:-])/g

/** Commands that check something and that `after` does not run any more. */
export function findDroppedSteps(before: string, after: string): readonly string[] {
  const list = (text: string): string[] => [...text.replaceAll(/^\s*#.*$/gm, '').matchAll(checking)].map((match) => match[0])
  const left = new Map<string, number>()
  for (const command of list(after)) left.set(command, (left.get(command) ?? 0) + 1)
  return [...new Set(list(before).filter((command) => {
    const more = left.get(command) ?? 0
    left.set(command, more - 1)
    return more <= 0
  }))]
}
