/**
 * Tar in its plainest form (POSIX ustar): regular files with short names, no owner, no time. The same content gives the same
 * bytes, and a reader that takes only these headers cannot be led anywhere: there are no links, directories or long names.
 */
export const blockBytes = 512
/** What eleven octal digits can say. */
const mostEntryBytes = 8 ** 11 - 1

export function toTarHeader(name: string, size: number): Buffer {
  if (!/^[a-z0-9._/-]{1,99}$/.test(name) || size > mostEntryBytes) throw new Error(`${name} (${size} bytes) does not fit into an archive`)
  const header = Buffer.alloc(blockBytes)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  header.write(name, 0, 'latin1')
  header.write(octal(0o600, 7), 100, 'latin1')
  header.write(octal(0, 7), 108, 'latin1')
  header.write(octal(0, 7), 116, 'latin1')
  header.write(octal(size, 11), 124, 'latin1')
  header.write(octal(0, 11), 136, 'latin1')
  header.write(' '.repeat(8), 148, 'latin1')
  header.write('0', 156, 'latin1')
  header.write('ustar\u000000', 257, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** Undefined for the empty block that ends an archive. @throws Error for a header that `toTarHeader` would not have made. */
export function parseTarHeader(header: Buffer): { readonly name: string; readonly size: number } | undefined {
  if (header.every((byte) => byte === 0)) return undefined
  const name = header.toString('latin1', 0, header.indexOf(0))
  const digits = header.toString('latin1', 124, 135)
  if (!/^[0-7]{11}$/.test(digits) || !/^[a-z0-9._/-]{1,99}$/.test(name)) throw new Error('a header is damaged')
  const size = Number.parseInt(digits, 8)
  if (!toTarHeader(name, size).equals(header)) throw new Error(`the header of ${name} is not one that Writ writes`)
  return { name, size }
}

export function toPadding(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes
}
