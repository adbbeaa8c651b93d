import { createInterface } from 'node:readline/promises'
import { createCedarPolicy } from '../../adapters/policy-cedar/cedar-policy.ts'
import { toBook } from '../../adapters/policy-cedar/builtin-bundle.ts'
import { readBundles } from '../../adapters/policy-cedar/read-bundles.ts'
import { listHookSources } from '../../adapters/hooks/repository-hooks.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { findRoot, openRecord, openWorkspaces } from '../compose.ts'
import { fromCommit, openTrust, policyTrust } from '../open-policy.ts'
import { userName } from '../user-name.ts'

/** `writ policy trust`: what a repository brings counts, exactly as it is now. */
export async function policyTrustCommand(options: { readonly repo?: string; readonly yes?: boolean }): Promise<number> {
  if (process.env.WRIT_SANDBOX) throw new Fault('request-invalid', 'this is a sandbox of Writ: people trust, outside of it')
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const workspaces = await openWorkspaces(record.places)
  const run = record.ids.runId()
  const { base } = await workspaces.inspect(root, { run, includeDirty: false })
  const bundles = (await readBundles(fromCommit(await workspaces.readBase(root, base, run)), 'repository', '.writ/policy')).map(({ bundle }) => bundle)
  const hooks = await listHookSources(root)
  if (bundles.length === 0 && hooks.length === 0) {
    process.stdout.write(`${root} brings neither rules (.writ/policy, as committed) nor hooks (.writ/hooks.yaml).\n`)
    return 0
  }
  const policy = createCedarPolicy(toBook(bundles))
  await policy.ready?.()
  for (const rule of policy.rules().filter((each) => each.layer === 'repository')) process.stdout.write(`rule   ${rule.name}: ${rule.answer === 'ask' ? 'asks' : 'denies'}. ${rule.reason}\n`)
  for (const { path, digest } of hooks) process.stdout.write(`hooks  ${path} (${digest.slice(0, 12)}): programs that Writ would run in its sandbox; read it first\n`)
  if (!options.yes && !(await confirm())) return exitCodes.waiting
  const trust = await openTrust(record.places)
  const entry = { root, by: userName(), at: new Date(record.clock.now()).toISOString() }
  if (bundles.length > 0) await trust.trust({ ...entry, path: policyTrust, digest: digestOfJson(bundles) })
  for (const { path, digest } of hooks) await trust.trust({ ...entry, path, digest })
  process.stdout.write('Trusted, as it is now. A change of it counts only once it is trusted anew.\n')
  return 0
}

/** `writ policy distrust`. */
export async function policyDistrustCommand(options: { readonly repo?: string }): Promise<number> {
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const count = await (await openTrust(record.places)).revoke(root)
  process.stdout.write(count === 0 ? `Nothing of ${root} was trusted.\n` : `What ${root} brings counts no more.\n`)
  return 0
}

async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    process.stderr.write('Nobody is at a terminal to be asked; --yes says that it is meant.\n')
    return false
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const said = await lines.question('Let this count? [y/N] ')
  lines.close()
  return /^y(es)?$/i.test(said.trim())
}
