/**
 * Tree objects of git. Names are kept as byte strings (one character per byte): order is then git's order and names
 * that are not UTF-8 survive. `toText` and `toBytes` convert at the edges.
 */
export type TreeMode = '100644' | '100755' | '120000' | '160000' | '40000'

export interface TreeEntry {
  readonly mode: TreeMode
  readonly name: string
  readonly oid: string
}

export function toText(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

const mark = '~writ~'
const refused = /^(\.git|git~1)$/i

/**
 * git refuses trees with an entry called `.git`; a nested repository that a command made must be in a snapshot all the
 * same, so such names are marked.
 */
export function toTreeName(name: string, isLink: boolean): string {
  return name.startsWith(mark) || refused.test(name) || (isLink && name.toLowerCase() === '.gitmodules') ? mark + name : name
}

export function fromTreeName(name: string): string {
  return name.startsWith(mark) ? name.slice(mark.length) : name
}

export const markedName = mark
/** The entry of a snapshot's root that lists unusual modes (modes.ts): as a file's name it would be marked once more. */
export const modesName = mark

export function toMode(mode: string): TreeMode {
  if (mode === '40000' || mode === '040000') return '40000'
  if (mode === '120000' || mode === '160000') return mode
  // Old repositories hold modes such as 100664.
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755'
}

export function parseTree(bytes: Buffer, oidBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const zero = bytes.indexOf(0, space)
    const end = zero + 1 + oidBytes
    entries.push({ mode: toMode(bytes.toString('latin1', at, space)), name: bytes.toString('latin1', space + 1, zero), oid: bytes.toString('hex', zero + 1, end) })
    at = end
  }
  return entries
}

export function toTreeBytes(entries: readonly TreeEntry[]): Buffer {
  const key = (entry: TreeEntry): string => (entry.mode === '40000' ? `${entry.name}/` : entry.name)
  const sorted = entries.map((entry) => ({ entry, key: key(entry) })).sort((a, b) => (a.key < b.key ? -1 : 1))
  return Buffer.concat(sorted.flatMap(({ entry }) => [Buffer.from(`${entry.mode} ${entry.name}\0`, 'latin1'), Buffer.from(entry.oid, 'hex')]))
}
