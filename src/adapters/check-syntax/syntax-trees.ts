import type { SyntaxTrees } from '../../engine/ports/syntax-trees.ts'
import { createGrammars } from './grammars.ts'
import { findLanguage } from './languages.ts'
import type { SyntaxCheckerOptions } from './syntax-checker.ts'

/** Syntax trees of the grammars that are installed with Writ. */
export function createSyntaxTrees({ wasmDir }: SyntaxCheckerOptions = {}): SyntaxTrees {
  const grammars = createGrammars(wasmDir)
  const languageOf = (path: string): string | undefined => {
    const language = findLanguage(path)
    return language?.kind === 'grammar' ? language.name : undefined
  }
  return {
    languageOf,
    async read(path, text, use) {
      const language = languageOf(path)
      return language === undefined ? undefined : grammars.read(language, text, (root) => use(root, language))
    },
  }
}
