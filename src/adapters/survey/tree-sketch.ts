const mostEntries = 60

/** The top of the tree: directories with how many files they hold, two levels where there is room, then the root's files. */
export function sketchTree(files: readonly string[]): string[] {
  const counts = new Map<string, number>()
  const rootFiles: string[] = []
  for (const path of files) {
    const parts = path.split('/')
    if (parts.length === 1) rootFiles.push(path)
    for (let depth = 1; depth < parts.length && depth <= 2; depth += 1) {
      const directory = `${parts.slice(0, depth).join('/')}/`
      counts.set(directory, (counts.get(directory) ?? 0) + 1)
    }
  }
  const name = ([path, count]: [string, number]) => `${path} (${count} file${count === 1 ? '' : 's'})`
  const top = [...counts].filter(([path]) => path.indexOf('/') === path.length - 1).sort(([a], [b]) => a.localeCompare(b, 'en'))
  const lines: string[] = []
  const room = Math.max(0, mostEntries - top.length - Math.min(rootFiles.length, 20))
  const second = [...counts].filter(([path]) => path.indexOf('/') !== path.length - 1).sort(([, a], [, b]) => b - a).slice(0, room)
  for (const entry of top) {
    lines.push(name(entry))
    for (const below of second.filter(([path]) => path.startsWith(entry[0])).sort(([a], [b]) => a.localeCompare(b, 'en'))) lines.push(`  ${name(below)}`)
  }
  const few = files.length <= 40
  if (few) return files.slice(0, mostEntries).map(String)
  lines.push(...rootFiles.slice(0, 20))
  if (rootFiles.length > 20) lines.push(`and ${rootFiles.length - 20} more files at the root`)
  return lines.slice(0, mostEntries + 1)
}
