import path from 'node:path'

/** What a command may do, in terms of real paths on this Mac. */
export interface SeatbeltPolicy {
  readonly readOnly: readonly string[]
  readonly writable: readonly string[]
  /** Neither read nor written, whatever else allows it. */
  readonly masked: readonly string[]
  /** Below a writable place, not to be written. */
  readonly guarded: readonly string[]
  /** Private directory for TMPDIR and HOME. */
  readonly scratch: string
}

/** What every program of the system needs to start. */
const SYSTEM_READ = [
  '/usr', '/bin', '/sbin', '/System', '/Library/Apple', '/Library/Developer', '/Library/Frameworks', '/Library/Preferences',
  '/Library/Java', '/private/etc/ssl', '/private/etc/hosts', '/private/etc/localtime', '/private/etc/passwd',
  '/private/etc/group', '/private/etc/protocols', '/private/etc/services', '/private/etc/paths', '/private/etc/paths.d',
  '/private/var/db/timezone', '/private/var/db/dyld', '/private/var/select', '/private/var/db/xcode_select_link',
  '/opt/homebrew', '/Applications/Xcode.app', '/dev',
]
const DEVICES = ['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom', '/dev/tty', '/dev/ptmx', '/dev/dtracehelper']
/** User lookup, time zone, certificates and logging; no pasteboard, keychain, launch services or windows. */
const MACH_SERVICES = [
  'com.apple.system.opendirectoryd.libinfo', 'com.apple.system.opendirectoryd.membership', 'com.apple.system.notification_center',
  'com.apple.system.logger', 'com.apple.trustd', 'com.apple.trustd.agent', 'com.apple.bsd.dirhelper',
]

/**
 * The Seatbelt profile (the language that `sandbox-exec -p` reads): nothing is allowed that is not named.
 * Later rules win, so what is masked and guarded comes last. The network stays closed altogether; unix sockets work
 * in the scratch directory and in writable places, because file rules alone do not stop connect().
 */
export function toSeatbeltProfile(policy: SeatbeltPolicy): string {
  const readable = [...SYSTEM_READ, ...policy.readOnly, ...policy.writable, policy.scratch]
  const sockets = [policy.scratch, ...policy.writable]
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork)',
    '(allow process-exec)',
    '(allow process-info* (target same-sandbox))',
    '(allow signal (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow ipc-posix-shm*)',
    '(allow ipc-posix-sem*)',
    '(allow pseudo-tty)',
    rule('allow mach-lookup', MACH_SERVICES.map((name) => `(global-name ${quote(name)})`)),
    rule('allow file-read*', readable.map(subpath)),
    rule('allow file-read-metadata', [...ancestorsOf(readable), '/private/var', '/tmp', '/var', '/etc'].map(literal)),
    '(allow file-read* (literal "/"))',
    rule('allow file-write*', [...policy.writable, policy.scratch].map(subpath)),
    rule('allow file-read* file-write-data file-ioctl', DEVICES.map(literal)),
    '(allow file-read* file-write* file-ioctl (regex #"^/dev/ttys[0-9]+$"))',
    '(deny network*)',
    rule('allow network-bind network-inbound', sockets.map((place) => `(local unix-socket ${subpath(place)})`)),
    rule('allow network-outbound', sockets.map((place) => `(remote unix-socket ${subpath(place)})`)),
    rule('deny file-write*', policy.guarded.map(subpath)),
    rule('deny file-read* file-write*', policy.masked.map(subpath)),
    '(deny file-write-setugid)',
  ]
    .filter((line) => line !== '')
    .join('\n')
}

function rule(head: string, filters: readonly string[]): string {
  return filters.length === 0 ? '' : `(${head}\n  ${filters.join('\n  ')})`
}

const subpath = (place: string): string => `(subpath ${quote(place)})`
const literal = (place: string): string => `(literal ${quote(place)})`

/** @throws RangeError for a path with a line break or control character: the profile's strings cannot hold it safely. */
function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new RangeError(`${JSON.stringify(text)} holds a control character`)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Programs look at each directory on the way to the one that they open. */
function ancestorsOf(places: readonly string[]): string[] {
  const found = new Set<string>()
  for (const place of places) {
    for (let above = path.dirname(place); above !== '/'; above = path.dirname(above)) found.add(above)
  }
  return [...found].sort()
}
