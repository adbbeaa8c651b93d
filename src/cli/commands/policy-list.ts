import { describeApprovers } from '../../domain/approval/describe-ask.ts'
import { print, whilePrinting } from '../print.ts'
import { openPolicyHere } from '../policy-here.ts'

/** `writ policy`: what holds here. */
export async function policyListCommand(options: { readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const { opened: { policy, found, notes } } = await openPolicyHere(options.repo)
  const rules = policy.rules()
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ hash: policy.hash, bundles: policy.bundles, rules: rules.map(({ name, answer, reason, locked, layer }) => ({ name, answer, reason, locked, layer })), settings: policy.settings, notes }, undefined, 2)}\n`)
      return 0
    }
    const lines = (policy.bundles ?? []).map(({ id, version, layer, digest }) => {
      const file = found.find(({ bundle }) => bundle.file.id === id)?.bundle.file
      const count = rules.filter((rule) => rule.bundle === id).length
      const dates = file?.from || file?.until ? `, ${file.from ? `from ${file.from}` : ''}${file.until ? ` until ${file.until}` : ''}` : ''
      return `${`${id}@${version}`.padEnd(28)} ${layer.padEnd(13)} ${String(count).padStart(3)} rules  ${digest.slice(0, 12)}${file ? `  of ${file.owner}${dates}` : ''}${file?.disable ? `\n    without ${file.disable.join(', ')}` : ''}${file?.owners ? file.owners.map((owner) => `\n    ${owner.paths.join(', ')}: ${describeApprovers(owner.approvers.map((who) => ({ who: who.replace('|', ' or '), deputies: [] })))}`).join('') : ''}`
    })
    await print(`${lines.join('\n')}\n\nAll of it: ${policy.hash}\n${notes.map((note) => `Note: ${note}\n`).join('')}`)
    return 0
  })
}
