import { constants, isUtf8 } from 'node:buffer'
import { digestOf } from '../../domain/digest.ts'
import { openFile } from './open-file.ts'
import type { ResolvedPath } from './resolve-path.ts'
import { isMissing } from './resolve-path.ts'

/** Files beyond this are shown by range only, and not edited. */
export const MAX_WHOLE_BYTES = Math.min(32 * 1024 * 1024, constants.MAX_STRING_LENGTH)

export interface FileBytes {
  readonly bytes: Buffer
  readonly digest: string
  readonly mode: number
}

/** How a text is kept in bytes. Latin-1 stands for every one-byte encoding: its bytes survive a round trip. */
export type Encoding = 'utf8' | 'latin1'

export interface FileText {
  /** Without the byte order mark. */
  readonly text: string
  readonly encoding: Encoding
  readonly bom: boolean
}

/** All bytes of a file, or undefined where it is not there (any more). Not for files beyond `MAX_WHOLE_BYTES`. */
export async function findFileBytes(resolved: ResolvedPath): Promise<FileBytes | undefined> {
  try {
    const handle = await openFile(resolved)
    try {
      const bytes = await handle.readFile()
      const { mode } = await handle.stat()
      return { bytes, digest: digestOf(bytes), mode: mode & 0o7777 }
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw thrown
  }
}

/** The text of a file's bytes; undefined where they are no text. */
export function findText(bytes: Buffer): FileText | undefined {
  if (findBinaryKind(bytes) !== undefined) return undefined
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const body = bom ? bytes.subarray(3) : bytes
  const encoding = isUtf8(body) ? 'utf8' : 'latin1'
  return { text: body.toString(encoding), encoding, bom }
}

/** The bytes of a changed text, or undefined where the file's encoding has no way to write it. */
export function findBytes(text: string, like: Pick<FileText, 'encoding' | 'bom'>): Buffer | undefined {
  const body = Buffer.from(text, like.encoding)
  if (like.encoding === 'latin1' && body.toString('latin1') !== text) return undefined
  return like.bom ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) : body
}

const signatures: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['a ZIP archive', [0x50, 0x4b, 0x03, 0x04]],
  ['gzip data', [0x1f, 0x8b]],
  ['an ELF program', [0x7f, 0x45, 0x4c, 0x46]],
  ['a WebAssembly module', [0x00, 0x61, 0x73, 0x6d]],
  ['UTF-16 text', [0xff, 0xfe]],
  ['UTF-16 text', [0xfe, 0xff]],
  ['an SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
]

/** What kind of binary the bytes are; undefined where they look like text. Zero bytes do not occur in text. */
export function findBinaryKind(bytes: Uint8Array): string | undefined {
  const known = signatures.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))
  const isSure = known !== undefined && known[1].some((byte) => byte < 9 || byte > 126)
  if (!isSure && !bytes.subarray(0, 65_536).includes(0) && !bytes.subarray(-4096).includes(0)) return undefined
  return known?.[0] ?? 'binary data'
}

/** 1234 → `1.2 kB`. */
export function toSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1000).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
