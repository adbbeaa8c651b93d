/** A node of a shell's syntax tree as plain data; types are those of the grammar tree-sitter-bash. */
export interface ShellNode {
  readonly type: string
  readonly named: boolean
  /** Its name within its parent: `name`, `value`, `body`; else empty. */
  readonly field: string
  readonly text: string
  /** Where its text begins in the whole. */
  readonly start: number
  readonly children: readonly ShellNode[]
}

/** Undefined for a text that cannot be parsed in time. */
export type ParseShell = (text: string) => ShellNode | undefined
