import type { Severity } from '../../protocol/evidence.ts'

export interface PathFault {
  readonly rule: string
  readonly message: string
  readonly severity: Severity
}

/** Longest path that every system and archive takes. */
const mostChars = 240
/** Devices of Windows: a file of such a name cannot be checked out there, whatever its ending. */
const reserved = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i
// oxlint-disable-next-line no-control-regex -- those are what is looked for
const control = /[\u0000-\u001f\u007f]/

/** What is wrong with a path that a change adds, by its name alone; the first thing. */
export function findPathFault(path: string): PathFault | undefined {
  const error = (message: string): PathFault => ({ rule: 'illegal-path', message, severity: 'error' })
  const parts = path.split('/')
  if (path === '' || path.startsWith('/') || /^[a-z]:/i.test(path)) return error('is not a path below the root')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return error('is not a plain path: it has empty, `.` or `..` parts')
  if (parts.some((part) => part.toLowerCase() === '.git')) return error('lies in a folder called .git, which git does not keep')
  if (control.test(path)) return error('has control characters in its name')
  if (path.length > mostChars) return error(`is ${path.length} characters long; more than ${mostChars} cannot be checked out everywhere`)
  const device = parts.find((part) => reserved.test(part))
  if (device !== undefined) return error(`is called ${device}, which is a device on Windows`)
  if (parts.some((part) => /[ .]$/.test(part))) return error('has a part that ends with a dot or a space, which Windows drops')
  const odd = /[<>:"|?*\\]/.exec(path)?.[0]
  return odd === undefined ? undefined : { rule: 'illegal-path', message: `has ${odd} in its name, which Windows does not allow`, severity: 'warning' }
}

/**
 * Paths, among those that were added, that differ from another only by case or by how letters are composed: where file systems
 * do not tell them apart, one takes the place of the other. Folders count too.
 */
export function findCollisions(added: readonly string[], files: readonly string[]): ReadonlyMap<string, string> {
  const spellings = new Map<string, Set<string>>()
  for (const path of files) {
    for (const part of [path, ...foldersOf(path)]) {
      const key = toPlain(part)
      const known = spellings.get(key)
      if (known === undefined) spellings.set(key, new Set([part]))
      else known.add(part)
    }
  }
  const collisions = new Map<string, string>()
  for (const path of added) {
    for (const part of [path, ...foldersOf(path)]) {
      const other = [...(spellings.get(toPlain(part)) ?? [])].find((one) => one !== part)
      if (other !== undefined) collisions.set(path, other)
    }
  }
  return collisions
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, n) => parts.slice(0, n + 1).join('/'))
}

function toPlain(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
