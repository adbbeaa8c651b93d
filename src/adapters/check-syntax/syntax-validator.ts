import { whyTest } from '../../domain/contract/test-places.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import { createSyntaxChecker } from './syntax-checker.ts'

/** Files that are broken on purpose: what a test feeds a parser with. */
const samples = /(^|\/)(fixtures?|__fixtures__|testdata|test-data|samples?|examples?|invalid|malformed|broken|corpus|cassettes|golden)(\/|[._-])/i

/** Does it parse? In every language that a grammar is at hand for. */
export function createSyntaxValidator(): FileValidator {
  const checker = createSyntaxChecker()
  return {
    id: 'syntax', stage: 'static', version: '1', kind: 'file', quick: true,
    concerns: (path) => checker.knows(path),
    look: async ({ path, text }) => {
      const severity = samples.test(path) || (whyTest(path) !== undefined && /\.(json|ya?ml|toml)$/.test(path)) ? 'warning' as const : 'error' as const
      return (await checker.check([{ path, content: new TextEncoder().encode(text) }])).map((finding) => ({ ...finding, severity }))
    },
  }
}
