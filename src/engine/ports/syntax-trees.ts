/** A node of a syntax tree, as far as anyone here looks at one. It lives only as long as the call that it was given to. */
export interface SyntaxNode {
  readonly type: string
  readonly text: string
  /** Rows from 0. */
  readonly startPosition: { readonly row: number }
  readonly endPosition: { readonly row: number }
  readonly startIndex: number
  readonly endIndex: number
  readonly hasError: boolean
  readonly children: readonly (SyntaxNode | null)[]
  readonly namedChildren: readonly (SyntaxNode | null)[]
  childForFieldName(name: string): SyntaxNode | null
}

/** Reads files of many languages into syntax trees. Nothing is loaded before the first file that needs it. */
export interface SyntaxTrees {
  /** The grammar for this path (`typescript`, `python`, …); undefined where there is none. Costs nothing. */
  languageOf(path: string): string | undefined
  /** Undefined where there is no grammar, or where parsing took too long. */
  read<T>(path: string, text: string, use: (root: SyntaxNode, language: string) => T): Promise<T | undefined>
}
