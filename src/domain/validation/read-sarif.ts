import { z } from 'zod'
import type { Finding } from '../../protocol/evidence.ts'

const Location = z.looseObject({ physicalLocation: z.looseObject({ artifactLocation: z.looseObject({ uri: z.string().optional() }).optional(), region: z.looseObject({ startLine: z.int().positive().optional(), snippet: z.looseObject({ text: z.string().optional() }).optional() }).optional() }).optional() })
const Result = z.looseObject({
  ruleId: z.string().optional(), ruleIndex: z.int().optional(), level: z.enum(['none', 'note', 'warning', 'error']).optional(), kind: z.string().optional(),
  message: z.looseObject({ text: z.string().optional() }).optional(), locations: z.array(Location).optional(), suppressions: z.array(z.unknown()).nullish(),
})
const Rule = z.looseObject({ id: z.string(), defaultConfiguration: z.looseObject({ level: z.enum(['none', 'note', 'warning', 'error']).optional() }).optional() })
const Sarif = z.looseObject({ version: z.string(), runs: z.array(z.looseObject({ tool: z.looseObject({ driver: z.looseObject({ name: z.string(), rules: z.array(Rule).optional() }) }), results: z.array(Result).nullish() })) })

/**
 * The findings of a SARIF 2.1.0 log. Suppressed results and passes are left out.
 * @param home the absolute path under which the program saw the repository
 * @returns why it could not be read, where it could not
 */
export function readSarif(text: string, home: string): { readonly findings: readonly Finding[] } | { readonly failed: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { failed: 'it did not print SARIF: it is not JSON' }
  }
  const parsed = Sarif.safeParse(json)
  if (!parsed.success) return { failed: `it did not print SARIF: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`.trim() }
  return {
    findings: parsed.data.runs.flatMap((run) => (run.results ?? []).flatMap((result): Finding[] => {
      if ((result.suppressions?.length ?? 0) > 0 || (result.kind !== undefined && result.kind !== 'fail')) return []
      const rules = run.tool.driver.rules ?? []
      const rule = result.ruleIndex === undefined ? rules.find((each) => each.id === result.ruleId) : rules[result.ruleIndex]
      const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning'
      const place = result.locations?.[0]?.physicalLocation
      const line = place?.region?.startLine
      const evidence = place?.region?.snippet?.text
      return [{
        path: toRelative(place?.artifactLocation?.uri ?? '', home), rule: result.ruleId ?? rule?.id ?? run.tool.driver.name, message: result.message?.text ?? 'no message',
        severity: level === 'error' ? 'error' : level === 'warning' ? 'warning' : 'note',
        ...(line === undefined ? {} : { line }), ...(evidence === undefined ? {} : { evidence: evidence.slice(0, 500) }),
      }]
    })),
  }
}

function toRelative(uri: string, home: string): string {
  const plain = decode(uri.replace(/^file:\/\//, ''))
  return plain.startsWith(`${home}/`) ? plain.slice(home.length + 1) : plain.replace(/^\.\//, '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not percent-encoded after all
  }
}
