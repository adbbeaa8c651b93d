import type { z } from 'zod'
import { lastWords, type ToolOutput } from './tool-command.ts'

/** What a tool printed as JSON, or a sentence why it is none. Undefined where it printed nothing and was content. */
export function readJson<T>(output: ToolOutput, schema: z.ZodType<T>): { readonly said: T } | { readonly failed: string } | undefined {
  if (output.text.trim() === '' && output.exitCode === 0) return undefined
  try {
    const parsed = schema.safeParse(JSON.parse(output.text))
    if (parsed.success) return { said: parsed.data }
    return { failed: `it printed JSON of another shape: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`.trim() }
  } catch {
    // Not JSON: the program said in words why it did not do its work.
    return { failed: lastWords(output.text.trim() === '' ? output.stderr : output.text) }
  }
}
