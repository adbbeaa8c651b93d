import { basename, extname } from 'node:path'

/** A grammar of the tree-sitter kind by the name of its file, or a parser of another kind. */
export type SyntaxLanguage = { readonly kind: 'grammar'; readonly name: string } | { readonly kind: 'json' | 'yaml' | 'toml' }

const grammars: Readonly<Record<string, string>> = {
  '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.jsx': 'javascript',
  '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'tsx',
  '.py': 'python', '.pyi': 'python', '.go': 'go', '.rs': 'rust', '.java': 'java', '.cs': 'c-sharp', '.css': 'css',
  '.c': 'cpp', '.h': 'cpp', '.cc': 'cpp', '.cpp': 'cpp', '.cxx': 'cpp', '.hpp': 'cpp', '.hh': 'cpp',
  '.rb': 'ruby', '.php': 'php', '.sh': 'bash', '.bash': 'bash',
}

/** Files called .json in which comments are usual. */
const commented = /^([jt]sconfig.*|devcontainer|settings|launch|tasks|extensions|.*\.code-workspace|\.?eslintrc|\.?oxlintrc|\.swcrc|\.babelrc|deno|api-extractor|renovate)\.json$/

export function findLanguage(path: string): SyntaxLanguage | undefined {
  const ending = extname(path).toLowerCase()
  const grammar = grammars[ending]
  if (grammar !== undefined) return { kind: 'grammar', name: grammar }
  if (ending === '.json') return commented.test(basename(path)) ? undefined : { kind: 'json' }
  if (ending === '.yml' || ending === '.yaml') return { kind: 'yaml' }
  return ending === '.toml' ? { kind: 'toml' } : undefined
}
