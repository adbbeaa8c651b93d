import fs from 'node:fs'
import path from 'node:path'

/*
 * The usual repository, read from its files: `.git` is a directory of ours with an ordinary configuration. Everything else
 * (linked worktrees, submodules, bare repositories, includes, extensions, reftable, somebody else's files) is for git to
 * explain, and the answer here is undefined.
 */
export interface PlainRepository {
  readonly root: string
  readonly gitDir: string
  readonly isShallow: boolean
}

const mostLevels = 64
const plainLine = /^\s*(?:[#;].*|\[[\w.-]+(?:\s+"[^"\\]*")?\]|[A-Za-z][\w-]*(?:\s*=[^\\]*)?)?$/

export function findPlainRepository(start: string, env: Readonly<Record<string, string | undefined>>): PlainRepository | undefined {
  if ((env['GIT_CEILING_DIRECTORIES'] ?? '') !== '') return undefined
  let directory = fs.realpathSync(start)
  const { dev } = fs.statSync(directory)
  for (let level = 0; level < mostLevels; level += 1) {
    const stats = fs.statSync(directory)
    // git does not look further across a mount point, unless told to.
    if (stats.dev !== dev) return undefined
    const gitDir = path.join(directory, '.git')
    const found = fs.lstatSync(gitDir, { throwIfNoEntry: false })
    if (found !== undefined) return isOurs(stats) && isOurs(found) && isPlain(gitDir, found) ? { root: directory, gitDir, isShallow: fs.existsSync(path.join(gitDir, 'shallow')) } : undefined
    // Perhaps a bare repository, or the inside of a `.git`.
    if (fs.existsSync(path.join(directory, 'HEAD'))) return undefined
    const above = path.dirname(directory)
    if (above === directory) return undefined
    directory = above
  }
  return undefined
}

/** Root may read any repository; anybody else trusts their own, and git knows whom besides. */
function isOurs(stats: fs.Stats): boolean {
  const user = process.getuid?.()
  return user === 0 || user === stats.uid
}

function isPlain(gitDir: string, stats: fs.Stats): boolean {
  if (!stats.isDirectory() || fs.existsSync(path.join(gitDir, 'commondir'))) return false
  if (!['objects', 'refs'].every((name) => fs.statSync(path.join(gitDir, name), { throwIfNoEntry: false })?.isDirectory() === true)) return false
  const config = findText(path.join(gitDir, 'config'))
  if (config === undefined || !config.split('\n').every((line) => plainLine.test(line))) return false
  if (/\b(?:include|includeif|extensions|worktree)\b/i.test(config) || /^\s*bare\b(?!\s*=\s*false\s*$)/im.test(config)) return false
  return /^\s*repositoryformatversion\s*=\s*0\s*$/im.test(config)
}

/** A file that is not very large; undefined where it is not there, not readable, or a link. */
function findText(file: string): string | undefined {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false })
  if (stats?.isFile() !== true || stats.size > 16 * 1024 * 1024) return undefined
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // Not for us to read, or gone: git says what is the matter.
    return undefined
  }
}

/**
 * The branch and the commit of HEAD out of loose and packed refs.
 * @returns undefined where git had better be asked: no commit yet, refs kept in another way, or a name that is a tag as well.
 */
export function findHead(gitDir: string, commonDir: string, oidLength: number): { readonly branch: string | undefined; readonly head: string } | undefined {
  const isOid = (text: string | undefined): text is string => text !== undefined && text.length === oidLength && /^[0-9a-f]+$/.test(text)
  const text = findText(path.join(gitDir, 'HEAD'))?.trim()
  if (isOid(text)) return { branch: undefined, head: text }
  const branch = /^ref: refs\/heads\/([\w][\w./+-]*)$/.exec(text ?? '')?.[1]
  if (branch === undefined || branch.includes('..') || fs.existsSync(path.join(commonDir, 'reftable'))) return undefined
  const packed = findText(path.join(commonDir, 'packed-refs')) ?? ''
  const isAmbiguous = ['', 'refs/', 'refs/tags/', 'refs/remotes/'].some((above) => fs.existsSync(path.join(commonDir, `${above}${branch}`)) || packed.includes(` ${above}${branch}\n`))
  if (isAmbiguous) return undefined
  const loose = findText(path.join(commonDir, 'refs/heads', branch))?.trim()
  const head = loose ?? packed.split('\n').find((line) => line.endsWith(` refs/heads/${branch}`))?.slice(0, oidLength)
  return isOid(head) ? { branch, head } : undefined
}
