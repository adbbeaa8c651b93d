import { createRequire } from 'node:module'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import type { Dependency } from '../../domain/validation/manifests.ts'
import { freshOf, readChangedManifests } from './changed-dependencies.ts'

const require = createRequire(import.meta.url)

/** New dependencies' licences, as SPDX expressions, against what the policy allows. */
export function createLicencesValidator(): ChangeValidator {
  return {
    id: 'licences', stage: 'security', version: '1', kind: 'change',
    look: async (subject) => {
      const changed = await readChangedManifests(subject)
      const locks = changed.filter((each) => each.kind === 'lock')
      const source = locks.length > 0 ? locks : changed
      if (source.length === 0) return undefined
      const findings: Finding[] = []
      const unread: string[] = []
      for (const manifest of source) {
        for (const dependency of freshOf(manifest).slice(0, 500)) {
          const licence = dependency.licence ?? await findInstalled(subject, dependency)
          if (licence === undefined) unread.push(dependency.name)
          const finding = judge(subject, manifest.path, dependency, licence)
          if (finding) findings.push(finding)
        }
      }
      const notes = unread.length === 0 ? [] : [`not checked, because no licence could be read: ${unread.slice(0, 10).join(', ')}${unread.length > 10 ? ` and ${unread.length - 10} more` : ''}`]
      return { findings, notes }
    },
  }
}

/** Installed beside the sources, where the lockfile does not say. */
async function findInstalled(subject: Subject, { ecosystem, name }: Dependency): Promise<string | undefined> {
  if (ecosystem !== 'npm') return undefined
  const bytes = await subject.read(`node_modules/${name}/package.json`)
  if (!bytes) return undefined
  try {
    const { license } = JSON.parse(new TextDecoder().decode(bytes)) as { license?: unknown }
    return typeof license === 'string' ? license : undefined
  } catch {
    return undefined // told as not readable
  }
}

/** Packages without types of their own. */
function openSpdx() {
  return {
    parse: require('spdx-expression-parse') as (text: string) => Expression,
    correct: require('spdx-correct') as (text: string) => string | null,
    satisfies: require('spdx-satisfies') as (expression: string, allowed: readonly string[]) => boolean,
  }
}

function judge({ settings }: Subject, path: string, { name, version }: Dependency, licence: string | undefined): Finding | undefined {
  const { allow, deny, unknown } = settings.licences
  if (allow.length === 0 && deny.length === 0) return undefined
  const who = `${name}${version ? `@${version}` : ''}`
  if (licence === undefined) return { path, rule: 'licences/unknown', severity: unknown, message: `brings ${who}, whose licence cannot be read here` }
  const { parse, correct, satisfies } = openSpdx()
  const spdx = isExpression(parse, licence) ? licence : correct(licence)
  if (!spdx) return { path, rule: 'licences/unknown', severity: unknown, message: `brings ${who}, whose licence “${licence.slice(0, 80)}” is no SPDX expression` }
  const ids = idsOf(parse(spdx))
  const denied = ids.filter((id) => deny.includes(id))
  const isFree = denied.length === 0 || isEscapable(parse(spdx), new Set(deny))
  if (!isFree) return { path, rule: 'licences/denied', severity: 'error', message: `brings ${who} under ${spdx}, which the policy denies (${denied.join(', ')})` }
  if (allow.length > 0 && !satisfies(spdx, [...allow])) return { path, rule: 'licences/not-allowed', severity: 'error', message: `brings ${who} under ${spdx}; the policy allows ${allow.slice(0, 8).join(', ')}` }
  return undefined
}

interface Expression { readonly license?: string; readonly left?: Expression; readonly right?: Expression; readonly conjunction?: string }

function isExpression(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false // corrected by the caller, if it can be
  }
}

function idsOf(expression: Expression): string[] {
  if (expression.license !== undefined) return [expression.license]
  return [expression.left, expression.right].flatMap((each) => (each ? idsOf(each) : []))
}

/** Of `A OR B` one that is not denied may be chosen. */
function isEscapable(expression: Expression, deny: ReadonlySet<string>): boolean {
  if (expression.license !== undefined) return !deny.has(expression.license)
  const sides = [expression.left, expression.right].map((each) => each !== undefined && isEscapable(each, deny))
  return expression.conjunction === 'or' ? sides.some(Boolean) : sides.every(Boolean)
}
