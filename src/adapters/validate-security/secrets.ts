import { findSecrets } from '../../domain/secrets/find-secrets.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { lineAt, shorten } from './text-places.ts'

/** Files whose long runs of letters are no secrets: locks, minified code, pictures in text. */
const passedOver = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|go\.sum|flake\.lock)$|\.(min\.(js|css)|map|svg|snap|ipynb|pem\.pub|crt|cer|lock)$/
const shown = /(^|\/)(examples?|samples?|docs?|fixtures?|__fixtures__|testdata|mocks?|__mocks__|stubs?)\/|\.(example|sample|template|dist|md|mdx|rst|adoc)$/i
/** What has the very form of a secret and says all the same that it is none. */
const plainlyNone = /example|xxxx|dummy|placeholder|redacted|not[-_ ]?a[-_ ]?real|\*{4}|\.\.\./i
const placeholder = /example|sample|dummy|fake|placeholder|changeme|change-me|your[-_ ]|my[-_]?(secret|token|key|password)|xxxx|<[^>]*>|\$\{|\{\{|process\.env|os\.environ|getenv|redacted|not[-_ ]?a[-_ ]?(real|secret)|test[-_]?(key|token|secret|password)|0123456789|1234567|abcdef|deadbeef|lorem|foobar|hunter2|secret\d?$|password\d?$|\*{4}/i

/** Secrets in the text of a file: what an own set of rules with entropy finds, and what secretlint knows beside them. */
export function createSecretsValidator(): FileValidator {
  return {
    id: 'secrets', stage: 'security', version: '1', kind: 'file', quick: true,
    concerns: (path) => !passedOver.test(path),
    look: async ({ path, text }) => {
      const own = findSecrets(text).flatMap(({ from, to, kind }): Finding[] => {
        const value = text.slice(from, to)
        const line = text.slice(text.lastIndexOf('\n', from) + 1, text.indexOf('\n', to) < 0 ? text.length : text.indexOf('\n', to))
        const isVague = kind === 'password' || kind === 'token'
        if (plainlyNone.test(value) || (isVague && (placeholder.test(value) || placeholder.test(line.replace(value, ''))))) return []
        // Where examples and tests live, only what has the very form of a known kind is one.
        const isCertain = !isVague || (whyTest(path) === undefined && !shown.test(path))
        return [{ path, line: lineAt(text, from), rule: `secrets/${kind}`, severity: isCertain ? 'error' : 'warning', message: `holds what looks like a secret (${kind}): read it from the environment, and change it where it was ever used`, evidence: shorten(value), ...(isCertain ? { quarantine: true } : {}) }]
      })
      const lines = new Set(own.map((each) => each.line))
      return [...own, ...(await lint(path, text)).filter((each) => !lines.has(each.line))]
    },
  }
}

/** Only a text that has a word of one of its rules is given to secretlint: the rest costs nothing. */
const worthLinting = /AKIA|ASIA|BEGIN|xox[abposr]-|ghp_|github_pat_|glpat-|sk-|sk_live|rk_live|AIza|SG\.|npm_|_authToken|eyJ|AccountKey=|mongodb(\+srv)?:\/\/|postgres(ql)?:\/\/|mysql:\/\/|shpat_|lin_api_|hf_|dop_v1|secret_[A-Za-z0-9]{43}|op:\/\//

async function lint(path: string, text: string): Promise<Finding[]> {
  if (!worthLinting.test(text)) return []
  const [{ lintSource }, { creator }] = await Promise.all([import('@secretlint/core'), import('@secretlint/secretlint-rule-preset-recommend')])
  const { messages } = await lintSource({
    source: { filePath: path, content: text, ext: path.slice(path.lastIndexOf('.')), contentType: 'text' },
    options: { noPhysicFilePath: true, config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } },
  })
  return messages.flatMap((message): Finding[] => {
    const value = text.slice(message.range[0], message.range[1])
    if (plainlyNone.test(value)) return []
    return [{ path, line: message.loc.start.line, rule: `secrets/${message.ruleId.replace(/^.*secretlint-rule-/, '')}`, severity: 'error', message: 'holds what looks like a secret: read it from the environment, and change it where it was ever used', evidence: shorten(value), quarantine: true }]
  })
}
