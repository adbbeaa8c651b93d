import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { describeIssue } from './issue-text.ts'
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
  const document = parseDocument(text, { lineCounter })
  const broken = document.errors[0]
  if (broken) throw new Fault('request-invalid', `${what} ${path} is not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return parsed.data
  const said = parsed.error.issues.slice(0, 3).map((issue) => {
    const node: unknown = document.getIn(issue.path as (string | number)[], true)
    const at = typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? ` (line ${lineCounter.linePos(Number(node.range[0])).line})` : ''
    return `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${describeIssue(issue)}${at}`
  })
  throw new Fault('request-invalid', `${what} ${path} does not fit: ${said.join('; ')}. Its format is in ${published}`)
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
