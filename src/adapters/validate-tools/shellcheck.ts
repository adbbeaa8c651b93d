import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { readJson } from './read-json.ts'
import type { Tool } from './tool-validator.ts'

const Report = z.array(z.object({ file: z.string(), line: z.number(), level: z.string(), code: z.number(), message: z.string() }))

export const shellcheck: Tool = {
  id: 'shellcheck', program: 'shellcheck', from: 'path', on: 'files', stream: 'stdout', isOptional: true,
  concerns: /\.(sh|bash|ksh)$/,
  isUsed: async (_, folder) => folder === '',
  words: async () => [['--format', 'json']],
  read(output, settings) {
    const json = readJson(output, Report)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.map((one) => ({
      path: output.toPath(one.file), line: Math.max(1, one.line), rule: `SC${one.code}`, message: one.message,
      severity: atMost(one.level === 'error' ? 'error' : one.level === 'warning' ? 'warning' : 'note', settings.lint),
    }))
  },
}
