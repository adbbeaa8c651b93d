import { z } from 'zod'
import { BundleFile } from '../../protocol/policy-bundle.ts'
import { Digest } from '../../protocol/ids.ts'
import { PolicyLayer, type BundleName } from '../../protocol/policy.ts'

/** A bundle as it was read: what it says of itself, and its rules as text. */
export const Bundle = z.lazy(() => z.object({
  layer: PolicyLayer,
  /** Over every file of its folder. */
  digest: Digest,
  manifest: BundleFile,
  /** Its `*.cedar` files, by name. */
  files: z.array(z.object({ name: z.string(), text: z.string() })),
}))
export type Bundle = z.infer<typeof Bundle>

/** A bundle with where it lies, for messages. */
export interface PlacedBundle extends Bundle {
  /** Its folder as people know it; `the built-in bundle` for that one. */
  readonly place: string
  /** The text of its cases.yaml, where it has one. */
  readonly cases?: string
}

export function toBundleName({ manifest, layer, digest }: Bundle): BundleName {
  return { id: manifest.id, version: manifest.version, layer, digest }
}

/** How a rule of a bundle is cited. */
export function toRuleId(bundle: Bundle, id: string): string {
  return bundle.layer === 'built-in' ? id : `${bundle.manifest.id}:${id}`
}

/** All that decides, as it is kept with a run: with it the policy can be made again. */
export const CedarDocument = z.lazy(() => z.object({
  form: z.literal('cedar'),
  /** Raised when what questions say of themselves changes its meaning. */
  model: z.literal(1),
  bundles: z.array(Bundle),
  secretGlobs: z.array(z.string()),
  keyGlobs: z.array(z.string()),
  keyFixtureGlobs: z.array(z.string()),
}))
export type CedarDocument = z.infer<typeof CedarDocument>
