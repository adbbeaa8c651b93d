import { z } from 'zod'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import { atMost } from '../../domain/validation/severity.ts'
import type { Finding, Severity } from '../../protocol/evidence.ts'
import { join } from './repository.ts'
import { lastWords, type ToolOutput } from './tool-command.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const Line = z.object({
  reason: z.literal('compiler-message'),
  message: z.object({
    level: z.string(), message: z.string(), code: z.object({ code: z.string() }).nullish(),
    spans: z.array(z.object({ file_name: z.string(), line_start: z.number(), is_primary: z.boolean() })),
  }),
})

function readMessages(output: ToolOutput, most: Severity, keep: (rule: string) => boolean): readonly Finding[] | { readonly failed: string } {
  const findings: Finding[] = []
  for (const text of output.text.split('\n')) {
    const message = Line.safeParse(findMessage(text)).data?.message
    const span = message?.spans.find((one) => one.is_primary)
    if (message === undefined || span === undefined || !['error', 'warning'].includes(message.level)) continue
    const rule = message.code?.code ?? 'rustc'
    if (keep(rule)) findings.push({ path: output.toPath(span.file_name), line: Math.max(1, span.line_start), rule, message: message.message, severity: atMost(message.level === 'error' ? 'error' : 'warning', most) })
  }
  if (output.exitCode !== 0 && !findings.some(({ severity }) => severity === 'error') && !/could not compile/.test(output.stderr)) return { failed: lastWords(output.stderr) }
  // One target's finding is told again by every other that has the file.
  return findings.filter((one, n) => findings.findIndex((other) => other.path === one.path && other.line === one.line && other.message === one.message) === n)
}

/** Build scripts print on the same stream. */
function findMessage(text: string): unknown {
  if (!text.startsWith('{"reason":"compiler-message"')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Not the compiler's own.
    return undefined
  }
}

const shared = { program: 'cargo', from: 'path', on: 'folder', stream: 'stdout', timeoutMs: 600_000, concerns: /\.rs$|(^|\/)Cargo\.(toml|lock)$/ } as const

export const cargoCheck: Tool = {
  ...shared, id: 'cargo-check', isUsed: hasAny('Cargo.toml'),
  words: async () => [['check', '--offline', '--all-targets', '--message-format=json', '--quiet']],
  read: (output) => readMessages(output, 'error', () => true),
}

export const clippy: Tool = {
  ...shared, id: 'clippy',
  async isUsed(repository, folder) {
    return repository.has(join(folder, 'clippy.toml')) || repository.has(join(folder, '.clippy.toml')) || /^\[(workspace\.)?lints\.clippy\]/m.test((await repository.text(join(folder, 'Cargo.toml'))) ?? '')
  },
  words: async () => [['clippy', '--offline', '--all-targets', '--message-format=json', '--quiet']],
  read: (output, settings: ValidationSettings) => readMessages(output, settings.lint, (rule) => rule.startsWith('clippy::')),
}

export const cargoFmt: Tool = {
  ...shared, id: 'cargo-fmt', isUsed: hasAny('Cargo.toml'), timeoutMs: 60_000, concerns: /\.rs$/,
  words: async () => [['fmt', '--check', '--', '-l']],
  read(output, settings) {
    if (output.exitCode > 1) return { failed: lastWords(output.stderr) }
    return output.text.split('\n').filter((line) => line.endsWith('.rs')).map((line) => ({ path: output.toPath(line), rule: 'format', message: 'is not formatted as rustfmt does it; run cargo fmt', severity: settings.format }))
  },
}
