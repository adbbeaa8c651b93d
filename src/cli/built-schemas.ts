import type { Json } from '../protocol/ids.ts'

/**
 * JSON Schema of each tool's input, by the tool's name. The build puts it here (`scripts/build.mjs`): working it out from the
 * tools costs a start some 6 ms. Run from its sources, Writ works it out.
 */
export const builtSchemas: Readonly<Record<string, Json>> | undefined = undefined
