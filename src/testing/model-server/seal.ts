import { createHash } from 'node:crypto'
import { findJson, isObject } from './json.ts'

/**
 * The opaque token that vendors attach to reasoning (Responses' encrypted_content, Anthropic's signature, Gemini's
 * thoughtSignature). Ours carries the position in the conversation and a digest of the text, so that the server can
 * tell a token that came back changed, or attached to other text.
 */
export function toSeal(position: number, text: string): string {
  return Buffer.from(JSON.stringify({ position, digest: digestOf(text) })).toString('base64')
}

/** What a seal says, or undefined where it is not one of ours. */
export function findSealed(seal: string): { readonly position: number; fits(text: string): boolean } | undefined {
  const value = findJson(Buffer.from(seal, 'base64').toString('utf8'))
  if (!isObject(value)) return undefined
  const { position, digest } = value
  if (typeof position !== 'number' || typeof digest !== 'string') return undefined
  return { position, fits: (text) => digest === digestOf(text) }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
