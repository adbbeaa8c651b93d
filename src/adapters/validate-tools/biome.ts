import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { readJson } from './read-json.ts'
import type { ToolOutput } from './tool-command.ts'
import { hasAny, type Tool } from './tool-validator.ts'

/** Version 2 names a path and lines; version 1 an object and offsets, of which no line can be told. */
const Report = z.object({
  diagnostics: z.array(z.object({
    severity: z.string(), category: z.string().nullish(),
    message: z.union([z.string(), z.array(z.object({ content: z.string() })).transform((parts) => parts.map((part) => part.content).join(''))]).optional(),
    description: z.string().optional(),
    location: z.object({
      path: z.union([z.string(), z.object({ file: z.string() }).transform(({ file }) => file)]).nullish(),
      start: z.object({ line: z.number() }).optional().catch(undefined),
    }),
  })),
})

function readDiagnostics(output: ToolOutput): z.infer<typeof Report>['diagnostics'] | { readonly failed: string } {
  const json = readJson(output, Report)
  return json === undefined ? [] : 'failed' in json ? json : json.said.diagnostics
}

const shared = {
  program: 'biome', from: 'npm', on: 'files', stream: 'stdout',
  concerns: /\.([cm]?[jt]sx?|jsonc?|css|graphql|vue|svelte|astro)$/,
  isUsed: hasAny('biome.json', 'biome.jsonc', '.biome.json', '.biome.jsonc'),
} as const

export const biomeLint: Tool = {
  ...shared, id: 'biome',
  words: async () => [['lint', '--reporter=json', '--no-errors-on-unmatched', '--files-ignore-unknown=true']],
  read(output, settings) {
    const diagnostics = readDiagnostics(output)
    if ('failed' in diagnostics) return diagnostics
    return diagnostics.map((one) => {
      const severity = one.severity === 'error' || one.severity === 'fatal' ? 'error' : one.severity === 'warning' ? 'warning' : 'note'
      const line = one.location.start?.line ?? 0
      return {
        path: output.toPath(one.location.path ?? ''), rule: (one.category ?? 'biome').replace(/^lint\//, ''), message: one.message ?? one.description ?? '',
        severity: atMost(severity, settings.lint), ...(line > 0 ? { line } : {}),
      }
    })
  },
}

export const biomeFormat: Tool = {
  ...shared, id: 'biome-format',
  words: async () => [['format', '--reporter=json', '--no-errors-on-unmatched', '--files-ignore-unknown=true']],
  read(output, settings) {
    const diagnostics = readDiagnostics(output)
    if ('failed' in diagnostics) return diagnostics
    return diagnostics.filter((one) => one.category === 'format' && !/abort/.test(one.message ?? '')).map((one) => ({
      path: output.toPath(one.location.path ?? ''), rule: 'format', message: 'is not formatted as biome does it; run biome format --write', severity: settings.format,
    }))
  },
}
