import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { readJson } from './read-json.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const Report = z.array(z.object({
  source: z.string(),
  warnings: z.array(z.object({ line: z.number().optional(), rule: z.string(), severity: z.string(), text: z.string() })),
}))

const configured = hasAny(...['', '.js', '.cjs', '.mjs', '.json', '.yml', '.yaml'].map((ending) => `.stylelintrc${ending}`), ...['js', 'mjs', 'cjs', 'ts'].map((ending) => `stylelint.config.${ending}`))

export const stylelint: Tool = {
  // From version 16 on the report goes to standard error.
  id: 'stylelint', program: 'stylelint', from: 'npm', on: 'files', stream: 'both',
  concerns: /\.(css|scss|sass|less|vue|svelte)$/,
  isUsed: async (repository, folder) => (await configured(repository, folder)) || repository.packageSays(folder, 'stylelint'),
  words: async () => [['--formatter', 'json', '--allow-empty-input']],
  read(output, settings) {
    const json = readJson(output, Report)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.flatMap(({ source, warnings }) => warnings.map((one) => ({
      path: output.toPath(source), rule: one.rule, message: one.text.replace(` (${one.rule})`, ''), severity: atMost(one.severity === 'error' ? 'error' : 'warning', settings.lint),
      ...(one.line === undefined ? {} : { line: one.line }),
    })))
  },
}
