const budgetBytes = 32 * 1024
const names = ['AGENTS.md', 'CLAUDE.md', 'GEMINI.md']

/**
 * The instructions at the root: AGENTS.md, or else CLAUDE.md or GEMINI.md. Nested ones are named, so that whoever works
 * there reads them first. At most 32 KiB altogether.
 */
export async function readInstructions(files: readonly string[], read: (path: string) => Promise<string | undefined>): Promise<{ path: string; text: string }[]> {
  for (const name of names) {
    const text = await read(name)
    if (text === undefined || text.trim() === '') continue
    const nested = files.filter((path) => path.endsWith(`/${name}`)).slice(0, 20)
    const more = nested.length > 0 ? `\n\n(There are also: ${nested.join(', ')}. Read the nearest one before you work below it.)` : ''
    return [{ path: name, text: cut(text.trim()) + more }]
  }
  return []
}

function cut(text: string): string {
  if (Buffer.byteLength(text) <= budgetBytes) return text
  return `${Buffer.from(text).subarray(0, budgetBytes).toString('utf8').replace(/\uFFFD$/, '')}\n(cut at 32 KiB)`
}
