import { digestOf } from '../../domain/digest.ts'
import { createLocator, explainIssues, toFaultText, type FileFault } from '../../domain/text/explain-issues.ts'
import type { PlacedSpecialist } from '../../domain/specialist/specialist.ts'
import { Fault } from '../../protocol/fault.ts'
import { mostWords, SpecialistFile, type SpecialistLayer } from '../../protocol/specialist.ts'

/** Largest file that is read, in bytes. */
export const mostBytes = 128 * 1024

/** Longest front matter, in characters. */
const mostFront = 10_000

/** `place`: how people know the file; its last part is the name that the role must have. */
export interface SpecialistBytes {
  readonly layer: SpecialistLayer
  readonly place: string
  readonly bytes: Uint8Array
}

/** @throws Fault `request-invalid` naming the file, what is wrong in it and where. */
export async function parseSpecialist({ layer, place, bytes }: SpecialistBytes): Promise<PlacedSpecialist> {
  if (bytes.length > mostBytes) throw refuse(place, `it is larger than ${mostBytes / 1024} KiB`)
  const { front, words } = divide(place, toText(place, bytes))
  if (front.length > mostFront) throw refuse(place, `its front matter is longer than ${mostFront} characters`)
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(front, { lineCounter, prettyErrors: false })
  // The line of --- stands before it.
  const toLine = (offset: number): number => lineCounter.linePos(offset).line + 1
  if (document.errors.length > 0) throw refuse(place, `its front matter is not valid YAML:${toFaultText(document.errors.map((error) => toPlain({ line: toLine(error.pos[0]), text: error.message.split('\n')[0] ?? '' })))}`)
  const value: unknown = document.toJS({ maxAliasCount: 20 }) ?? {}
  const parsed = SpecialistFile.safeParse(value)
  if (!parsed.success) throw refuse(place, `its front matter does not fit (docs/specialists.md has an example):${toFaultText(explainIssues({ schema: SpecialistFile, issues: parsed.error.issues, value, at: createLocator(document, toLine) }).map(toPlain))}`)
  const { role } = parsed.data
  if (!place.endsWith(`/${role}.md`)) throw refuse(place, `it is about the role ${role}, and then its name is ${role}.md`)
  if (words.length > mostWords) throw refuse(place, `its words are longer than ${mostWords} characters`)
  return { layer, place, digest: digestOf(bytes), file: parsed.data, words }
}

function divide(place: string, text: string): { readonly front: string; readonly words: string } {
  const [first, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const end = lines.findIndex((line) => line.trimEnd() === '---')
  if (first?.trimEnd() !== '---' || end === -1) throw refuse(place, 'it has no front matter: a line of ---, then YAML with its role, then a line of ---, then words for the model')
  return { front: lines.slice(0, end).join('\n'), words: lines.slice(end + 1).join('\n').trim() }
}

function toText(place: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    throw refuse(place, 'it is not UTF-8 text', thrown)
  }
}

/** Names in a file may have anything in them. */
function toPlain({ line, text }: FileFault): FileFault {
  return { line, text: text.replaceAll(/\s+/g, ' ') }
}

function refuse(place: string, why: string, cause?: unknown): Fault {
  return new Fault('request-invalid', `the specialist ${place} cannot be read: ${why}`, cause === undefined ? {} : { cause })
}
