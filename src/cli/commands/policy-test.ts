import { resolve } from 'node:path'
import type { CaseQuestion, CasesFile } from '../../protocol/policy-bundle.ts'
import { CasesFile as Cases } from '../../protocol/policy-bundle.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { builtinBundle } from '../../adapters/policy-cedar/builtin-bundle.ts'
import type { PolicyQuestion } from '../../adapters/policy-cedar/case-question.ts'
import type { PlacedBundle } from '../../adapters/policy-cedar/bundle.ts'
import { createCedarPolicy } from '../../adapters/policy-cedar/cedar-policy.ts'
import { readCases } from '../../adapters/policy-cedar/read-bundle.ts'
import { runCases, type CaseResult } from '../../adapters/policy-cedar/run-cases.ts'
import { toQuestion } from '../ask-policy.ts'
import { readBundlesIn } from '../open-policy.ts'
import { openPolicyHere } from '../policy-here.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'
import { toRows } from '../to-rows.ts'

interface Tested {
  readonly bundle: string
  readonly place: string
  readonly results: readonly CaseResult[]
}

/** `writ policy test`: a bundle's cases are asked of it on top of the built-in rules. Exits with 1 when one comes out otherwise. */
export async function policyTestCommand(folder: string | undefined, options: { readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const tested = folder === undefined ? await testInForce(options.repo) : await testFolder(resolve(folder))
  const all = tested.flatMap(({ results }) => results)
  const failed = all.filter(({ ok }) => !ok)
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ ok: failed.length === 0, bundles: tested }, undefined, 2)}\n`)
    else await print(`${describe(tested).join('\n')}\n${failed.length === 0 ? `All ${all.length} cases come out as written.` : `${failed.length} of ${all.length} cases come out otherwise.`}\n`)
    return failed.length === 0 ? 0 : exitCodes['not-achieved']
  })
}

/** What is not installed is asked together with the built-in rules. */
async function testFolder(folder: string): Promise<readonly Tested[]> {
  const bundles = await readBundlesIn(folder)
  const tested: Tested[] = []
  for (const bundle of bundles) {
    const cases = await readCases(bundle)
    if (cases !== undefined) tested.push(await test(bundle, cases, bundle.layer === 'built-in' ? bundles : [builtinBundle, ...bundles]))
  }
  if (tested.length === 0) throw new Fault('request-invalid', `${folder} has no cases.yaml: write down what its rules have to answer (docs/policy.md has an example)`)
  return tested
}

/** Each bundle's cases of all that is in force: rules of several hold together. */
async function testInForce(repo: string | undefined): Promise<readonly Tested[]> {
  const { bundles } = (await openPolicyHere(repo)).opened
  const tested: Tested[] = []
  for (const bundle of bundles) {
    const cases = bundle.layer === 'built-in' ? await readBuiltinCases() : await readCases(bundle)
    // The built-in cases are about the built-in rules alone: those of others may well say otherwise.
    if (cases !== undefined) tested.push(await test(bundle, cases, bundle.layer === 'built-in' ? [bundle] : bundles))
  }
  return tested
}

async function readBuiltinCases(): Promise<CasesFile> {
  return Cases.parse((await import('../../adapters/policy-cedar/builtin-cases.json', { with: { type: 'json' } })).default)
}

async function test(bundle: PlacedBundle, cases: CasesFile, bundles: readonly PlacedBundle[]): Promise<Tested> {
  const policy = createCedarPolicy(bundles)
  await policy.ready()
  return { bundle: `${bundle.manifest.id}@${bundle.manifest.version}`, place: bundle.place, results: await runCases(policy, cases, (asked, name) => toNamedQuestion(asked, `${bundle.place}: the case '${oneLine(name, 60)}'`)) }
}

/** @throws Fault that says in which case what does not fit. */
async function toNamedQuestion(asked: CaseQuestion, where: string): Promise<PolicyQuestion> {
  try {
    return await toQuestion(asked)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new Fault(error.code, `${where}: ${toMessage(error)}`, { cause: error })
  }
}

function describe(tested: readonly Tested[]): string[] {
  const paint = isTerminal() ? painter(process.stdout) : (_: unknown, text: string) => text
  return tested.flatMap(({ bundle, place, results }) => {
    const rows = results.map(({ name, expect, rule, decision, ok }) => {
      const wanted = `${expect}${rule ? ` by ${rule}` : ''}`
      const got = `${decision.effect}${decision.rules[0] ? ` by ${decision.rules[0]}` : ''}`
      return [ok ? '✓' : '✗', oneLine(name, 60), wanted, ok ? '' : `came out: ${got}`]
    })
    const lines = toRows(rows).map((line) => (line.startsWith('✗') ? paint('red', line) : line))
    return [paint('bold', `${bundle}  ${place}`), ...lines, '']
  })
}
