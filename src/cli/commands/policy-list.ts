import type { PlacedBundle } from '../../adapters/policy-cedar/bundle.ts'
import { openRules } from '../../adapters/policy-cedar/open-rules.ts'
import type { Rule } from '../../adapters/policy-cedar/parse-rules.ts'
import { policySchema } from '../../adapters/policy-cedar/builtin-bundle.ts'
import { openPolicyHere } from '../policy-here.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'
import { toRows } from '../to-rows.ts'

export interface PolicyListOptions {
  readonly rules?: boolean
  readonly repo?: string
  readonly json?: boolean
}

/** `writ policy`: the bundles in force here, and what lies around without being in force. */
export async function policyListCommand(options: PolicyListOptions): Promise<number> {
  const { root, opened: { policy, bundles, notes } } = await openPolicyHere(options.repo)
  const rules = await openRules(bundles, policySchema)
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ policy: policy.hash, repository: root ?? null, bundles: bundles.map((bundle) => toJson(bundle, rules)), notes, settings: policy.settings, ...(options.rules ? { rules: rules.map(describeRule) } : {}) }, undefined, 2)}\n`)
      return 0
    }
    const table = [['LAYER', 'BUNDLE', 'VERSION', 'RULES', 'FROM', 'UNTIL', 'OWNER', 'DIGEST'], ...bundles.map((bundle) => {
      const { id, version, from, until, owner } = bundle.manifest
      return [bundle.layer, id, oneLine(version, 30), String(rules.filter((rule) => rule.bundle === bundle).length), from ?? '-', until ?? '-', oneLine(owner, 40), bundle.digest.slice(0, 12)]
    })]
    const paint = isTerminal() ? painter(process.stdout) : (_: unknown, text: string) => text
    await print(`${toRows(table).join('\n')}\n\nTogether: policy ${policy.hash.slice(0, 12)}\n${notes.map((note) => `Note: ${oneLine(note, 1000)}\n`).join('')}`)
    if (options.rules) {
      for (const rule of rules) await print(`\n${paint('bold', rule.id)}  ${rule.answer}${rule.locked ? ', locked' : ''}${rule.risk ? `, ${rule.risk} risk` : ''}\n  ${oneLine(rule.reason, 1000)}\n`)
    }
    return 0
  })
}

function toJson({ layer, manifest, digest, place }: PlacedBundle, rules: readonly Rule[]) {
  const { settings: _, ...said } = manifest
  return { layer, ...said, digest, place, rules: rules.filter((rule) => rule.bundle.digest === digest && rule.bundle.layer === layer).length }
}

/** A rule as other programs see it. */
export function describeRule({ id, answer, reason, risk, locked, file, line, text, bundle }: Rule) {
  return { id, answer, reason, ...(risk ? { risk } : {}), locked, bundle: `${bundle.manifest.id}@${bundle.manifest.version}`, layer: bundle.layer, file, line, text }
}
