import { isWithin } from '../../domain/contract/scope.ts'
import { PatternRule } from '../../domain/validation/settings.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'

/** Endings by the language names of the rules; those with a grammar of their own in the parser. */
const languages: Readonly<Record<string, { readonly name: 'TypeScript' | 'Tsx' | 'JavaScript' | 'Css' | 'Html'; readonly endings: RegExp }>> = {
  typescript: { name: 'TypeScript', endings: /\.[cm]?ts$/ }, tsx: { name: 'Tsx', endings: /\.tsx$/ }, javascript: { name: 'JavaScript', endings: /\.([cm]?js|jsx)$/ }, css: { name: 'Css', endings: /\.css$/ }, html: { name: 'Html', endings: /\.html?$/ },
}

/** Code that is wrong wherever it stands, with next to no false alarms. */
const own: readonly PatternRule[] = [
  ...(['typescript', 'javascript'] as const).flatMap((language): PatternRule[] => [
    { id: 'tls-off', language, severity: 'error', message: 'turns off the check of certificates, so that anybody in between can read and change what is sent', rule: { any: [{ pattern: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = $A' }, { kind: 'pair', has: { field: 'key', regex: '^rejectUnauthorized$' }, all: [{ has: { field: 'value', regex: '^false$' } }] }] } },
    { id: 'eval-of-request', language, severity: 'error', message: 'runs what a request brings as code', rule: { any: [{ pattern: 'eval(req.$$$A)' }, { pattern: 'new Function(req.$$$A)' }, { pattern: 'eval(request.$$$A)' }] } },
    { id: 'shell-of-template', language, severity: 'warning', message: 'puts values into a shell command; use execFile with a list', rule: { any: [{ pattern: 'child_process.exec(`$$$A${$B}$$$C`)' }, { pattern: 'execSync(`$$$A${$B}$$$C`)' }] } },
  ]),
]

/** Banned patterns as data: rules of the policy's settings, and a few of its own. */
export function createPatternsValidator(): FileValidator {
  return {
    id: 'patterns', stage: 'security', version: '1', kind: 'file', quick: true,
    concerns: (path) => Object.values(languages).some(({ endings }) => endings.test(path)),
    look: async ({ path, text }, settings) => {
      const due = [...own, ...settings.patterns].filter((rule) => languages[rule.language.toLowerCase()]?.endings.test(path) && (rule.paths === undefined || isWithin(path, rule.paths)))
      if (due.length === 0) return []
      const { parse, Lang } = await import('@ast-grep/napi')
      const findings: Finding[] = []
      const roots = new Map<string, ReturnType<typeof parse>>()
      for (const rule of due) {
        const { name } = languages[rule.language.toLowerCase()] ?? { name: 'TypeScript' as const }
        const root = roots.get(name) ?? parse(Lang[name], text)
        roots.set(name, root)
        for (const node of root.root().findAll({ rule: rule.rule }).slice(0, 50)) {
          findings.push({ path, line: node.range().start.line + 1, rule: `patterns/${rule.id}`, severity: rule.severity, message: rule.message, evidence: node.text().replaceAll(/\s+/g, ' ').slice(0, 120) })
        }
      }
      return findings
    },
  }
}

/** What is wrong with a rule; undefined where nothing is. A language without a grammar here is checked nowhere. */
export async function explainPatternRule(rule: PatternRule): Promise<string | undefined> {
  const language = languages[rule.language.toLowerCase()]
  if (!language) return `patterns of ${rule.language} cannot be checked here; the languages are ${Object.keys(languages).join(', ')}`
  const { parse, Lang } = await import('@ast-grep/napi')
  try {
    parse(Lang[language.name], '').root().findAll({ rule: rule.rule })
    return undefined
  } catch (error) {
    return `the pattern ${rule.id} cannot be read: ${error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)}`
  }
}
