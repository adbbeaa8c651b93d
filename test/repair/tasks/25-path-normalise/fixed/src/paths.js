/** Paths with forward slashes, without a file system. */
export function normalise(path) {
  const absolute = path.startsWith('/')
  const parts = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
      else if (!absolute) parts.push('..')
    } else parts.push(part)
  }
  const joined = parts.join('/')
  return absolute ? `/${joined}` : joined || '.'
}

export function join(...pieces) {
  return normalise(pieces.filter((piece) => piece !== '').join('/'))
}

export function resolve(base, path) {
  return path.startsWith('/') ? normalise(path) : join(base, path)
}

export function extension(path) {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const at = name.lastIndexOf('.')
  return at <= 0 ? '' : name.slice(at)
}

export function relative(from, to) {
  const [a, b] = [from, to].map((path) => normalise(path).split('/').filter((part) => part !== '' && part !== '.'))
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || '.'
}
