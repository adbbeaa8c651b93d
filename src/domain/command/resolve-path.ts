import type { TouchedPath } from '../../protocol/command.ts'
import type { Shell } from './shell.ts'
import { FIELD, isKnown, toShown } from './text-marks.ts'

/** Absolute, without `.` and `..`, as the command would find it. What is not known stays in it as marks. */
export function resolvePath(path: string, shell: Shell): string {
  if (path.startsWith('/')) return normalise(path)
  const first = path.charAt(0)
  // What begins with something unknown may lie anywhere; a file's name out of a pattern lies where the pattern looked.
  if (first !== FIELD && !isKnown(first)) return path
  return shell.state.cwd === undefined ? `${FIELD}/${path}` : normalise(`${shell.state.cwd}/${path}`)
}

export function normalise(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Relative to the root, or absolute and `outside`. */
export function toTouched(path: string, access: TouchedPath['access'], shell: Shell): TouchedPath {
  const { home } = shell.session.place
  if (path === home) return { path: '.', access, outside: false }
  if (path.startsWith(`${home}/`)) return { path: toShown(path.slice(home.length + 1)), access, outside: false }
  if (!path.startsWith('/')) return { path: toShown(path), access, outside: access === 'write' && !path.startsWith(FIELD) }
  return { path: toShown(path), access, outside: true }
}
