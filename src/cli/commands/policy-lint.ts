import { lintRules } from '../../adapters/policy-cedar/lint.ts'
import { openPolicyFolder, readBundles } from '../../adapters/policy-cedar/read-bundles.ts'
import { loadCedar, readRules } from '../../adapters/policy-cedar/rules.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'

/** `writ policy lint`: rules that cannot do what they are written for. */
export async function policyLintCommand(dir: string | undefined, options: { readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const cedar = await loadCedar()
  const bundles = dir === undefined ? (await openPolicyHere(options.repo)).opened.found.map(({ bundle }) => bundle) : (await readBundles(openPolicyFolder(dir), 'user', dir)).map(({ bundle }) => bundle)
  if (dir !== undefined && bundles.length === 0) throw new Fault('request-invalid', `${dir} holds no bundle: it needs a bundle.yaml, or folders that have one`)
  const rules = bundles.flatMap((bundle) => readRules(cedar, bundle))
  const findings = lintRules(cedar, rules, new Set(bundles.flatMap(({ file }) => Object.keys(file.windows ?? {}))))
  return whilePrinting(async () => {
    if (options.json) await print(findings.map((each) => `${JSON.stringify(each)}\n`).join(''))
    else await print(`${findings.map((each) => `${each.at}  ${each.rule}  ${each.kind}: ${each.message}\n`).join('')}${rules.length} rules, ${findings.length === 0 ? 'nothing to say' : `${findings.length} to look at`}.\n`)
    return findings.length === 0 ? exitCodes.proven : exitCodes['not-achieved']
  })
}
