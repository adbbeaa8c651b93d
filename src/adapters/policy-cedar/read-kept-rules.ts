import { CedarDocument } from './bundle.ts'
import { readBuiltinRules } from './builtin-bundle.ts'
import { getCedar } from './cedar.ts'
import { parseRules, type Rule } from './parse-rules.ts'

/** Every rule of a policy that was kept with a run, those that were switched off left out. */
export async function readKeptRules(document: string): Promise<readonly Rule[]> {
  const { bundles } = CedarDocument.parse(JSON.parse(document))
  const off = new Set(bundles.flatMap(({ manifest }) => manifest.disable ?? []))
  const rules = await Promise.all(bundles.map(async (bundle) => (await readBuiltinRules(bundle)) ?? parseRules(getCedar(), bundle).rules))
  return rules.flat().filter((rule) => rule.bundle.layer !== 'built-in' || !off.has(rule.id))
}
