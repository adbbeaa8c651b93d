import { inspectOutsideText } from '../../domain/validation/outside-text.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { lineAt } from './text-places.ts'

const binaryLike = /\.(svg|min\.js|map|snap|lock)$/
/** Where people write about such texts, or in such scripts. */
const about = /\.(md|mdx|rst|adoc|txt|po|pot|xlf|strings|resx|arb)$|(^|\/)(locales?|i18n|translations?|lang)\//i

/** Hidden characters, and texts that order an agent about, in what a change adds. */
export function createInjectionValidator(): FileValidator {
  return {
    id: 'injection', stage: 'security', version: '1', kind: 'file', quick: true,
    concerns: (path) => !binaryLike.test(path),
    look: async ({ path, text }) => inspectOutsideText(text).map(({ kind, what, at }): Finding => {
      const line = lineAt(text, at)
      if (kind === 'order') return { path, line, rule: 'injection/order', severity: 'warning', message: 'has words in it that are addressed to an agent and order it about', evidence: what }
      const isWorst = what === 'tag-characters' || (what === 'bidi' && !about.test(path))
      return { path, line, rule: `injection/${what}`, severity: isWorst && whyTest(path) === undefined ? 'error' : 'warning', message: `has characters that nobody sees (${what}): what it says is not what it shows`, ...(isWorst && whyTest(path) === undefined ? { quarantine: true } : {}) }
    }),
  }
}
