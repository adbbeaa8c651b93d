import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { policySchema } from '../../adapters/policy-cedar/builtin-bundle.ts'
import type { PlacedBundle } from '../../adapters/policy-cedar/bundle.ts'
import { openRules } from '../../adapters/policy-cedar/open-rules.ts'
import type { Rule } from '../../adapters/policy-cedar/parse-rules.ts'
import { withoutAnnotations } from '../../adapters/policy-cedar/split-policies.ts'
import { findRefusedSettings } from '../../adapters/policy-cedar/cedar-policy.ts'
import type { Trusted } from '../../adapters/trust/trust-store.ts'
import { readRepositoryFolder, repositoryFolder } from '../../adapters/specialists/read-specialists.ts'
import { digestOf } from '../../domain/digest.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { askYes } from '../ask-yes.ts'
import { findRoot, openRecord } from '../compose.ts'
import { openTrust, policyTrust, readRepositoryPolicy } from '../open-policy.ts'
import { toRepositoryHere, type RepositoryHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine, tame } from '../render.ts'
import { userName } from '../user-name.ts'

export interface PolicyTrustOptions {
  readonly repo?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** Files of hooks (their table, and the programs that they call) and of specialists. */
interface TextFile {
  readonly kind: 'hooks' | 'specialist'
  readonly path: string
  readonly text: string
  readonly entry: Pick<Trusted, 'path' | 'digest'>
}

const most = { files: 64, bytes: 1_000_000 }
/** Characters of a file that are shown. */
const mostShown = 32_000

/** `writ policy trust`: shows in words what a repository's own rules, hooks and specialists would do, asks, and trusts these bytes of them. */
export async function policyTrustCommand(options: PolicyTrustOptions): Promise<number> {
  if (process.env.WRIT_SANDBOX) throw new Fault('request-invalid', 'this is a sandbox of Writ: people trust, outside of it')
  const root = await findRoot(options.repo ?? process.cwd())
  const record = await openRecord()
  const store = await openTrust(record.places)
  const repository = toRepositoryHere(record, root)
  const [own, hooks, specialists] = await Promise.all([readRepositoryPolicy(repository), readHooks(root), readSpecialists(repository)])
  const texts = [...hooks, ...specialists]
  if (own === undefined && texts.length === 0) throw new Fault('request-invalid', `${root} has neither a policy (${policyTrust}/bundle.yaml, as committed) nor hooks (.writ/hooks.yaml) nor specialists (${repositoryFolder}, as committed): there is nothing to trust`)
  const bundles = own?.bundles ?? []
  const rules = own === undefined ? [] : await openRules(bundles, policySchema)
  const wanted = [...(own === undefined ? [] : [{ path: policyTrust, digest: own.digest }]), ...texts.map(({ entry }) => entry)]
  const fresh: (Pick<Trusted, 'path' | 'digest'> & { readonly changed: boolean })[] = []
  for (const entry of wanted) if (!(await store.isTrusted(root, entry.path, entry.digest))) fresh.push({ ...entry, changed: (await store.find(root, entry.path)) !== undefined })
  return whilePrinting(async () => {
    if (!options.json) await print(`${describe(root, bundles, rules, texts).join('\n')}\n`)
    const says = fresh.length === 0 ? 'already' : options.yes ? 'yes' : options.json ? 'nobody' : await ask(fresh)
    const by = userName()
    if (says === 'yes') await store.trust(fresh.map(({ path, digest }) => ({ root, path, digest, by, at: new Date(record.clock.now()).toISOString() })))
    if (options.json) await print(`${JSON.stringify({ repository: root, trusted: says === 'yes' || says === 'already', files: wanted, rules: rules.map(({ id, answer, reason }) => ({ id, answer, reason })), noEffect: findRefusedSettings(bundles) }, undefined, 2)}\n`)
    else await print(`${closings[says]}\n`)
    return says === 'yes' || says === 'already' ? 0 : says === 'nobody' ? exitCodes.waiting : exitCodes['not-achieved']
  })
}

const closings = {
  yes: 'It counts from the next run on, exactly as it is now; any change makes it inert again. To take it back: writ policy distrust',
  already: 'All of it is trusted already, exactly as it is now.',
  no: 'Nothing was trusted.',
  nobody: 'Nothing was trusted: nobody is there to be asked. Read it, and say it with --yes.',
} as const

/** `writ policy distrust`. */
export async function policyDistrustCommand(options: { readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const root = await findRoot(options.repo ?? process.cwd())
  const gone = await (await openTrust((await openRecord()).places)).revoke(root)
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ repository: root, revoked: gone.map(({ path, digest }) => ({ path, digest })) }, undefined, 2)}\n`)
    else await print(gone.length === 0 ? `Nothing of ${root} was trusted.\n` : `${gone.map(({ path }) => path).join(', ')} of ${root} ${gone.length === 1 ? 'does' : 'do'} not count any more.\n`)
    return 0
  })
}

async function ask(fresh: readonly { readonly path: string; readonly changed: boolean }[]): Promise<'yes' | 'no' | 'nobody'> {
  if (process.stdin.isTTY !== true) return 'nobody'
  const names = fresh.map(({ path, changed }) => `${path}${changed ? ' (changed since you trusted it)' : ''}`).join(', ')
  return (await askYes(`Let ${oneLine(names, 1000)} count? [y/N] `)) ? 'yes' : 'no'
}

const headings = { hooks: 'Hooks', specialist: 'Specialist' } as const
const effects = { hooks: 'programs that are started in the sandbox', specialist: 'what a model is told that does a task, and its tools and bounds' } as const
const answers = { allow: 'allows', ask: 'asks', deny: 'denies' } as const

function describe(root: string, bundles: readonly PlacedBundle[], rules: readonly Rule[], texts: readonly TextFile[]): string[] {
  const lines = [`${root} would like to have a say in what happens in it.`]
  for (const bundle of bundles) {
    const { id, version, owner, description } = bundle.manifest
    lines.push('', `Policy ${id} ${oneLine(version, 64)}, of ${oneLine(owner, 200)}${description ? `: ${oneLine(description, 500)}` : ''}`)
    for (const rule of rules.filter((each) => each.bundle === bundle)) {
      lines.push(`  ${answers[rule.answer].padEnd(6)}  ${rule.id}: ${oneLine(rule.reason, 500)}`, ...tame(withoutAnnotations(rule.text)).split('\n').map((line) => `            ${line}`))
    }
    for (const [name, value] of Object.entries(bundle.manifest.settings ?? {})) lines.push(`  sets    ${name}: ${oneLine(JSON.stringify(value), 500)}`)
    for (const { paths, approvers } of bundle.manifest.owners ?? []) lines.push(`  asks    ${oneLine(approvers.join(', then '), 300)} about ${oneLine(paths.join(', '), 300)}`)
  }
  for (const sentence of findRefusedSettings(bundles)) lines.push(`  Note: ${oneLine(sentence, 500)}`)
  for (const { kind, path, text } of texts) lines.push('', `${headings[kind]}, ${oneLine(path, 300)}: ${effects[kind]}`, ...toShown(text))
  return [...lines, '']
}

/** Nobody is to trust what was not shown without knowing it. */
function toShown(text: string): string[] {
  const lines = tame(text).slice(0, mostShown).trimEnd().split('\n').map((line) => `    ${line}`)
  return text.length > mostShown ? [...lines, `    (${text.length - mostShown} more characters are not shown here: read the file itself before you trust it)`] : lines
}

async function readSpecialists({ base }: RepositoryHere): Promise<readonly TextFile[]> {
  const files = await readRepositoryFolder(await base())
  return files.map(({ place, bytes }) => ({ kind: 'specialist', path: place, text: new TextDecoder().decode(bytes), entry: { path: place, digest: digestOf(bytes) } }))
}

/** What belongs to hooks, by the files that `.writ/` has. */
async function readHooks(root: string): Promise<readonly TextFile[]> {
  const found: TextFile[] = []
  let bytes = 0
  const visit = async (path: string): Promise<void> => {
    const stat = await findStat(join(root, path))
    if (stat === undefined) return
    if (stat.isSymbolicLink()) throw new Fault('policy-refused', `${path} is a link, which can lead elsewhere tomorrow: put the file itself there`)
    if (stat.isDirectory()) {
      for (const name of (await readdir(join(root, path))).sort()) await visit(`${path}/${name}`)
      return
    }
    bytes += stat.size
    if (found.length >= most.files || bytes > most.bytes) throw new Fault('policy-refused', `the hooks in ${root}/.writ are more than ${most.files} files or ${most.bytes / 1e6} MB: nobody can read that before trusting it`)
    const content = await readFile(join(root, path))
    found.push({ kind: 'hooks', path, text: new TextDecoder().decode(content), entry: { path, digest: digestOf(content) } })
  }
  for (const path of ['.writ/hooks.yaml', '.writ/hooks.json', '.writ/hooks']) await visit(path)
  return found
}

async function findStat(path: string) {
  try {
    return await lstat(path)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Fault('policy-refused', `${path} cannot be read: ${toMessage(thrown)}`, { cause: thrown })
  }
}
