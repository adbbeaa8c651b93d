import { count } from '../../domain/report/words.ts'
import { createRequire } from 'node:module'
import { judgeLicence, type LicenceExpression } from '../../domain/validation/judge-licence.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import { freshOf, readChangedManifests, type ChangedManifest } from './changed-dependencies.ts'
import { toLines, type PackageFinding as Finding } from './dependency-lines.ts'
import { listSome } from './install-script-findings.ts'
import { readInstalled } from './installed.ts'
import { toFields, type Dependency } from './manifests/dependency.ts'
import { toLicence } from './manifests/read-npm-lock.ts'
import { parseToml } from './manifests/read-manifest.ts'

/** Dependencies that are looked at in one change. */
const most = 1000

/** New dependencies' licences, as SPDX expressions, against what the policy allows. */
export function createLicencesValidator(): ChangeValidator {
  return {
    id: 'licences', stage: 'security', version: '2', kind: 'change',
    look: async (subject) => {
      const { changed, notes } = await readChangedManifests(subject)
      if (changed.length === 0) return notes.length === 0 ? undefined : { findings: [], notes }
      const { allow, deny } = subject.settings.licences
      if (allow.length === 0 && deny.length === 0) return { findings: [], notes: [...notes, 'no licence is allowed or denied by the policy (settings: validation.licences), so none was judged'] }
      const spdx = openSpdx()
      const wrong = [...allow, ...deny].find((id) => !spdx.isSingle(id))
      if (wrong !== undefined) return { findings: [], notes, notChecked: `the policy names ${wrong}, which is no SPDX licence (settings: validation.licences)` }
      const all = changed.filter((each) => isSource(each, changed)).flatMap((manifest) => freshOf(manifest).map((dependency) => ({ manifest, dependency })))
      const due = all.slice(0, most)
      const licences = await findLicences(subject, due)
      const findings = due.flatMap(({ manifest, dependency }) => judge(subject, { path: manifest.path, dependency, licence: licences.get(dependency) }, spdx) ?? [])
      const unread = due.filter(({ dependency }) => licences.get(dependency) === undefined).map(({ dependency }) => dependency.name)
      return {
        findings: await toLines(subject, findings),
        notes: [...notes, ...unread.length === 0 ? [] : [`licence not checked, because neither the lockfile nor what is installed says it: ${listSome(unread)}`], ...all.length > most ? [`${count(all.length - most, 'more dependency was', 'more dependencies were')} not looked at`] : []],
      }
    },
  }
}

/** A lockfile says more than its manifest: which of them is asked. */
function isSource(manifest: ChangedManifest, changed: readonly ChangedManifest[]): boolean {
  return manifest.kind === 'lock' || !changed.some((each) => each.kind === 'lock' && each.now.some((one) => manifest.now.some(({ ecosystem }) => ecosystem === one.ecosystem)))
}

interface Due {
  readonly manifest: ChangedManifest
  readonly dependency: Dependency
}

/** From the lockfile, or from what is installed beside the sources. */
async function findLicences(subject: Subject, due: readonly Due[]): Promise<ReadonlyMap<Dependency, string>> {
  const found = new Map<Dependency, string>()
  const places = new Map<Dependency, readonly string[]>()
  for (const { manifest, dependency } of due) {
    if (dependency.licence !== undefined) found.set(dependency, dependency.licence)
    else places.set(dependency, listPlaces(manifest.path.slice(0, manifest.path.lastIndexOf('/') + 1), dependency))
  }
  if (places.size === 0) return found
  const texts = await readInstalled(subject, [...places.values()].flat())
  for (const [dependency, patterns] of places) {
    for (const pattern of patterns) {
      const text = texts?.get(pattern)
      const licence = text === undefined ? undefined : await readLicence(pattern, text, dependency)
      if (licence !== undefined && !found.has(dependency)) found.set(dependency, licence)
    }
  }
  return found
}

/** Where a package says its licence once it is installed. */
function listPlaces(folder: string, { ecosystem, name, version, at }: Dependency): readonly string[] {
  switch (ecosystem) {
    case 'npm': return [`${folder}${at ?? `node_modules/${name}`}/package.json`]
    case 'pypi': {
      const file = name.replaceAll('-', '_')
      const exact = /^(?:==)?\d/.test(version) ? version.replace(/^==/, '') : '*'
      return ['.venv', 'venv'].map((each) => `${folder}${each}/lib/python3*/site-packages/${anyCase(file)}-${exact}.dist-info/METADATA`)
    }
    case 'cargo': return [`${folder}vendor/${name}/Cargo.toml`, `${folder}vendor/${name}-${version}/Cargo.toml`]
    case 'composer': return [`${folder}vendor/${name}/composer.json`]
    default: return []
  }
}

/** Python's folders keep the case that a package was published with, and its dots. */
function anyCase(name: string): string {
  return name.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`).replaceAll('_', '[._-]')
}

async function readLicence(pattern: string, text: string, { version, ecosystem }: Dependency): Promise<string | undefined> {
  try {
    if (pattern.endsWith('METADATA')) return readMetadata(text)
    const fields = pattern.endsWith('.toml') ? toFields((await parseToml(text))['package']) : toFields(JSON.parse(text))
    // What is installed may be another version than the one that the change asks for.
    if (ecosystem !== 'composer' && /^\d/.test(version) && fields['version'] !== version) return undefined
    const list = fields['license']
    return Array.isArray(list) ? list.join(' OR ') : toLicence(fields)
  } catch {
    return undefined // told as not readable
  }
}

/** PEP 639's expression, else the classifiers, else the old free field where it is short. */
function readMetadata(text: string): string | undefined {
  const head = text.split(/\r?\n\r?\n/)[0] ?? ''
  const field = (name: string): string | undefined => new RegExp(`^${name}: *(.+)$`, 'mi').exec(head)?.[1]?.trim()
  const classifiers = [...head.matchAll(/^Classifier: License :: (?:OSI Approved :: )?(.+)$/gm)].flatMap((match) => classified[match[1]?.trim() ?? ''] ?? [])
  const free = field('License')
  return field('License-Expression') ?? (free !== undefined && free.length < 60 && free !== 'UNKNOWN' ? free : undefined) ?? (classifiers.length > 0 ? classifiers.join(' OR ') : undefined)
}

const classified: Readonly<Record<string, string>> = {
  'MIT License': 'MIT', 'Apache Software License': 'Apache-2.0', 'BSD License': 'BSD-3-Clause', 'ISC License (ISCL)': 'ISC', 'Python Software Foundation License': 'PSF-2.0', 'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0', 'The Unlicense (Unlicense)': 'Unlicense',
  'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only', 'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later', 'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only', 'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
  'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only', 'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later', 'GNU Affero General Public License v3': 'AGPL-3.0-only', 'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
}

interface Spdx {
  /** As an SPDX expression, mended where it nearly is one. */
  find(text: string): { readonly text: string; readonly expression: LicenceExpression } | undefined
  isSingle(id: string): boolean
  satisfies(licence: string, allowed: readonly string[]): boolean
}

/** Loaded when the first licence is judged. These packages have no types of their own. */
function openSpdx(): Spdx {
  const load = createRequire(import.meta.url)
  const parse = load('spdx-expression-parse') as (text: string) => LicenceExpression
  const correct = load('spdx-correct') as (text: string) => string | null
  const satisfies = load('spdx-satisfies') as (expression: string, allowed: readonly string[]) => boolean
  const findExpression = (text: string): LicenceExpression | undefined => {
    try {
      return parse(text)
    } catch {
      return undefined // mended by the caller, if it can be
    }
  }
  return {
    find: (given) => {
      // Cargo's old form of a choice.
      const text = given.trim().replaceAll(/\s*\/\s*/g, ' OR ')
      const expression = findExpression(text)
      if (expression !== undefined) return { text, expression }
      // npm's word for “no licence at all” is one letter from a licence that allows all.
      const mended = /^unlicensed$/i.test(text) || text.length > 200 ? null : correct(text)
      const again = mended === null ? undefined : findExpression(mended)
      return mended === null || again === undefined ? undefined : { text: mended, expression: again }
    },
    isSingle: (id) => {
      const expression = findExpression(id)
      return expression !== undefined && 'license' in expression
    },
    satisfies: (licence, allowed) => satisfies(licence, allowed),
  }
}

function judge({ settings }: Subject, { path, dependency: { name, version }, licence }: { readonly path: string; readonly dependency: Dependency; readonly licence: string | undefined }, spdx: Spdx): Finding | undefined {
  const { allow, deny, unknown } = settings.licences
  const who = `${name}${version ? `@${version}` : ''}`
  if (licence === undefined) return { path, about: name, rule: 'licences/unknown', severity: unknown, message: `brings ${who}, whose licence cannot be read here: install it, or look it up` }
  const found = spdx.find(licence)
  if (found === undefined) return { path, about: name, rule: 'licences/unknown', severity: unknown, message: `brings ${who}, whose licence is no SPDX expression: look it up`, evidence: licence.slice(0, 80) }
  try {
    const verdict = judgeLicence(found.expression, { allow, deny, satisfies: spdx.satisfies })
    if (verdict.kind === 'ok') return undefined
    return verdict.kind === 'denied'
      ? { path, about: name, rule: 'licences/denied', severity: 'error', message: `brings ${who} under ${found.text}, which the policy denies (${verdict.licences.join(', ')}): take another package, or have the policy changed` }
      : { path, about: name, rule: 'licences/not-allowed', severity: 'error', message: `brings ${who} under ${found.text}; the policy allows ${allow.slice(0, 8).join(', ')}${allow.length > 8 ? ' …' : ''}` }
  } catch (error) {
    return { path, about: name, rule: 'licences/unknown', severity: unknown, message: `brings ${who}, whose licence cannot be judged: ${toMessage(error).slice(0, 120)}`, evidence: licence.slice(0, 80) }
  }
}
