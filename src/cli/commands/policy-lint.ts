import { resolve } from 'node:path'
import { builtinBundle, policySchema } from '../../adapters/policy-cedar/builtin-bundle.ts'
import { getCedar } from '../../adapters/policy-cedar/cedar.ts'
import { lintRules, type LintFinding } from '../../adapters/policy-cedar/lint-rules.ts'
import type { PlacedBundle } from '../../adapters/policy-cedar/bundle.ts'
import { whyRefused } from '../../adapters/policy-cedar/select-bundles.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { findBrokenPatterns, readBundlesIn } from '../open-policy.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'

/** `writ policy lint`: what is wrong with rules, read off them. Exits with 1 when something is. */
export async function policyLintCommand(folder: string | undefined, options: { readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const about = folder === undefined ? (await openPolicyHere(options.repo)).opened.bundles : await readBundlesIn(resolve(folder))
  const all = [...(about.some(({ manifest }) => manifest.id === builtinBundle.manifest.id) ? [] : [builtinBundle]), ...about]
  const patterns = await Promise.all(about.map(async (bundle) => (await findBrokenPatterns(bundle)).map(({ rule, message }): LintFinding => ({
    kind: 'broken', bundle: `${bundle.manifest.id}@${bundle.manifest.version}`, file: 'bundle.yaml', line: 1, rule: `settings.validation.patterns.${rule}`, message,
  }))))
  const findings = [...findRefused(about, Date.now()), ...lintRules(getCedar(), policySchema, about, all), ...patterns.flat()]
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ ok: findings.length === 0, bundles: about.map(({ manifest, place, layer }) => ({ id: manifest.id, version: manifest.version, layer, place })), findings }, undefined, 2)}\n`)
    else if (findings.length === 0) await print(`Nothing is wrong with ${about.map(({ manifest }) => `${manifest.id}@${manifest.version}`).join(', ')}.\n`)
    else await print(`${findings.map(toLine).join('\n')}\n${findings.length} finding${findings.length === 1 ? '' : 's'}.\n`)
    return findings.length === 0 ? 0 : exitCodes['not-achieved']
  })
}

/** Bundles that could not be in force today, whatever their rules say: each by itself, then all of them together. */
function findRefused(about: readonly PlacedBundle[], nowMs: number): readonly LintFinding[] {
  const alone = about.flatMap((bundle) => toFinding(bundle, whyRefused([bundle], nowMs)))
  const [first] = about
  return alone.length > 0 || first === undefined ? alone : toFinding(first, whyRefused(about, nowMs))
}

function toFinding({ manifest: { id, version } }: PlacedBundle, message: string | undefined): readonly LintFinding[] {
  return message === undefined ? [] : [{ kind: 'broken', bundle: `${id}@${version}`, file: 'bundle.yaml', line: 1, rule: undefined, message }]
}

function toLine({ bundle, file, line, rule, kind, message }: LintFinding): string {
  return oneLine(`${bundle} ${file}:${line} ${rule ?? '-'} ${kind}: ${message}`, 2000)
}
