import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import type { Document } from 'yaml'
import { createLocator, explainIssues, toFaultText } from '../domain/text/explain-issues.ts'
import { Fault, toMessage } from '../protocol/fault.ts'

/** Larger files are none that a person wrote, in bytes. */
const largest = 16 * 1024 * 1024

/** Reads a YAML file that a person wrote. @throws Fault `request-invalid` that names the file, the place and what is wrong there. */
export async function readYamlFile<T>(path: string, { what, schema, published }: { readonly what: string; readonly schema: z.ZodType<T>; readonly published: string }): Promise<T> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('request-invalid', `${what} ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  if (text.length > largest) throw new Fault('request-invalid', `${what} ${path} is larger than ${largest / 2 ** 20} MiB`)
  const asJson = schema.safeParse(parseJson(text))
  if (asJson.success) return asJson.data
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const toLine = (offset: number): number => lineCounter.linePos(offset).line
  if (document.errors.length > 0) throw new Fault('request-invalid', `${what} ${path} is not valid YAML:${toFaultText(document.errors.map((error) => ({ line: toLine(error.pos[0]), text: error.message.split('\n')[0] ?? '' })))}`)
  const value = toValue(document, `${what} ${path}`)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Fault('request-invalid', `${what} ${path} does not fit its format, ${published}:${toFaultText(explainIssues({ schema, issues: parsed.error.issues, value, at: createLocator(document, toLine) }))}`)
}

/** @throws Fault where aliases stand for more than any person writes. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new Fault('request-invalid', `${file} cannot be read: ${toMessage(error)}`, { cause: error })
  }
}

/** JSON is YAML, and read as such it takes a file of ten thousand tasks a second. What is none, or does not fit, is read again for its lines. */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // It may be YAML in braces.
    return undefined
  }
}
