import { digestOf } from '../../domain/digest.ts'
import { readText } from '../../domain/validation/read-text.ts'
import type { Digest } from '../../protocol/ids.ts'

export interface Content {
  readonly digest: Digest
  readonly bytes: number
  /** Undefined where it is not text, or too large to be looked at. */
  readonly text: string | undefined
  /** It has zero bytes, which are left out of the text. */
  readonly hasZeros: boolean
}

export interface Contents {
  /** Undefined where there is no such file. */
  get(path: string): Promise<Content | undefined>
}

/** Largest file that file validators look at, in bytes. */
export const largestFile = 4 * 2 ** 20
/** What is remembered, so that each validator need not read it again. */
const mostRemembered = 32 * 2 ** 20

/** Files of one side, read once for all that look at them. */
export function openContents(read: (path: string) => Promise<Uint8Array | undefined>): Contents {
  const known = new Map<string, Promise<Content | undefined>>()
  let remembered = 0
  const load = async (path: string): Promise<Content | undefined> => {
    const bytes = await read(path)
    if (bytes === undefined) return undefined
    if (remembered + bytes.length > mostRemembered) {
      known.clear()
      remembered = 0
    }
    remembered += bytes.length
    const found = bytes.length <= largestFile ? readText(bytes) : undefined
    return { digest: digestOf(bytes), bytes: bytes.length, text: found?.text, hasZeros: found?.hadZeros === true }
  }
  return {
    get: (path) => {
      const found = known.get(path) ?? load(path)
      known.set(path, found)
      return found
    },
  }
}
