import { z } from 'zod'
import { Finding } from '../../protocol/evidence.ts'
import type { Json } from '../../protocol/ids.ts'
import { digestOfJson } from '../../domain/digest.ts'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import type { ValidationCache, Validator } from '../ports/validation.ts'

/** Raised when what is kept, or how it is named, changes. */
const format = 1
/** More findings of one look than this are not kept: it is made again. */
const mostKept = 5_000

const Kept = z.object({ findings: z.array(Finding), argv: z.array(z.string()).optional(), notes: z.array(z.string()).optional() })
export type Kept = z.infer<typeof Kept>

/** The answers of one validator by what they depend on. */
export interface KeptFindings {
  get(...dependsOn: readonly Json[]): Promise<Kept | undefined>
  put(kept: Kept, ...dependsOn: readonly Json[]): Promise<void>
}

export function openKept(cache: ValidationCache | undefined, validator: Validator, settings: ValidationSettings): KeptFindings {
  // Which validators are left out changes none of their answers.
  const { off: _off, ...asked } = settings
  const settingsDigest = digestOfJson(asked)
  const toKey = (dependsOn: readonly Json[]): string => digestOfJson([format, validator.kind, validator.id, validator.version, settingsDigest, ...dependsOn])
  return {
    get: async (...dependsOn) => {
      const value = await cache?.get(toKey(dependsOn))
      return value === undefined ? undefined : Kept.safeParse(value).data
    },
    put: async (kept, ...dependsOn) => {
      if (kept.findings.length <= mostKept) await cache?.put(toKey(dependsOn), kept as Json)
    },
  }
}
