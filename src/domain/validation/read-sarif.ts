import { z } from 'zod'
import type { Finding, Severity } from '../../protocol/evidence.ts'

const Message = z.looseObject({ text: z.string().optional(), markdown: z.string().optional(), id: z.string().optional(), arguments: z.array(z.string()).optional() })
const Level = z.enum(['none', 'note', 'warning', 'error'])

const Rule = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  shortDescription: Message.optional(),
  messageStrings: z.record(z.string(), Message).optional(),
  defaultConfiguration: z.looseObject({ level: Level.optional(), enabled: z.boolean().optional() }).optional(),
})
const Component = z.looseObject({ name: z.string().optional(), guid: z.string().optional(), rules: z.array(Rule).optional() })
const ArtifactLocation = z.looseObject({ uri: z.string().optional(), uriBaseId: z.string().optional(), index: z.int().optional() })

const Result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.int().optional(),
  rule: z.looseObject({ id: z.string().optional(), index: z.int().optional(), toolComponent: z.looseObject({ index: z.int().optional() }).optional() }).optional(),
  kind: z.string().optional(),
  level: Level.optional(),
  message: Message,
  baselineState: z.string().optional(),
  suppressions: z.array(z.looseObject({ status: z.string().optional() })).optional(),
  locations: z.array(z.looseObject({
    physicalLocation: z.looseObject({ artifactLocation: ArtifactLocation.optional(), region: z.looseObject({ startLine: z.int().optional(), snippet: z.looseObject({ text: z.string().optional() }).optional() }).optional() }).optional(),
  })).optional(),
})
type Result = z.infer<typeof Result>

const Run = z.looseObject({
  tool: z.looseObject({ driver: Component, extensions: z.array(Component).optional() }),
  results: z.array(Result).nullish(),
  artifacts: z.array(z.looseObject({ location: ArtifactLocation.optional() })).optional(),
  originalUriBaseIds: z.record(z.string(), ArtifactLocation).optional(),
  invocations: z.array(z.looseObject({ executionSuccessful: z.boolean().optional(), toolExecutionNotifications: z.array(z.looseObject({ level: Level.optional(), message: Message })).optional() })).optional(),
})
type Run = z.infer<typeof Run>

const Log = z.looseObject({ version: z.string(), runs: z.array(Run) })

/**
 * Findings of a SARIF 2.1.0 log (OASIS, 2020). Suppressed results, passes and what the tool itself calls unchanged are left out.
 * @param toPath a path as the tool wrote it → from the root; URIs are decoded before. What has no place is `.`
 */
export function readSarif(text: string, toPath: (said: string) => string): { readonly findings: readonly Finding[] } | { readonly failed: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return { failed: `it printed no SARIF: not JSON` }
  }
  const log = Log.safeParse(parsed)
  if (!log.success) return { failed: `it printed no SARIF: ${log.error.issues[0]?.path.join('.') ?? ''} ${log.error.issues[0]?.message ?? ''}` }
  if (!log.data.version.startsWith('2.1')) return { failed: `it printed SARIF ${log.data.version}; 2.1.0 is read` }
  const unsuccessful = log.data.runs.find((run) => run.invocations?.some((one) => one.executionSuccessful === false) === true && (run.results ?? []).length === 0)
  if (unsuccessful !== undefined) return { failed: whyUnsuccessful(unsuccessful) }
  return { findings: log.data.runs.flatMap((run) => (run.results ?? []).flatMap((result) => toFinding(run, result, toPath))) }
}

function whyUnsuccessful(run: Run): string {
  const notifications = run.invocations?.flatMap((one) => one.toolExecutionNotifications ?? []) ?? []
  const said = notifications.find(({ level }) => level === 'error') ?? notifications[0]
  return `${run.tool.driver.name ?? 'the tool'} says that it did not succeed${said?.message.text === undefined ? '' : `: ${said.message.text}`}`
}

function toFinding(run: Run, result: Result, toPath: (said: string) => string): readonly Finding[] {
  if (result.kind !== undefined && !['fail', 'open', 'review'].includes(result.kind)) return []
  if (result.baselineState === 'unchanged' || result.baselineState === 'absent') return []
  // Only what was asked for, or refused, still counts.
  if (result.suppressions?.some(({ status }) => status === undefined || status === 'accepted') === true) return []
  const rule = findRule(run, result)
  const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning'
  if (level === 'none') return []
  const place = result.locations?.[0]?.physicalLocation
  const uri = findUri(run, place?.artifactLocation)
  const line = place?.region?.startLine
  const snippet = place?.region?.snippet?.text?.trim()
  const severity: Severity = level
  return [{
    path: uri === '' ? '.' : toPath(uri),
    rule: result.ruleId ?? result.rule?.id ?? rule?.id ?? run.tool.driver.name ?? 'sarif',
    message: toText(result, rule).slice(0, 2000),
    severity,
    ...(line !== undefined && line > 0 ? { line } : {}),
    ...(snippet === undefined || snippet === '' ? {} : { evidence: snippet.slice(0, 500) }),
  }]
}

function findRule(run: Run, result: Result): z.infer<typeof Rule> | undefined {
  const extension = result.rule?.toolComponent?.index
  const component = extension === undefined ? run.tool.driver : run.tool.extensions?.[extension]
  const index = result.ruleIndex ?? result.rule?.index
  if (index !== undefined && index >= 0) return component?.rules?.[index]
  const id = result.ruleId ?? result.rule?.id
  const all = [run.tool.driver, ...(run.tool.extensions ?? [])].flatMap(({ rules = [] }) => rules)
  // `CA1000/1` is a rule's id with a further part, by the specification's 3.49.3.
  return id === undefined ? undefined : all.find((one) => one.id === id) ?? all.find((one) => id.startsWith(`${one.id}/`))
}

function toText(result: Result, rule: z.infer<typeof Rule> | undefined): string {
  const template = result.message.text ?? result.message.markdown ?? (result.message.id === undefined ? undefined : rule?.messageStrings?.[result.message.id]?.text) ?? rule?.shortDescription?.text ?? ''
  const filled = template.replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (whole, n?: string) => (n === undefined ? whole.slice(1) : (result.message.arguments?.[Number(n)] ?? whole)))
  // Links into the locations of the result: `[the source](1)`.
  return filled.replaceAll(/(?<!\\)\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll(/\s*\n\s*/g, ' ').trim()
}

/** The path that a location names: relative ones lie below their base, as far as the log says where that is. */
function findUri(run: Run, location: z.infer<typeof ArtifactLocation> | undefined): string {
  const here = location?.uri === undefined && location?.index !== undefined && location.index >= 0 ? run.artifacts?.[location.index]?.location : location
  let uri = here?.uri ?? ''
  let base = here?.uriBaseId
  for (let depth = 0; base !== undefined && depth < 10; depth++) {
    const above: z.infer<typeof ArtifactLocation> | undefined = run.originalUriBaseIds?.[base]
    if (above?.uri !== undefined && !/^([a-z][a-z0-9+.-]+:|\/)/i.test(uri)) uri = `${above.uri.replace(/\/?$/, '/')}${uri}`
    base = above?.uriBaseId
  }
  const path = uri.replace(/^file:(\/\/(localhost)?)?(?=\/)/i, '')
  try {
    return decodeURIComponent(path)
  } catch {
    // A percent sign that means itself.
    return path
  }
}
