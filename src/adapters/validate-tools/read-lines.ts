import type { Finding, Severity } from '../../protocol/evidence.ts'
import type { ToolOutput } from './tool-command.ts'

/** Longer lines are no finding, and would take patterns long to refuse. */
const maxChars = 10_000

/**
 * Findings of tools that print one a line. The pattern names what it finds: `path`, `message`, and where they are there `line`,
 * `level` and `rule`.
 */
export function readLines(output: ToolOutput, pattern: RegExp, { rule, severity }: { rule: string; severity(level: string): Severity }): readonly Finding[] {
  return output.text.split('\n').flatMap((line) => {
    const found = line.length > maxChars ? undefined : pattern.exec(line)?.groups
    if (found === undefined) return []
    const at = Number(found['line'] ?? 0)
    return [{
      path: output.toPath(found['path'] ?? ''), rule: found['rule'] ?? rule, message: (found['message'] ?? '').trim(), severity: severity(found['level'] ?? ''),
      ...(at > 0 ? { line: at } : {}),
    }]
  })
}
