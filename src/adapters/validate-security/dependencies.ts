import { z } from 'zod'
import { findLookalike } from '../../domain/validation/typosquats.ts'
import { locksOf, npmGroups, readLock, readNpmRoot, type Dependency } from '../../domain/validation/manifests.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { freshOf, readChangedManifests, type ChangedManifest } from './changed-dependencies.ts'

const decoder = new TextDecoder()

/** Where advisories come from. Others can be put in its place; none asks the network by itself. */
export interface AdvisorySource {
  find(dependency: Dependency): Promise<readonly { readonly id: string; readonly summary: string }[]>
}

/** What changed dependencies bring: manifests and locks that disagree, names one slip away from others, scripts that run at installing, advisories. */
export function createDependenciesValidator(): ChangeValidator {
  return {
    id: 'dependencies', stage: 'security', version: '1', kind: 'change',
    look: async (subject) => {
      const changed = await readChangedManifests(subject)
      const scripts = await lookAtOwnScripts(subject)
      if (changed.length === 0) return scripts.length === 0 ? undefined : { findings: scripts }
      const findings: Finding[] = [...scripts]
      for (const each of changed) {
        if (each.kind === 'manifest') findings.push(...await lookAtAgreement(subject, each), ...lookAtNames(subject, each, changed))
        else findings.push(...lookAtLock(subject, each))
      }
      const advisories = await lookAtAdvisories(subject, changed)
      return { findings: [...findings, ...advisories.findings], notes: advisories.notes }
    },
  }
}

/** Does the lockfile hold what the manifest asks for? */
async function lookAtAgreement(subject: Subject, manifest: ChangedManifest): Promise<Finding[]> {
  const findings: Finding[] = []
  const files = new Set(await subject.files())
  for (const lock of locksOf(manifest.path).filter((each) => files.has(each))) {
    const text = decoder.decode((await subject.read(lock)) ?? new Uint8Array())
    const locked = new Set((readLock(lock, text) ?? []).map((each) => each.name))
    const missing = manifest.now.filter((each) => !locked.has(each.name) && !/^(file:|link:|workspace:|portal:)/.test(each.version))
    for (const each of missing.slice(0, 10)) findings.push({ path: manifest.path, rule: 'dependencies/lock-missing', severity: 'error', message: `asks for ${each.name}, which ${lock} does not have; install, so that the lock is written anew` })
    const root = readNpmRoot(text)
    if (!root || !manifest.path.endsWith('package.json')) continue
    const json = JSON.parse(manifest.text.trim() === '' ? '{}' : manifest.text) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>
    for (const group of npmGroups) {
      for (const [name, range] of Object.entries(json[group] ?? {})) {
        const known = root[group]?.[name]
        if (known !== undefined && known !== range) findings.push({ path: manifest.path, rule: 'dependencies/lock-differs', severity: 'error', message: `asks for ${name} ${range}, and ${lock} was written for ${known}` })
      }
      for (const name of Object.keys(root[group] ?? {})) if (json[group]?.[name] === undefined && group !== 'peerDependencies') findings.push({ path: lock, rule: 'dependencies/lock-left-over', severity: 'warning', message: `still has ${name}, which ${manifest.path} does not ask for any more` })
    }
  }
  return findings
}

function lookAtNames(subject: Subject, manifest: ChangedManifest, all: readonly ChangedManifest[]): Finding[] {
  const before = new Set(all.flatMap((each) => each.before.map(({ name }) => name)))
  const known = new Set([...before, ...subject.settings.dependencies.known])
  return manifest.now.filter((each) => !before.has(each.name)).flatMap(({ ecosystem, name, version }): Finding[] => {
    const other = findLookalike(ecosystem, name, known)
    const found: Finding[] = other ? [{ path: manifest.path, rule: 'dependencies/lookalike', severity: 'error', message: `brings ${name}, a name that is easily taken for ${other}: make sure that it is meant (settings.validation.dependencies.known)` }] : []
    if (/^(git\+|git:|github:|https?:|ssh:)/.test(version)) found.push({ path: manifest.path, rule: 'dependencies/unpinned-source', severity: 'warning', message: `takes ${name} from an address instead of a registry` })
    return found
  })
}

function lookAtLock({ settings }: Subject, lock: ChangedManifest): Finding[] {
  const findings: Finding[] = []
  const before = new Map(lock.before.map((each) => [`${each.name}@${each.version}`, each]))
  const hosts = new Map<string, number>()
  for (const { resolved } of lock.before.length > 0 ? lock.before : lock.now) {
    const host = hostOf(resolved)
    if (host) hosts.set(host, (hosts.get(host) ?? 0) + 1)
  }
  for (const each of lock.now) {
    const old = before.get(`${each.name}@${each.version}`)
    if (old?.integrity && each.integrity && old.integrity !== each.integrity) findings.push({ path: lock.path, rule: 'dependencies/integrity', severity: 'error', message: `has another checksum for ${each.name}@${each.version} than before: the same version is not the same any more`, quarantine: true })
    if (old?.integrity && !each.integrity) findings.push({ path: lock.path, rule: 'dependencies/integrity', severity: 'error', message: `lost the checksum of ${each.name}@${each.version}` })
    const host = hostOf(each.resolved)
    if (!old && host && hosts.size > 0 && !hosts.has(host)) findings.push({ path: lock.path, rule: 'dependencies/other-host', severity: 'error', message: `takes ${each.name} from ${host}, and nothing else comes from there` })
    if (!old && each.hasInstallScript) findings.push({ path: lock.path, rule: 'dependencies/install-script', severity: settings.dependencies.install_scripts, message: `brings ${each.name}@${each.version}, which runs a script when it is installed` })
  }
  return findings
}

function hostOf(address: string | undefined): string | undefined {
  return /^(?:git\+)?\w+:\/\/(?:[^@/]*@)?([^/:]+)/.exec(address ?? '')?.[1]
}

/** What a script does that no installing needs: fetch and run, read credentials, hide its text. */
const malware: readonly (readonly [RegExp, string])[] = [
  [/\b(curl|wget|fetch|Invoke-WebRequest|iwr)\b[^\n]{0,200}(\|\s*(ba|z|da)?sh\b|\|\s*(node|python\d?|perl)\b|-o\s*\S+[^\n]{0,80}(&&|;)[^\n]{0,40}(chmod|sh|\.\/))/i, 'fetches something and runs it'],
  [/\b(base64\s+(-d|--decode)|atob\(|Buffer\.from\([^)]{0,200}(base64|hex)|fromCharCode\([^)]{100,}|\\x[0-9a-f]{2}(\\x[0-9a-f]{2}){30,})/i, 'hides what it runs'],
  [/(\.ssh\/|\.aws\/credentials|\.npmrc|\.netrc|\.git-credentials|id_rsa|wallet\.dat|\/etc\/passwd|process\.env\b[^\n]{0,120}(https?:|fetch|request)|os\.environ[^\n]{0,120}(requests|urllib|http))/i, 'reads credentials'],
  [/\b(nc|ncat)\s+-\w*e\b|\/dev\/tcp\/|bash\s+-i\b[^\n]{0,80}>&/i, 'opens a shell to elsewhere'],
]

/** Scripts of the repository itself that run when it is installed or built. */
async function lookAtOwnScripts(subject: Subject): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { path, kind, from } of subject.changes) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (kind === 'deleted' || !/^(package\.json|setup\.py|build\.rs|extconf\.rb|binding\.gyp|\.pnpmfile\.cjs|conanfile\.py)$/.test(name)) continue
    const text = decoder.decode((await subject.read(path)) ?? new Uint8Array())
    const base = decoder.decode((await subject.readBase(from ?? path)) ?? new Uint8Array())
    const now = name === 'package.json' ? installScripts(text) : text
    const before = name === 'package.json' ? installScripts(base) : base
    for (const [pattern, what] of malware) {
      if (pattern.test(now) && !pattern.test(before)) findings.push({ path, rule: 'dependencies/malware-like', severity: 'error', message: `has a script that runs at installing or building and ${what}`, quarantine: true })
    }
    if (name === 'package.json' && now !== before && now !== '') findings.push({ path, rule: 'dependencies/own-install-script', severity: 'warning', message: 'runs something else than before when it is installed' })
  }
  return findings
}

function installScripts(text: string): string {
  try {
    const { scripts = {} } = JSON.parse(text === '' ? '{}' : text) as { scripts?: Readonly<Record<string, string>> }
    return ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'].flatMap((name) => scripts[name] ?? []).join('\n')
  } catch {
    return '' // the stage of syntax says so
  }
}

const Osv = z.looseObject({ id: z.string(), summary: z.string().optional(), affected: z.array(z.looseObject({ package: z.looseObject({ ecosystem: z.string(), name: z.string() }), versions: z.array(z.string()).optional() })) })

/** A file of advisories in the OSV form: one, or a list of them. */
export function createFileAdvisories(text: string): AdvisorySource {
  const parsed = z.union([z.array(Osv), Osv.transform((one) => [one])]).parse(JSON.parse(text))
  const ecosystems: Readonly<Record<string, string>> = { npm: 'npm', pypi: 'pypi', 'crates.io': 'cargo', go: 'go', maven: 'maven', nuget: 'nuget', packagist: 'composer', rubygems: 'rubygems' }
  return {
    find: async ({ ecosystem, name, version }) => parsed.flatMap(({ id, summary, affected }) => (affected.some((each) => ecosystems[each.package.ecosystem.toLowerCase()] === ecosystem && each.package.name === name && (each.versions ?? []).includes(version)) ? [{ id, summary: summary ?? '' }] : [])),
  }
}

async function lookAtAdvisories(subject: Subject, changed: readonly ChangedManifest[]): Promise<{ findings: Finding[]; notes: string[] }> {
  const locks = changed.filter((each) => each.kind === 'lock')
  if (locks.length === 0) return { findings: [], notes: [] }
  const { advisories } = subject.settings.dependencies
  if (advisories === undefined) return { findings: [], notes: ['advisories: not checked, no source is configured (settings.validation.dependencies.advisories)'] }
  const bytes = await subject.read(advisories)
  if (!bytes) return { findings: [], notes: [`advisories: not checked, ${advisories} is not there`] }
  const source = createFileAdvisories(decoder.decode(bytes))
  const findings: Finding[] = []
  for (const lock of locks) {
    for (const each of freshOf(lock)) for (const { id, summary } of await source.find(each)) findings.push({ path: lock.path, rule: 'dependencies/advisory', severity: 'error', message: `brings ${each.name}@${each.version}, of which ${id} says: ${summary}` })
  }
  return { findings, notes: [] }
}
