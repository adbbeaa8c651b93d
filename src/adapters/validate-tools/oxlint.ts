import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { join } from './repository.ts'
import { readJson } from './read-json.ts'
import type { Tool } from './tool-validator.ts'

const Report = z.object({
  diagnostics: z.array(z.object({
    message: z.string(), code: z.string().optional(), severity: z.string(), filename: z.string(),
    labels: z.array(z.object({ span: z.object({ line: z.number().optional() }) })).default([]),
  })),
})

export const oxlint: Tool = {
  id: 'oxlint', program: 'oxlint', from: 'npm', on: 'files', stream: 'stdout',
  concerns: /\.([cm]?[jt]sx?|vue|svelte|astro)$/,
  isUsed: async (repository, folder) => ['.oxlintrc.json', '.oxlintrc.jsonc', 'oxlint.config.ts'].some((name) => repository.has(join(folder, name))) || repository.packageNeeds(folder, 'oxlint'),
  words: async () => [['--format', 'json', '--no-error-on-unmatched-pattern']],
  read(output, settings) {
    const json = readJson(output, Report)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.diagnostics.map((one) => {
      const line = one.labels[0]?.span.line
      return {
        path: output.toPath(one.filename), rule: one.code ?? 'parse', message: one.message,
        severity: atMost(one.severity === 'error' ? 'error' : 'warning', settings.lint), ...(line === undefined ? {} : { line }),
      }
    })
  },
}
