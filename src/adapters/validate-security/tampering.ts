import { whyTest } from '../../domain/contract/test-places.ts'
import { toChangeKind } from '../../domain/policy/change-kinds.ts'
import type { ChangeValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'

const decoder = new TextDecoder()
const assertion = /\b(assert\w*|expect|should|require\.\w+|t\.(is|ok|equal|deepEqual|true|false)|check|verify)\s*[.(]/g

interface Trick {
  readonly rule: string
  readonly pattern: RegExp
  readonly message: string
  readonly severity: 'error' | 'warning'
  readonly where: (path: string) => boolean
}

const isTest = (path: string): boolean => whyTest(path) !== undefined
const isCi = (path: string): boolean => toChangeKind(path) === 'ci'
const isCode = (path: string): boolean => /\.([cm]?[jt]sx?|py|go|rs|java|rb|php|cs|kt|swift|c|cc|cpp|h)$/.test(path)

/** Ways to make checks say less; each counts only where the change adds it. */
const tricks: readonly Trick[] = [
  { rule: 'skipped-test', severity: 'warning', where: isTest, message: 'skips a test that ran before', pattern: /\b(it|test|describe|context|suite)\.(skip|todo|fixme)\b|\bx(it|describe|test)\s*\(|@(pytest\.mark\.(skip|skipif|xfail)|unittest\.skip\w*|Ignore|Disabled)\b|\bt\.Skip(f|Now)?\(|#\[ignore\]|\bskip:\s*true\b|\bself\.skipTest\(/g },
  { rule: 'only-test', severity: 'warning', where: isTest, message: 'runs one test and leaves the others out', pattern: /\b(it|test|describe|context|suite)\.only\b|\bf(it|describe)\s*\(/g },
  { rule: 'ci-ignores-failure', severity: 'error', where: isCi, message: 'lets CI go on after a failure', pattern: /\|\|\s*(true|:|exit 0)\b|continue-on-error:\s*true|allow_failure:\s*true|set \+e\b/g },
  { rule: 'check-switched-off', severity: 'warning', where: isCode, message: 'switches off a check for some code', pattern: /eslint-disable(?!-next-line\s+no-)|@ts-(ignore|nocheck)|#\s*type:\s*ignore|#\s*noqa\b|#\s*pylint:\s*disable|\/\/\s*nolint|#\[allow\(|@SuppressWarnings|rubocop:disable|istanbul ignore|c8 ignore|pragma: no cover|biome-ignore|oxlint-disable/g },
]

/** A change that weakens what judges it: told, and sealed away where it goes for Writ's own settings or for hooks. */
export function createTamperingValidator(): ChangeValidator {
  return {
    id: 'tampering', stage: 'security', version: '1', kind: 'change', quick: true,
    look: async (subject) => {
      const findings: Finding[] = []
      for (const { path, kind, from } of subject.changes) {
        if (path === '.writ' || path.startsWith('.writ/')) findings.push({ path, rule: 'tampering/writ', severity: 'error', message: 'changes what people set Writ up with', quarantine: true })
        if (/(^|\/)(\.husky|\.githooks)\/|(^|\/)\.pre-commit-config\.yaml$|(^|\/)lefthook\.ya?ml$/.test(path)) findings.push({ path, rule: 'tampering/hooks', severity: 'error', message: 'changes hooks that run on people’s machines', quarantine: true })
        const [now, before] = await Promise.all([kind === 'deleted' ? undefined : subject.read(path), subject.readBase(from ?? path)])
        if (kind === 'deleted' && isTest(path)) findings.push({ path, rule: 'tampering/deleted-test', severity: 'warning', message: 'is a test file that is gone' })
        if (!now || now.byteLength > 1_000_000 || now.includes(0)) continue
        const [text, base] = [decoder.decode(now), before ? decoder.decode(before) : undefined]
        for (const { rule, pattern, message, severity, where } of tricks) {
          if (!where(path)) continue
          const added = count(text, pattern) - (base === undefined ? 0 : count(base, pattern))
          if (added > 0) findings.push({ path, line: lineOfLast(text, pattern), rule: `tampering/${rule}`, severity, message: added === 1 ? message : `${message} (${added} times)` })
        }
        if (base !== undefined && isTest(path)) {
          const lost = count(base, assertion) - count(text, assertion)
          if (lost > 0) findings.push({ path, rule: 'tampering/fewer-assertions', severity: 'warning', message: `has ${lost} assertion${lost === 1 ? '' : 's'} less than before` })
        }
      }
      return { findings }
    },
  }
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}

function lineOfLast(text: string, pattern: RegExp): number {
  const at = [...text.matchAll(pattern)].at(-1)?.index ?? 0
  return text.slice(0, at).split('\n').length
}
