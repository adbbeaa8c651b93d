import { isWithin } from '../../domain/contract/scope.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import type { PatternRule } from '../../domain/validation/settings.ts'
import { subtract } from '../../domain/validation/subtract.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { describeLarge } from './text-places.ts'
import { commentLine, lineRules, ownRules } from './own-patterns.ts'
import { findInText, findPatternLanguage, patternLanguages, type PatternLanguage } from './pattern-languages.ts'

/** Larger files are not looked at, and named, in bytes; so many matches of a rule in a file are told. */
const largest = 4 * 2 ** 20
const mostOfARule = 20
const mostFiles = 5000

/** Banned patterns as data: rules of the policy's settings, and a few of its own. */
export function createPatternsValidator(): ChangeValidator {
  return {
    id: 'patterns', stage: 'security', version: '3', kind: 'change', quick: true,
    look: async (subject) => {
      const { rules, broken } = await readRules(subject.settings.patterns)
      const due = subject.changes.filter((change) => change.kind !== 'deleted' && !change.binary && isConcerned(change.path, rules)).slice(0, mostFiles)
      if (due.length === 0 && broken.length === 0) return undefined
      const findings: Finding[] = []
      const large: string[] = []
      for (const { path, from } of due) {
        const found = await lookAt(rules, path, await subject.read(path))
        if (found === undefined) large.push(path)
        else if (found.length > 0) findings.push(...subtract(found, await lookAt(rules, path, await subject.readBase(from ?? path)) ?? []).fresh)
      }
      const missed = [...broken, ...(large.length === 0 ? [] : [describeLarge(large, largest)])]
      return { findings, ...(missed.length === 0 ? {} : { notChecked: missed.join('; ') }) }
    },
  }
}

/** Those that can be looked for, and what is wrong with the others. */
async function readRules(given: readonly PatternRule[]): Promise<{ readonly rules: readonly PatternRule[]; readonly broken: readonly string[] }> {
  const rules: PatternRule[] = [...ownRules]
  const broken: string[] = []
  for (const rule of given) {
    const wrong = await explainPatternRule(rule)
    if (wrong === undefined) rules.push(rule)
    else broken.push(wrong)
  }
  return { rules, broken }
}

const findLanguage = (rule: PatternRule): PatternLanguage | undefined => findPatternLanguage(rule.language)

function isDue(rule: PatternRule, path: string): boolean {
  return findLanguage(rule)?.endings.test(path) === true && (rule.paths === undefined || isWithin(path, rule.paths))
}

function isConcerned(path: string, rules: readonly PatternRule[]): boolean {
  return lineRules.some((rule) => rule.endings.test(path)) || rules.some((rule) => isDue(rule, path))
}

/** Undefined where the file is too large to be looked at. */
async function lookAt(rules: readonly PatternRule[], path: string, bytes: Awaited<ReturnType<Subject['read']>>): Promise<readonly Finding[] | undefined> {
  if (bytes === undefined || bytes.includes(0)) return []
  if (bytes.byteLength > largest) return undefined
  const text = new TextDecoder().decode(bytes)
  // What is wrong in programs that people use may be what a test is about.
  const isTest = whyTest(path) !== undefined
  return [...lookByLines(path, text), ...await lookByTree(rules.filter((rule) => isDue(rule, path)), path, text)]
    .map((finding) => (isTest && !finding.isGiven ? { ...finding, severity: 'warning' as const } : finding))
    .map(({ isGiven: _, ...finding }) => finding)
}

interface Found extends Finding {
  /** By a rule of the settings, not by one of our own. */
  readonly isGiven: boolean
}

function lookByLines(path: string, text: string): Found[] {
  const due = lineRules.filter((rule) => rule.endings.test(path))
  if (due.length === 0) return []
  return text.split('\n').flatMap((line, n) => (line.length > 2000 || commentLine.test(line) ? [] : due.filter((rule) => rule.pattern.test(line)).map((rule): Found => ({ path, line: n + 1, rule: `patterns/${rule.id}`, severity: rule.severity, message: rule.message, evidence: line.trim().slice(0, 120), isGiven: false }))))
}

async function lookByTree(due: readonly PatternRule[], path: string, text: string): Promise<Found[]> {
  const found: Found[] = []
  const languages = new Set(due.flatMap((rule) => findLanguage(rule) ?? []))
  for (const language of languages) {
    const asked = due.filter((rule) => findLanguage(rule) === language)
    const matches = await findInText(language, text, asked.map(({ rule }) => rule), mostOfARule)
    found.push(...asked.flatMap((rule, n) => (matches[n] ?? []).map((match): Found => ({ path, line: match.line, rule: `patterns/${rule.id}`, severity: rule.severity, message: rule.message, evidence: match.text.replaceAll(/\s+/g, ' ').slice(0, 120), isGiven: !ownRules.includes(rule) }))))
  }
  return found
}

/** What is wrong with a rule; undefined where nothing is. A language without a grammar here is checked nowhere. */
export async function explainPatternRule(rule: PatternRule): Promise<string | undefined> {
  const language = findLanguage(rule)
  if (!language) return `the pattern ${rule.id} is for ${rule.language.slice(0, 60)}, which has no grammar here; the languages are ${patternLanguages.map(({ name }) => name).join(', ')}`
  try {
    await findInText(language, '', [rule.rule], 1)
    return undefined
  } catch (error) {
    return `the pattern ${rule.id} cannot be read: ${toMessage(error).replaceAll(/\s*\n\s*(?:\|->)?/g, ' ').slice(0, 300)}`
  }
}
