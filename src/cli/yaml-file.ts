import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { createLocator, explainIssues, toFaultText } from '../domain/text/explain-issues.ts'
import type { FaultCode } from '../protocol/error-codes.ts'
import { Fault, toMessage } from '../protocol/fault.ts'

/** Larger files are none that a person wrote, in bytes. */
const largest = 16 * 1024 * 1024

interface Wanted<T> {
  /** As in "the batch". */
  readonly what: string
  readonly schema: z.ZodType<T>
  /** Where its JSON Schema is. */
  readonly published: string
}

/** Reads a YAML file that a person wrote. @throws Fault `request-invalid` that names the file, the place and what is wrong there. */
export async function readYamlFile<T>(path: string, wanted: Wanted<T>): Promise<T> {
  const { what, schema } = wanted
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('request-invalid', `${what} ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  if (text.length > largest) throw new Fault('request-invalid', `${what} ${path} is larger than ${largest / 2 ** 20} MiB`)
  const asJson = schema.safeParse(parseJson(text))
  return asJson.success ? asJson.data : parseYaml(text, path, wanted)
}

/** The same of text that was read already; `empty` is what stands for nothing at all. @throws Fault `code`, or `request-invalid`. */
export async function parseYaml<T>(text: string, path: string, { what, schema, published, code = 'request-invalid', empty = null }: Wanted<T> & { readonly code?: FaultCode; readonly empty?: unknown }): Promise<T> {
  const refuse = (why: string, cause?: unknown): Fault => new Fault(code, `${what} ${path} ${why}`, cause === undefined ? {} : { cause })
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const toLine = (offset: number): number => lineCounter.linePos(offset).line
  if (document.errors.length > 0) throw refuse(`is not valid YAML:${toFaultText(document.errors.map((error) => ({ line: toLine(error.pos[0]), text: error.message.split('\n')[0] ?? '' })))}`)
  let value: unknown
  try {
    value = document.toJS() ?? empty
  } catch (error) {
    // Aliases that stand for more than any person writes.
    throw refuse(`cannot be read: ${toMessage(error)}`, error)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refuse(`does not fit its format, ${published}:${toFaultText(explainIssues({ schema, issues: parsed.error.issues, value, at: createLocator(document, toLine) }))}`)
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
