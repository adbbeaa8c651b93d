/** Each covered path is a mount of its own in every command; from so many on, folders are covered whole where all of them is closed. */
const mostSingle = 200

/** The fewest paths that cover the closed files and no other of `all`. Few are left as they are: beside them new files may come. */
export function coverFolders(closed: readonly string[], all: readonly string[]): readonly string[] {
  if (closed.length <= mostSingle) return closed
  const isClosed = new Set(closed)
  const open = new Set(all.flatMap((path) => (isClosed.has(path) ? [] : foldersOf(path))))
  return [...new Set(closed.map((path) => foldersOf(path).find((folder) => !open.has(folder)) ?? path))]
}

/** The folders that a path lies in, from the top down, without the root. */
export function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, n) => names.slice(0, n + 1).join('/'))
}
