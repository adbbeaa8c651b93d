import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { readJson } from './read-json.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const Report = z.array(z.object({
  filePath: z.string(),
  messages: z.array(z.object({ ruleId: z.string().nullable(), severity: z.number(), message: z.string(), line: z.number().optional(), fatal: z.boolean().optional() })),
}))

const configured = hasAny(...['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `eslint.config.${ending}`), ...['', '.js', '.cjs', '.json', '.yml', '.yaml'].map((ending) => `.eslintrc${ending}`))

export const eslint: Tool = {
  id: 'eslint', program: 'eslint', from: 'npm', on: 'files', stream: 'stdout',
  concerns: /\.([cm]?[jt]sx?|vue|svelte|astro)$/,
  isUsed: async (repository, folder) => (await configured(repository, folder)) || repository.packageSays(folder, 'eslintConfig'),
  words: async () => [['--format', 'json', '--no-error-on-unmatched-pattern']],
  read(output, settings) {
    const json = readJson(output, Report)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.flatMap(({ filePath, messages }) => messages
      // That a file is not linted is no finding.
      .filter((one) => !(one.ruleId === null && one.severity === 1))
      .map((one) => ({
        path: output.toPath(filePath), rule: one.ruleId ?? 'parse', message: one.message, severity: atMost(one.severity === 2 ? 'error' : 'warning', settings.lint),
        ...(one.line === undefined || one.line < 1 ? {} : { line: one.line }),
      })))
  },
}
