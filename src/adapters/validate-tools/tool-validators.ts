import { z } from 'zod'
import { readSarif } from '../../domain/validation/read-sarif.ts'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import type { CommandValidator } from '../../engine/ports/validation.ts'
import type { Finding, Severity } from '../../protocol/evidence.ts'
import { bothOf, failedWith, jsonOf, readLines, textOf, toValidator, type Tool } from './tool.ts'

const javascript = /\.([cm]?[jt]sx?|vue|svelte)$/
const python = /\.pyi?$/
const style = /\.(css|scss|less)$/

const EslintJson = z.array(z.looseObject({ filePath: z.string(), messages: z.array(z.looseObject({ ruleId: z.string().nullish(), severity: z.int(), message: z.string(), line: z.int().optional() })) }))
const RuffJson = z.array(z.looseObject({ filename: z.string(), code: z.string().nullish(), message: z.string(), location: z.looseObject({ row: z.int() }).nullish() }))
const OxlintJson = z.looseObject({ diagnostics: z.array(z.looseObject({ message: z.string(), code: z.string().nullish(), severity: z.string(), filename: z.string(), labels: z.array(z.looseObject({ span: z.looseObject({ line: z.int().optional() }) })).optional() })) })
const BiomeJson = z.looseObject({ diagnostics: z.array(z.looseObject({ category: z.string().nullish(), severity: z.string(), description: z.string().optional(), message: z.unknown().optional(), location: z.looseObject({ path: z.union([z.string(), z.looseObject({ file: z.string().optional() })]).nullish(), start: z.looseObject({ line: z.int() }).optional() }).nullish() })) })
const CargoLine = z.looseObject({ reason: z.literal('compiler-message'), message: z.looseObject({ level: z.string(), message: z.string(), code: z.looseObject({ code: z.string() }).nullish(), spans: z.array(z.looseObject({ file_name: z.string(), line_start: z.int(), is_primary: z.boolean() })) }) })
const PyrightJson = z.looseObject({ generalDiagnostics: z.array(z.looseObject({ file: z.string(), severity: z.string(), message: z.string(), rule: z.string().optional(), range: z.looseObject({ start: z.looseObject({ line: z.int() }) }).optional() })) })
const RubocopJson = z.looseObject({ files: z.array(z.looseObject({ path: z.string(), offenses: z.array(z.looseObject({ cop_name: z.string(), message: z.string(), severity: z.string(), location: z.looseObject({ line: z.int().optional(), start_line: z.int().optional() }) })) })) })
const ShellcheckJson = z.array(z.looseObject({ file: z.string(), line: z.int(), level: z.string(), code: z.int(), message: z.string() }))

/** Programs see the repository at its own path; findings are relative to it. The part before the changed path is cut by `trim`. */
const trim = (path: string): string => path.replace(/^\.\//, '')
const at = (line: number | undefined): { line?: number } => (line !== undefined && line > 0 ? { line } : {})

/** The lesser of two severities: a warning of a linter stays one. */
function soften(severity: Severity, isError: boolean): Severity {
  return isError ? severity : severity === 'error' ? 'warning' : severity
}

function linesOnly(pattern: RegExp, rule: string, severity: Severity | undefined = undefined): Tool['read'] {
  return (result, given) => {
    const findings = readLines(bothOf(result), pattern, (groups) => ({ rule: groups.rule ?? rule, message: (groups.message ?? 'is not formatted').trim(), severity: severity ?? soften(given.severity, groups.level !== 'warning' && groups.level !== 'note') }))
    return findings.length === 0 && result.exitCode !== 0 ? failedWith(result, rule) : { findings }
  }
}

/** `read` of programs that print JSON. */
function fromJson<T>(schema: z.ZodType<T>, name: string, toFindings: (value: T, severity: Severity) => Finding[]): Tool['read'] {
  return (result, { severity }) => {
    const parsed = schema.safeParse(jsonOf(result))
    return parsed.success ? { findings: toFindings(parsed.data, severity) } : failedWith(result, name)
  }
}

/** Names of files, one a line, that a formatter would change. */
function unformatted(name: string, pattern: RegExp): Tool['read'] {
  return (result, { severity }) => {
    const findings = readLines(bothOf(result), pattern, () => ({ rule: name, message: `is not formatted as ${name} would`, severity }))
    return findings.length === 0 && result.exitCode !== 0 && result.exitCode !== 1 ? failedWith(result, name) : { findings }
  }
}

const tools: readonly Tool[] = [
  { id: 'tsc', sort: 'types', about: javascript, files: /^tsconfig\.json$/, program: 'tsc', argv: ({ program }) => [program, '--noEmit', '--pretty', 'false', '-p', '.'], read: linesOnly(/^(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): (?<level>error|warning) (?<rule>TS\d+): (?<message>.*)$/, 'tsc') },
  { id: 'vue-tsc', sort: 'types', about: /\.(vue|tsx?)$/, dependency: 'vue-tsc', program: 'vue-tsc', argv: ({ program }) => [program, '--noEmit', '--pretty', 'false'], read: linesOnly(/^(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): (?<level>error|warning) (?<rule>TS\d+): (?<message>.*)$/, 'vue-tsc') },
  { id: 'pyright', sort: 'types', about: python, files: /^pyrightconfig\.json$/, section: 'pyright', program: 'pyright', argv: ({ program }) => [program, '--outputjson'], read: fromJson(PyrightJson, 'pyright', (json, severity) => json.generalDiagnostics.map((each) => ({ path: each.file, ...at((each.range?.start.line ?? -1) + 1), rule: each.rule ?? 'pyright', message: each.message, severity: soften(severity, each.severity === 'error') }))) },
  { id: 'mypy', sort: 'types', about: python, files: /^(mypy\.ini|\.mypy\.ini)$/, section: 'mypy', program: 'mypy', argv: ({ program, paths }) => [program, '--no-error-summary', '--no-color-output', '--show-error-codes', '--cache-dir=/tmp/mypy', ...paths], read: linesOnly(/^(?<path>[^:]+):(?<line>\d+): (?<level>error|note): (?<message>.*?)(?:\s+\[(?<rule>[\w-]+)\])?$/, 'mypy') },
  { id: 'go-vet', sort: 'types', about: /\.go$/, files: /(^|\/)go\.mod$/, program: 'go', argv: ({ program }) => [program, 'vet', './...'], read: (result, given) => linesOnly(/^(?:vet: )?(?<path>[^\s:][^:]*\.go):(?<line>\d+):\d+: (?<message>.*)$/, 'go vet')(result, given) },
  { id: 'cargo-check', sort: 'types', about: /\.rs$/, files: /^Cargo\.toml$/, program: 'cargo', argv: ({ program }) => [program, 'check', '--offline', '--message-format=json', '--all-targets', '--quiet'], read: readCargo },
  { id: 'javac', sort: 'types', about: /\.java$/, files: /\.java$/, program: 'javac', argv: ({ program, files }) => (files.some((file) => /(^|\/)(pom\.xml|build\.gradle(\.kts)?)$/.test(file)) ? undefined : [program, '-proc:none', '-d', '/tmp/javac', '-sourcepath', files.some((file) => file.startsWith('src/main/java/')) ? 'src/main/java' : 'src:.', ...files.filter((file) => file.endsWith('.java') && !/(^|\/)test\//.test(file)).slice(0, 2000)]), read: linesOnly(/^(?<path>[^\s:][^:]*\.java):(?<line>\d+): (?<level>error|warning): (?<message>.*)$/, 'javac') },
  { id: 'dotnet-build', sort: 'types', about: /\.(cs|fs|vb)$/, files: /\.(csproj|fsproj|sln|slnx)$/, program: 'dotnet', argv: ({ program }) => [program, 'build', '--no-restore', '--nologo', '-v', 'q', '-p:UseSharedCompilation=false'], read: linesOnly(/^\s*(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): (?<level>error|warning) (?<rule>\w+): (?<message>.*?)(?: \[.*\])?$/, 'dotnet build') },
  { id: 'eslint', sort: 'lint', about: javascript, files: /^(\.eslintrc(\.\w+)?|eslint\.config\.[cm]?[jt]s)$/, program: 'eslint', argv: ({ program, paths }) => [program, '--format', 'json', '--no-error-on-unmatched-pattern', ...paths], read: fromJson(EslintJson, 'eslint', (json, severity) => json.flatMap((file) => file.messages.map((each) => ({ path: file.filePath, ...at(each.line), rule: each.ruleId ?? 'eslint', message: each.message, severity: soften(severity, each.severity === 2) })))) },
  { id: 'oxlint', sort: 'lint', about: javascript, files: /^\.oxlintrc\.json$/, dependency: 'oxlint', program: 'oxlint', argv: ({ program, paths }) => [program, '-f', 'json', ...paths], read: fromJson(OxlintJson, 'oxlint', (json, severity) => json.diagnostics.map((each) => ({ path: trim(each.filename), ...at(each.labels?.[0]?.span.line), rule: each.code ?? 'oxlint', message: each.message, severity: soften(severity, each.severity === 'error') }))) },
  { id: 'biome', sort: 'lint', about: javascript, files: /^biome\.jsonc?$/, program: 'biome', argv: ({ program, paths }) => [program, 'lint', '--reporter=json', '--max-diagnostics=200', ...paths], read: fromJson(BiomeJson, 'biome', (json, severity) => json.diagnostics.map((each) => { const path = each.location?.path; return { path: trim((typeof path === 'string' ? path : path?.file) ?? ''), ...at(each.location?.start?.line), rule: each.category ?? 'biome', message: each.description ?? 'see biome', severity: soften(severity, each.severity === 'error') } })) },
  { id: 'ruff', sort: 'lint', about: python, files: /^\.?ruff\.toml$/, section: 'ruff', program: 'ruff', argv: ({ program, paths }) => [program, 'check', '--no-cache', '--output-format', 'json', ...paths], read: fromJson(RuffJson, 'ruff', (json, severity) => json.map((each) => ({ path: each.filename, ...at(each.location?.row), rule: each.code ?? 'ruff', message: each.message, severity }))) },
  { id: 'golangci-lint', sort: 'lint', about: /\.go$/, files: /^\.golangci\.(ya?ml|toml|json)$/, program: 'golangci-lint', argv: ({ program }) => [program, 'run', '--out-format', 'line-number', './...'], read: linesOnly(/^(?<path>[^\s:][^:]*\.go):(?<line>\d+):\d*:? (?<message>.*?)(?: \((?<rule>[\w-]+)\))?$/, 'golangci-lint') },
  { id: 'rubocop', sort: 'lint', about: /\.rb$/, files: /^\.rubocop\.ya?ml$/, program: 'rubocop', argv: ({ program, paths }) => [program, '--format', 'json', '--force-exclusion', ...paths], read: fromJson(RubocopJson, 'rubocop', (json, severity) => json.files.flatMap((file) => file.offenses.map((each) => ({ path: file.path, ...at(each.location.start_line ?? each.location.line), rule: each.cop_name, message: each.message, severity: soften(severity, /^(error|fatal)$/.test(each.severity)) })))) },
  { id: 'shellcheck', sort: 'lint', about: /\.(sh|bash)$/, files: /^\.shellcheckrc$/, program: 'shellcheck', argv: ({ program, paths }) => [program, '-f', 'json', ...paths], read: fromJson(ShellcheckJson, 'shellcheck', (json, severity) => json.map((each) => ({ path: each.file, line: each.line, rule: `SC${each.code}`, message: each.message, severity: soften(severity, each.level === 'error') }))) },
  { id: 'stylelint', sort: 'lint', about: style, files: /^(\.stylelintrc(\.\w+)?|stylelint\.config\.[cm]?js)$/, program: 'stylelint', argv: ({ program, paths }) => [program, '--formatter', 'unix', ...paths], read: linesOnly(/^(?<path>[^\s:][^:]*):(?<line>\d+):\d+: (?<message>.*?)(?: \[(?<level>error|warning)(?:\/(?<rule>[\w/-]+))?\])?$/, 'stylelint') },
  { id: 'prettier', sort: 'format', about: /\.([cm]?[jt]sx?|json|css|scss|md|ya?ml|html|vue)$/, files: /^(\.prettierrc(\.\w+)?|prettier\.config\.[cm]?js)$/, program: 'prettier', argv: ({ program, paths }) => [program, '--list-different', '--ignore-unknown', ...paths], read: unformatted('prettier', /^(?<path>[^\s[][^:]*\.\w+)$/) },
  { id: 'biome-format', sort: 'format', about: javascript, files: /^biome\.jsonc?$/, program: 'biome', argv: ({ program, paths }) => [program, 'format', '--colors=off', ...paths], read: unformatted('biome format', /^(?<path>[^\s][^:]*\.\w+) format ━/) },
  { id: 'ruff-format', sort: 'format', about: python, files: /^\.?ruff\.toml$/, section: 'ruff.format', program: 'ruff', argv: ({ program, paths }) => [program, 'format', '--check', '--no-cache', ...paths], read: unformatted('ruff format', /^Would reformat: (?<path>.+)$/) },
  { id: 'black', sort: 'format', about: python, section: 'black', program: 'black', argv: ({ program, paths }) => [program, '--check', ...paths], read: unformatted('black', /^would reformat (?<path>.+)$/) },
  { id: 'gofmt', sort: 'format', about: /\.go$/, files: /(^|\/)go\.mod$/, program: 'gofmt', argv: ({ program, paths }) => [program, '-l', ...paths], read: unformatted('gofmt', /^(?<path>.+\.go)$/) },
  { id: 'cargo-fmt', sort: 'format', about: /\.rs$/, files: /^\.?rustfmt\.toml$/, program: 'cargo', argv: ({ program }) => [program, 'fmt', '--check', '--', '-l'], read: unformatted('rustfmt', /^(?<path>.+\.rs)$/) },
]

function readCargo(result: Parameters<Tool['read']>[0], { severity }: { readonly severity: Severity }): ReturnType<Tool['read']> {
  const lines = textOf(result).split('\n').filter((line) => line.startsWith('{'))
  const findings = lines.flatMap((line): Finding[] => {
    const parsed = CargoLine.safeParse(JSON.parse(line))
    if (!parsed.success) return []
    const { level, message, code, spans } = parsed.data.message
    const span = spans.find((each) => each.is_primary)
    return span ? [{ path: span.file_name, ...at(span.line_start), rule: code?.code ?? `rustc ${level}`, message, severity: soften(severity, level === 'error') }] : []
  })
  return findings.length === 0 && result.exitCode !== 0 ? failedWith(result, 'cargo check') : { findings }
}

/** Compilers, linters and formatters of the repository's own: found by how it is set up, never demanded. */
export function toolValidators(): readonly CommandValidator[] {
  return tools.map(toValidator)
}

/** Programs that the policy's settings name: each prints SARIF. */
export function commandValidators(settings: ValidationSettings): readonly CommandValidator[] {
  return settings.commands.map(({ id, command, stage, timeout_seconds: seconds }) => ({
    id, stage, version: '1', kind: 'command' as const,
    find: async () => ({
      argv: command, timeoutMs: seconds * 1000,
      read: (result) => {
        const read = readSarif(textOf(result), '')
        return 'failed' in read ? { failed: `${read.failed} (it ended with ${result.exitCode ?? 'nothing'})` } : read
      },
    }),
  }))
}
