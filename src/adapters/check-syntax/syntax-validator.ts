import { isFixture } from '../../domain/contract/test-places.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import { createSyntaxChecker, type SyntaxCheckerOptions } from './syntax-checker.ts'

/** Does each changed file parse? For every language at hand; others are passed over. What may be broken on purpose is a warning. */
export function createSyntaxValidator(options: SyntaxCheckerOptions = {}): FileValidator {
  const checker = createSyntaxChecker(options)
  const encoder = new TextEncoder()
  return {
    kind: 'file', id: 'syntax', stage: 'static', version: '2', quick: true,
    concerns: (path) => checker.knows(path),
    // It was broken before, elsewhere: nothing that worked has stopped to.
    weigh: (fresh, base) => (base.length === 0 ? fresh : fresh.map((each) => ({ ...each, severity: 'warning' as const }))),
    async look({ path, text }) {
      const findings = await checker.check([{ path, content: encoder.encode(text) }], (_, why) => {
        throw new Error(why)
      })
      // What macros make of a text only the preprocessor knows.
      const isMacro = /\.(c|h|cc|cpp|cxx|hpp|hh)$/i.test(path)
      const severity = isMacro || isFixture(path) ? 'warning' : 'error'
      return findings.map((finding) => ({ ...finding, severity }))
    },
  }
}
