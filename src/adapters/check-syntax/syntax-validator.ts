import type { FileValidator } from '../../engine/ports/validation.ts'
import { createSyntaxChecker, type SyntaxCheckerOptions } from './syntax-checker.ts'

/** Does each changed file parse? For every language at hand; others are passed over. */
export function createSyntaxValidator(options: SyntaxCheckerOptions = {}): FileValidator {
  const checker = createSyntaxChecker(options)
  const encoder = new TextEncoder()
  return {
    kind: 'file', id: 'syntax', stage: 'static', version: '1', quick: true,
    concerns: (path) => checker.knows(path),
    async look({ path, text }) {
      const findings = await checker.check([{ path, content: encoder.encode(text) }])
      // What macros make of a text only the preprocessor knows.
      const severity = /\.(c|h|cc|cpp|cxx|hpp|hh)$/i.test(path) ? 'warning' : 'error'
      return findings.map((finding) => ({ ...finding, severity }))
    },
  }
}
