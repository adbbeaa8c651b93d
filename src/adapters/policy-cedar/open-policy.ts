import { digestOfJson } from '../../domain/digest.ts'
import { judgeStanding, PolicyBook, type Bundle } from '../../domain/policy/bundle.ts'
import { findLoosening, mergeSettings } from '../../domain/policy/settings.ts'
import type { Policy } from '../../engine/ports/policy.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Digest } from '../../protocol/ids.ts'
import { toBook } from './builtin-bundle.ts'
import { createCedarPolicy } from './cedar-policy.ts'
import { openPolicyFolder, readBundles, type PolicyFiles, type ReadBundle } from './read-bundles.ts'
import { refuse, type Rule } from './rules.ts'

export interface PolicyPlaces {
  /** Folders of the organisation and of the user. */
  readonly organisation: string
  readonly user: string
  /** The repository's `.writ/policy`, as the base has it, and what is known of a person's trust in exactly these files. */
  readonly repository?: { readonly files: PolicyFiles; readonly isTrusted: (digest: Digest) => Promise<boolean> }
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface OpenedPolicy {
  readonly policy: Policy & { rules(): readonly Rule[] }
  readonly found: readonly ReadBundle[]
  /** Sentences about bundles that are there and not in force. */
  readonly notes: readonly string[]
  /** What a person trusts when they trust the repository's bundles as they are; undefined where it has none. */
  readonly repositoryDigest: Digest | undefined
}

/**
 * The policy of all layers. A bundle that is expired or superseded is refused by name, so that nobody works on under rules that
 * do not hold any more; one that a repository brings does nothing until a person trusts that version of it.
 * @throws Fault `policy-refused`
 */
export async function openPolicy(places: PolicyPlaces): Promise<OpenedPolicy> {
  const [organisation, user, own] = await Promise.all([
    readBundles(openPolicyFolder(places.organisation), 'organisation', places.organisation),
    readBundles(openPolicyFolder(places.user), 'user', places.user),
    places.repository ? readBundles(places.repository.files, 'repository', '.writ/policy') : [],
  ])
  const notes: string[] = []
  const repositoryDigest = own.length === 0 ? undefined : digestOfJson(own.map(({ bundle }) => bundle))
  const trusted = repositoryDigest !== undefined && (await places.repository?.isTrusted(repositoryDigest)) === true
  if (repositoryDigest !== undefined && !trusted) notes.push(`the repository brings ${own.map(({ bundle }) => `${bundle.file.id}@${bundle.file.version}`).join(', ')}, which does nothing until you trust this version of it: writ policy trust`)
  const found = [...organisation, ...user, ...(trusted ? own : [])]
  const files = found.map(({ bundle }) => bundle.file)
  const inForce: Bundle[] = []
  for (const { bundle } of found) {
    const standing = judgeStanding(bundle.file, files.filter((each) => each !== bundle.file), places.now)
    if (standing.in === 'past') throw new Fault('policy-refused', standing.why)
    if (standing.in === 'future') notes.push(standing.why)
    else inForce.push(bundle)
  }
  for (const bundle of inForce) requireFitting(bundle, inForce)
  return { policy: createCedarPolicy(toBook(inForce)), found, notes, repositoryDigest }
}

function requireFitting(bundle: Bundle, others: readonly Bundle[]): void {
  if (bundle.file.id === 'writ') throw refuse(bundle, 'bundle.yaml', 'the id writ is the built-in bundle’s')
  if (others.some((other) => other !== bundle && other.file.id === bundle.file.id)) throw refuse(bundle, 'bundle.yaml', `the id ${bundle.file.id} is taken by another bundle in force; let one supersede the other`)
  if (bundle.layer === 'repository') {
    const loosening = findLoosening(bundle.file.settings ?? {})
    if (loosening.length > 0) throw refuse(bundle, 'bundle.yaml', `it sets ${loosening.join(', ')}, and a repository may only add patterns, commands and performance checks`)
  }
  try {
    mergeSettings(bundle.file.settings ? [bundle.file.settings] : [])
  } catch (error) {
    const issue = error instanceof Error && 'issues' in error ? (error.issues as readonly { readonly path: readonly PropertyKey[]; readonly message: string }[])[0] : undefined
    if (!issue) throw error
    throw refuse(bundle, 'bundle.yaml', `settings.validation.${issue.path.map(String).join('.')}: ${issue.message}`)
  }
}

/** A policy of bundles as it was kept with a run; undefined where the document is of another form. */
export function findKeptPolicy(document: string): Policy | undefined {
  const book = PolicyBook.safeParse(JSON.parse(document))
  return book.success ? createCedarPolicy(book.data) : undefined
}
