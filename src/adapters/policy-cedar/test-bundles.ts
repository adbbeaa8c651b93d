import { digestOfJson } from '../../domain/digest.ts'
import { BundleFile } from '../../protocol/policy-bundle.ts'
import type { PolicyLayer } from '../../protocol/policy.ts'
import type { PlacedBundle } from './bundle.ts'

/** A bundle out of thin air, for tests. */
export function makeBundle(layer: PolicyLayer, rules: string, manifest: Partial<BundleFile> = {}): PlacedBundle {
  const whole = BundleFile.parse({ id: 'house', version: '1', owner: 'Ada', ...manifest })
  return { layer, place: `/${layer}/${whole.id}`, digest: digestOfJson([whole, rules]), manifest: whole, files: rules === '' ? [] : [{ name: 'rules.cedar', text: rules }] }
}
