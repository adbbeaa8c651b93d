import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { readJson } from './read-json.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const Report = z.object({
  files: z.array(z.object({
    path: z.string(),
    offenses: z.array(z.object({ severity: z.string(), message: z.string(), cop_name: z.string(), location: z.object({ line: z.number().optional(), start_line: z.number().optional() }) })),
  })),
})

export const rubocop: Tool = {
  id: 'rubocop', program: 'rubocop', from: 'path', on: 'files', stream: 'stdout',
  concerns: /\.(rb|rake|gemspec|ru)$|(^|\/)(Gemfile|Rakefile)$/,
  isUsed: hasAny('.rubocop.yml'),
  words: async () => [['--format', 'json', '--force-exclusion', '--cache', 'false']],
  read(output, settings) {
    const json = readJson(output, Report)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.files.flatMap(({ path, offenses }) => offenses.map((one) => ({
      path: output.toPath(path), rule: one.cop_name, message: one.message, line: Math.max(1, one.location.start_line ?? one.location.line ?? 1),
      severity: atMost(one.severity === 'error' || one.severity === 'fatal' ? 'error' : 'warning', settings.lint),
    })))
  },
}
