/** JSON as it comes off the wire. Readers here are forgiving: a wire format's own checks say what is required. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function toObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

export function toObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value, or undefined where the text is not JSON. */
export function findJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
}

/** Text of a content field: a string, or parts that carry a `text` (any vendor's part types). */
export function toContentText(content: unknown): string {
  if (typeof content === 'string') return content
  return toObjects(content)
    .map((part) => toText(part['text']))
    .join('')
}
