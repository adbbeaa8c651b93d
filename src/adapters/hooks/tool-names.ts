/** Under which names tools are known elsewhere. A patch is an edit: whoever guards edits means both. */
const alsoCalled: Readonly<Record<string, readonly string[]>> = {
  shell: ['Bash'],
  read: ['Read'],
  list: ['LS', 'Glob'],
  search: ['Grep'],
  edit: ['Edit', 'MultiEdit'],
  patch: ['edit', 'Edit', 'MultiEdit', 'apply_patch'],
  write: ['Write'],
}

/** Does a matcher name this tool? At moments without a tool every matcher does. */
export function toMatcher(matcher: string | undefined): (tool: string | undefined) => boolean {
  if (matcher === undefined || matcher === '' || matcher === '*') return () => true
  const expression = new RegExp(`^(?:${matcher})$`, 'v')
  return (tool) => tool === undefined || [tool, ...(alsoCalled[tool] ?? [])].some((name) => expression.test(name))
}
