import { resolvePath } from './resolve-path.ts'
import type { PathRoot } from './resolve-path.ts'
import { walkTree } from './walk-tree.ts'

/** Says that a path is not there, and where a file of that name, or one like it, is: it saves the turn of looking. */
export async function explainMissing(workspace: PathRoot, path: string, signal: AbortSignal): Promise<string> {
  const root = await resolvePath(workspace, '.', 'read')
  const wanted = path.split('/').at(-1)?.toLowerCase() ?? ''
  const similar: string[] = []
  if (root.ok && root.kind === 'directory') {
    const walk = await walkTree(workspace, root, { depth: 8, maxEntries: 4000, maxPerDirectory: 1000, signal })
    const files = walk.entries.filter((entry) => entry.kind === 'file' || entry.kind === 'directory')
    similar.push(...files.filter((entry) => entry.name.toLowerCase() === wanted).map((entry) => entry.path))
    const stem = wanted.replace(/\.[^.]*$/, '')
    if (similar.length === 0 && stem.length > 2) {
      similar.push(...files.filter((entry) => entry.name.toLowerCase().startsWith(stem)).map((entry) => entry.path))
    }
  }
  const hint = similar.length === 0 ? 'Use list or search to find it.' : `There is ${similar.slice(0, 5).join(', ')}.`
  return `${path} does not exist. ${hint}`
}
