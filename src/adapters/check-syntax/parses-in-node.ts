import { stripTypeScriptTypes } from 'node:module'

/** Languages that Node's own parser reads: JavaScript without JSX, and TypeScript. */
const languages: ReadonlySet<string> = new Set(['javascript', 'typescript'])

/**
 * A second opinion on what a grammar cannot parse: grammars lag behind their language (`using`), and a fault that is none would
 * fail a whole change. Never says yes to what Node itself could not read.
 */
export function parsesInNode(language: string, text: string): boolean {
  if (!languages.has(language)) return false
  const { emitWarning } = process
  // That it may change one day is nothing for the person who reads our output; the call ends before anything else runs.
  process.emitWarning = () => undefined
  try {
    stripTypeScriptTypes(text, { mode: 'transform' })
    return true
  } catch {
    // Whatever it refuses, the grammar's own faults say better where.
    return false
  } finally {
    process.emitWarning = emitWarning
  }
}
