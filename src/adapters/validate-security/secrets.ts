import { whyTest } from '../../domain/contract/test-places.ts'
import { findCalled } from '../../domain/secrets/called.ts'
import { findSecrets, type Span } from '../../domain/secrets/find-secrets.ts'
import { isShownToken, isStandInCredential, isStandInValue } from '../../domain/secrets/stands-for.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { lineTextAt, shorten, toLineFinder } from './text-places.ts'

/** Files whose long runs of letters are no secrets: locks, minified code, pictures in text. */
const passedOver = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|go\.sum|flake\.lock|gradle\.lockfile)$|\.(min\.(js|css)|map|svg|pem\.pub|crt|cer)$/
const shown = /(^|\/)(examples?|samples?|docs?|fixtures?|__fixtures__|testdata|mocks?|__mocks__|stubs?|cassettes)\/|\.(example|sample|template|dist|md|mdx|rst|adoc|snap|ipynb)$/i
const advice = 'read it from the environment, and change it where it was ever used'

/** Secrets in the text of a file: what an own set of rules with entropy finds, and what secretlint knows beside them. */
export function createSecretsValidator(): FileValidator {
  return {
    id: 'secrets', stage: 'security', version: '2', kind: 'file', quick: true, takesOutZeros: true,
    concerns: (path) => !passedOver.test(path),
    look: async ({ path, text }) => {
      const toLine = toLineFinder(text)
      const isShown = whyTest(path) !== undefined || shown.test(path)
      const spans = joinKeys([...findSecrets(text), ...findCalled(text)], text)
      const own = spans.flatMap((span) => judge(text, span, isShown) ?? []).map(({ span, isCertain }) => toFinding(path, { kind: span.kind, value: text.slice(span.from, span.to), line: toLine(span.from), isCertain }))
      const lines = new Set(spans.map((span) => toLine(span.from)))
      // What a rule of ours has seen in a line is judged already; a key begins in the line before.
      const keys = spans.filter((span) => span.kind === 'private-key').map((span) => toLine(span.from) - 1)
      return [...distinct(own), ...(await lint(path, text, isShown)).filter(({ line = 0 }) => !lines.has(line) && !keys.includes(line))]
    },
  }
}

function toFinding(path: string, { kind, value, line, isCertain }: { readonly kind: string; readonly value: string; readonly line: number; readonly isCertain: boolean }): Finding {
  return { path, line, rule: `secrets/${kind}`, severity: isCertain ? 'error' : 'warning', message: `holds what looks like a secret (${kind}): ${advice}`, evidence: shorten(value), ...(isCertain ? { quarantine: true } : {}) }
}

/** A key has many lines and is one secret. */
function joinKeys(spans: readonly Span[], text: string): readonly Span[] {
  const joined: Span[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last?.kind === 'private-key' && span.kind === 'private-key' && /^[\s\\nr"'+,>|-]*$/.test(text.slice(last.to, span.from))) joined[joined.length - 1] = { ...last, to: span.to }
    else joined.push(span)
  }
  return joined
}

function judge(text: string, span: Span, isShown: boolean): { readonly span: Span; readonly isCertain: boolean } | undefined {
  const value = text.slice(span.from, span.to)
  if (span.kind === 'password' || span.kind === 'token') return isStandInValue(value, lineTextAt(text, span.from)) ? undefined : { span, isCertain: !isShown }
  if (span.kind === 'jwt') return isShownToken(value) || isStandInCredential(value) ? undefined : { span, isCertain: !isShown }
  if (isStandInCredential(value)) return undefined
  // Keys for trying things out open nothing that is worth anything; those of servers in tests, neither.
  return { span, isCertain: !((span.kind === 'stripe-key' && /^[sr]k_test_/.test(value)) || (span.kind === 'private-key' && isShown)) }
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ line, evidence }) => {
    const key = `${line} ${evidence}`
    return !seen.has(key) && seen.add(key)
  })
}

/** Only a text that has a word of one of its rules is given to secretlint: the rest costs nothing. */
const worthLinting = /AKIA|ASIA|-----BEGIN|xox[abposr]-|gh[pousr]_|github_pat_|glpat-|\bsk-|sk_live|rk_live|AIza|SG\.|npm_|_authToken|eyJ|AccountKey=|mongodb(\+srv)?:\/\/|postgres(ql)?:\/\/|mysql:\/\/|shpat_|lin_api_|\bhf_|dop_v1|secret_[A-Za-z0-9]{43}|op:\/\/|:\/\/[^\s/:@]{1,60}:[^\s/@]{1,60}@/

async function lint(path: string, text: string, isShown: boolean): Promise<readonly Finding[]> {
  if (!worthLinting.test(text)) return []
  const [{ lintSource }, { creator }] = await Promise.all([import('@secretlint/core'), import('@secretlint/secretlint-rule-preset-recommend')])
  const { messages } = await lintSource({
    source: { filePath: path, content: text, ext: path.slice(path.lastIndexOf('.')), contentType: 'text' },
    options: { noPhysicFilePath: true, config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } },
  })
  return messages.flatMap((message): Finding[] => {
    const value = text.slice(message.range[0], message.range[1])
    const kind = message.ruleId.replace(/^.*secretlint-rule-/, '')
    const isVague = /basicauth|connection-?string|privatekey/i.test(kind)
    const password = /:\/\/[^:]*:([^@]*)@/.exec(value)?.[1] ?? value
    if (isStandInCredential(value) || (isVague && kind !== 'privatekey' && (isStandInValue(password, lineTextAt(text, message.range[0])) || password.length < 8))) return []
    return [toFinding(path, { kind, value, line: message.loc.start.line, isCertain: !(isVague && isShown) })]
  })
}
