import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/**
 * What programs need of /etc, and nothing else. No resolver, no private keys, no service configuration.
 * A copy, because one bind of a small directory is cheaper than fifteen binds for every command.
 */
const COPIED = [
  'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'timezone', 'os-release', 'debian_version', 'alternatives',
  'mime.types', 'protocols', 'services', 'ssl/certs', 'ssl/openssl.cnf', 'pki/tls/certs', 'pki/ca-trust/extracted',
  'crypto-policies', 'fonts', 'perl', 'terminfo', 'inputrc',
]
/** Packages that keep what their programs load in /etc. */
const COPIED_BY_NAME = /^(?:python\d[\d.]*|java-[\w.-]+|ImageMagick-\d+)$/
const MAX_COPY_BYTES = 8 * 1024 * 1024

/** Everyone inside is this user; as whom it counts outside is whoever started Writ. */
export const INSIDE_UID = 1000

/**
 * Makes (or finds) the copy under `dir`.
 * @param home the home directory inside, for the passwd entry.
 * @returns the directory to bind at /etc.
 */
export function prepareEtc(dir: string, home: string): string {
  const sources = listSources()
  const key = createHash('sha256').update(JSON.stringify([3, home, sources])).digest('hex').slice(0, 16)
  const target = path.join(dir, `etc-${key}`)
  if (fs.existsSync(target)) return target
  const draft = fs.mkdtempSync(path.join(dir, 'etc-draft-'))
  try {
    for (const source of sources) copyReadable(source.name, draft)
    for (const [name, text] of Object.entries(syntheticFiles(home))) fs.writeFileSync(path.join(draft, name), text)
    fs.chmodSync(draft, 0o755)
    fs.renameSync(draft, target)
  } catch (thrown) {
    fs.rmSync(draft, { recursive: true, force: true })
    // Someone else made the same copy in the meantime: theirs is as good.
    if (!fs.existsSync(target)) throw thrown
  }
  return target
}

interface Source {
  readonly name: string
  readonly changed: number
}

function listSources(): Source[] {
  const named = fs.readdirSync('/etc').filter((name) => COPIED_BY_NAME.test(name)).sort()
  return [...COPIED, ...named].flatMap((name) => {
    const stats = fs.statSync(path.join('/etc', name), { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ name, changed: stats.mtimeMs }]
  })
}

function copyReadable(name: string, draft: string): void {
  const from = fs.realpathSync(path.join('/etc', name))
  const to = path.join(draft, name)
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: isReadable })
}

function isReadable(file: string): boolean {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined || stats.size > MAX_COPY_BYTES) return false
  if (stats.isSymbolicLink() || stats.isDirectory()) return true
  // World-readable only: what root keeps for itself does not become readable by being copied.
  return stats.isFile() && (stats.mode & 0o004) !== 0
}

function syntheticFiles(home: string): Record<string, string> {
  return {
    passwd: `root:x:0:0:root:/:/usr/sbin/nologin\nwrit:x:${INSIDE_UID}:${INSIDE_UID}:writ:${home}:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n`,
    group: `root:x:0:\nwrit:x:${INSIDE_UID}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost writ\n::1 localhost ip6-localhost ip6-loopback\n',
    hostname: 'writ\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n',
    // Files of the workspace may belong to someone whom this user namespace does not know.
    gitconfig: '[safe]\n\tdirectory = *\n',
  }
}
