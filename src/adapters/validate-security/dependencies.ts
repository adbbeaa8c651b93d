import { findLookalike } from '../../domain/validation/typosquats.ts'
import { listPopular } from '../../domain/validation/popular-names.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import { toMessage } from '../../protocol/fault.ts'
import { openAdvisories } from './advisories.ts'
import type { Advisory } from './advisory-source.ts'
import { freshOf, readChangedManifests, type ChangedManifest } from './changed-dependencies.ts'
import { toLines, type PackageFinding as Finding } from './dependency-lines.ts'
import { findInstallScripts, findOwnScripts, listSome } from './install-script-findings.ts'
import { findDisagreements } from './lock-agreement.ts'
import { findLockFaults } from './lock-entries.ts'
import { isFromAddress, isLocal } from './manifests/dependency.ts'

/** New names that are looked at in one change. */
const mostNames = 3000

/** What changed dependencies bring: manifests and locks that disagree, names one slip away from others, scripts that run at installing, advisories. */
export function createDependenciesValidator(): ChangeValidator {
  return {
    id: 'dependencies', stage: 'security', version: '3', kind: 'change',
    look: async (subject) => {
      const { changed, notes } = await readChangedManifests(subject)
      const own = await findOwnScripts(subject)
      if (changed.length === 0 && notes.length === 0) return own.length === 0 ? undefined : { findings: own }
      const locks = changed.filter((each) => each.kind === 'lock')
      const scripts = await findInstallScripts(subject, locks)
      const advisories = await findAdvisories(subject, locks.length > 0 ? locks : changed)
      return {
        findings: await toLines(subject, [...own, ...await findDisagreements(subject, changed), ...findNames(subject, changed), ...locks.flatMap(findLockFaults), ...scripts.findings, ...advisories.findings]),
        notes: [...notes, ...scripts.notes, ...advisories.notes],
        ...(advisories.notChecked === undefined ? {} : { notChecked: advisories.notChecked }),
      }
    },
  }
}

/** Names that nothing asked for before. Those a lockfile brings along are taken by others, so that a slip is less likely. */
function findNames({ settings }: Subject, changed: readonly ChangedManifest[]): Finding[] {
  const before = new Set(changed.flatMap((each) => each.before.map(({ ecosystem, name }) => `${ecosystem} ${name}`)))
  const told = new Set<string>()
  const manifests = changed.filter((each) => each.kind === 'manifest')
  const direct = new Set(manifests.flatMap((each) => each.now.map(({ name }) => name)))
  return [...manifests, ...changed.filter((each) => each.kind === 'lock')].flatMap((each) => freshOf(each).filter(({ ecosystem, name }) => !before.has(`${ecosystem} ${name}`)).slice(0, mostNames).flatMap((dependency): Finding[] => {
    const { ecosystem, name, version } = dependency
    if (told.has(`${ecosystem} ${name}`) || isLocal(version) || settings.dependencies.known.includes(name)) return []
    told.add(`${ecosystem} ${name}`)
    const isDirect = each.kind === 'manifest' || direct.has(name)
    // What one letter away from it stands in the same lockfile is no evidence against a name that others ask for.
    const known = new Set([...settings.dependencies.known, ...isDirect ? each.before.map((one) => one.name) : [], ...isDirect ? namesBefore(changed, ecosystem) : []])
    const findings: Finding[] = []
    if (/[^\u0020-\u007E]/.test(name)) findings.push({ path: each.path, about: name, rule: 'dependencies/lookalike', severity: 'error', message: 'brings a name with letters that are not of the usual alphabet: what it shows is not what it is', evidence: name.slice(0, 80), quarantine: true })
    const found = findings.length > 0 ? undefined : findLookalike(ecosystem, name, known)
    if (found !== undefined) findings.push({ path: each.path, about: name, rule: 'dependencies/lookalike', severity: isDirect && isSure(ecosystem, found.other, found.how) ? 'error' : 'warning', message: `brings ${name}, a name that is easily taken for ${found.other}: make sure that it is meant, and name it in the settings then (validation.dependencies.known)` })
    if (each.kind === 'manifest' && isFromAddress(version)) findings.push({ path: each.path, about: name, rule: 'dependencies/unpinned-source', severity: 'warning', message: `takes ${name} from an address instead of a registry: what is there can change`, evidence: version.replace(/\/\/[^@/]*@/, '//').slice(0, 120) })
    return findings
  }))
}

function namesBefore(changed: readonly ChangedManifest[], ecosystem: string): readonly string[] {
  return changed.flatMap((each) => each.before.filter((one) => one.ecosystem === ecosystem).map((one) => one.name))
}

/** A slip in a name that very many use is rarely chance; one in a scope, neither. */
function isSure(ecosystem: string, other: string, how: string): boolean {
  return how === 'scope' || ((how === 'letters' || how === 'separators') && listPopular(ecosystem).has(other))
}

interface Known {
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  /** The source that the settings name could not be asked. */
  readonly notChecked?: string
}

async function findAdvisories(subject: Subject, changed: readonly ChangedManifest[]): Promise<Known> {
  // What lies here or comes from an address is in no list, and its name is nobody's business.
  const fresh = changed.flatMap((each) => freshOf(each).filter(({ version }) => !isLocal(version) && !isFromAddress(version)).map((dependency) => ({ path: each.path, dependency })))
  if (fresh.length === 0) return { findings: [], notes: [] }
  const source = await openAdvisories(subject)
  if (source === undefined) return { findings: [], notes: ['advisories: not checked: no source is configured (settings: validation.dependencies.advisories)'] }
  if ('why' in source) return { findings: [], notes: [], notChecked: `advisories: ${source.why}` }
  const all = fresh.map(({ path, dependency: { ecosystem, name, version } }) => ({ path, ecosystem, name, version: version.replace(/^==?=?\s*/, '') }))
  const due = all.filter(({ version }) => /^v?\d[\w.+-]*$/.test(version))
  const unknown = all.filter((each) => !due.includes(each)).map(({ name }) => name)
  const notes = unknown.length === 0 ? [] : [`advisories: not checked where the version is not exact: ${listSome(unknown)}`]
  try {
    const found = due.length === 0 ? [] : await source.find(due.map(({ ecosystem, name, version }) => ({ ecosystem, name, version })))
    return { notes, findings: due.flatMap(({ path, name, version }, n) => (found[n] ?? []).map((advisory) => toFinding(path, `${name}@${version}`, name, advisory))) }
  } catch (error) {
    subject.signal.throwIfAborted()
    return { findings: [], notes, notChecked: `advisories: ${toMessage(error)}` }
  }
}

function toFinding(path: string, shown: string, about: string, { id, summary, fixed }: Advisory): Finding {
  const said = summary === '' ? `against which there is the advisory ${id}: read it, and take a version that mends it` : `of which ${id} says: ${summary.slice(0, 200)}${fixed.length > 0 ? `; mended in ${fixed.slice(-3).join(', ')}` : ''}`
  return { path, about, rule: 'dependencies/advisory', severity: 'error', message: `brings ${shown}, ${said}` }
}
