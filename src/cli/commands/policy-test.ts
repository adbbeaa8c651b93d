import { parse } from 'yaml'
import { builtinCases } from '../../adapters/policy-cedar/builtin-cases.ts'
import { toBook } from '../../adapters/policy-cedar/builtin-bundle.ts'
import { createCedarPolicy } from '../../adapters/policy-cedar/cedar-policy.ts'
import { openPolicyFolder, readBundles, type ReadBundle } from '../../adapters/policy-cedar/read-bundles.ts'
import type { Policy } from '../../engine/ports/policy.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { askPolicy, CasesFile, type Cases } from '../ask-policy.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'

interface Result {
  readonly bundle: string
  readonly name: string
  readonly ok: boolean
  readonly expected: string
  readonly got: string
  readonly rules: readonly string[]
}

/** `writ policy test`: the cases beside the rules, each put to the policy that they are written for. */
export async function policyTestCommand(dir: string | undefined, options: { readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const results: Result[] = []
  if (dir === undefined) {
    const { record, opened } = await openPolicyHere(options.repo)
    results.push(...await run('writ', CasesFile.parse(builtinCases), await bare([]), record.clock.now()))
    for (const each of opened.found) results.push(...await run(each.bundle.file.id, casesOf(each), opened.policy, record.clock.now()))
  } else {
    const found = await readBundles(openPolicyFolder(dir), 'user', dir)
    if (found.length === 0) throw new Fault('request-invalid', `${dir} holds no bundle: it needs a bundle.yaml, or folders that have one`)
    const policy = await bare(found)
    for (const each of found) results.push(...await run(each.bundle.file.id, casesOf(each), policy, Date.now()))
  }
  const failed = results.filter((each) => !each.ok)
  return whilePrinting(async () => {
    if (options.json) await print(results.map((each) => `${JSON.stringify(each)}\n`).join(''))
    else {
      await print(failed.map((each) => `✗ ${each.bundle}: ${each.name}\n    expected ${each.expected}, got ${each.got} by ${each.rules.join(', ') || 'no rule'}\n`).join(''))
      await print(results.length === 0 ? 'There are no cases: put them into cases.yaml beside the rules.\n' : `${results.length - failed.length} of ${results.length} cases hold.\n`)
    }
    return failed.length === 0 ? exitCodes.proven : exitCodes['not-achieved']
  })
}

async function bare(found: readonly ReadBundle[]): Promise<Policy> {
  const policy = createCedarPolicy(toBook(found.map(({ bundle }) => bundle)))
  await policy.ready?.()
  return policy
}

function casesOf({ bundle, cases }: ReadBundle): Cases {
  if (cases === undefined) return []
  const parsed = CasesFile.safeParse(parse(cases))
  if (!parsed.success) throw new Fault('request-invalid', `cases.yaml of ${bundle.file.id} does not fit: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  return parsed.data
}

async function run(bundle: string, cases: Cases, policy: Policy, now: number): Promise<Result[]> {
  const results: Result[] = []
  for (const { name, question, expect, rule } of cases) {
    const { decision } = await askPolicy(policy, question, now)
    results.push({ bundle, name, ok: decision.effect === expect && (rule === undefined || decision.rules.includes(rule)), expected: `${expect}${rule ? ` by ${rule}` : ''}`, got: decision.effect, rules: decision.rules })
  }
  return results
}
