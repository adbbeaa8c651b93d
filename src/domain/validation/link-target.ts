/** Where a link leads, from the root; undefined where it leaves the repository. */
export function resolveLink(path: string, target: string): string | undefined {
  if (target.startsWith('/') || /^[a-z]:|\\/i.test(target)) return undefined
  const parts = path.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}
