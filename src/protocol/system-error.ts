import { Fault } from './fault.ts'

/** What the operating system says, in words a person can act on: the cause, and what to do about it. */
const causes: Readonly<Record<string, readonly [cause: string, mend: string]>> = {
  ENOSPC: ['the disk is full', 'Make room there'],
  EDQUOT: ['the disk quota is used up', 'Make room there'],
  EFBIG: ['the file would be larger than this process may write', 'Raise the limit (ulimit -f)'],
  EROFS: ['the file system is read-only', 'Make it writable'],
  EACCES: ['permission was denied', 'Look at the permissions there'],
  EPERM: ['permission was denied', 'Look at the permissions there'],
  EIO: ['the disk failed', 'Look at the disk'],
  EMFILE: ['this process may open no more files', 'Raise the limit (ulimit -n)'],
  ENFILE: ['the machine can open no more files', 'Close some programs'],
  ENOMEM: ['there is no memory left', 'Close some programs'],
}

function findCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && thrown.code in causes ? thrown.code : undefined
}

/** "the disk is full (ENOSPC)"; undefined for what is no failure of the machine. */
export function explainSystemError(thrown: unknown): string | undefined {
  const code = findCode(thrown)
  return code === undefined ? undefined : `${causes[code]?.[0]} (${code})`
}

/** A failure of the machine that nobody nearer to it has put into words. `then` is what to do once it is mended. */
export function findSystemFault(thrown: unknown, then: string): Fault | undefined {
  const code = findCode(thrown)
  const explained = explainSystemError(thrown)
  if (thrown instanceof Fault || code === undefined || explained === undefined) return undefined
  const path = thrown instanceof Error && 'path' in thrown && typeof thrown.path === 'string' ? ` at ${thrown.path}` : ''
  return new Fault('disk-failed', `Could not go on: ${explained}${path}. ${causes[code]?.[1]}, then ${then}`, { cause: thrown })
}
