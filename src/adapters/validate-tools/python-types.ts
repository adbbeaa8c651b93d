import { z } from 'zod'
import { join } from './repository.ts'
import { readJson } from './read-json.ts'
import { readLines } from './read-lines.ts'
import { lastWords } from './tool-command.ts'
import type { Tool } from './tool-validator.ts'

export const mypy: Tool = {
  id: 'mypy', program: 'mypy', from: 'python', on: 'folder', stream: 'stdout', timeoutMs: 300_000,
  concerns: /\.pyi?$/,
  async isUsed(repository, folder) {
    if (repository.has(join(folder, 'mypy.ini')) || repository.has(join(folder, '.mypy.ini')) || (await repository.pyprojectTool(folder, 'mypy')) !== undefined) return true
    return /^\[mypy\]/m.test((await repository.text(join(folder, 'setup.cfg'))) ?? '')
  },
  async words(repository, folder) {
    const said = ['mypy.ini', '.mypy.ini', 'setup.cfg', 'pyproject.toml'].map((name) => repository.text(join(folder, name)))
    const named = (await Promise.all(said)).some((text) => /^\s*(files|packages|modules)\s*=/m.test(text ?? ''))
    return [['--cache-dir=/dev/null', '--no-error-summary', '--show-error-codes', '--no-color-output', '--no-pretty', '--hide-error-context', ...(named ? [] : ['.'])]]
  },
  read(output) {
    const findings = readLines(output, /^(?<path>[^:]+\.pyi?):(?<line>\d+):(?:\d+:)? (?<level>error|warning): (?<message>.*?)(?: {2}\[(?<rule>[\w-]+)\])?$/, { rule: 'types', severity: (level) => (level === 'error' ? 'error' : 'warning') })
    // Libraries without types are the machine's lack, not the change's.
    const own = findings.filter(({ rule }) => !['import', 'import-untyped', 'import-not-found'].includes(rule))
    if (output.exitCode > 1 && findings.length === 0) return { failed: lastWords(output.text === '' ? output.stderr : output.text) }
    return own
  },
}

const PyrightReport = z.object({
  generalDiagnostics: z.array(z.object({ file: z.string(), severity: z.string(), message: z.string(), rule: z.string().optional(), range: z.object({ start: z.object({ line: z.number() }) }).optional() })),
})

export const pyright: Tool = {
  id: 'pyright', program: 'pyright', from: 'npm', on: 'folder', stream: 'stdout', timeoutMs: 300_000,
  concerns: /\.pyi?$/,
  isUsed: async (repository, folder) => repository.has(join(folder, 'pyrightconfig.json')) || (await repository.pyprojectTool(folder, 'pyright')) !== undefined,
  words: async () => [['--outputjson']],
  read(output) {
    const json = readJson(output, PyrightReport)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.generalDiagnostics
      .filter(({ severity, rule }) => severity !== 'information' && !/^reportMissing(Imports|ModuleSource|TypeStubs)$/.test(rule ?? ''))
      .map((one) => ({
        path: output.toPath(one.file), rule: one.rule ?? 'types', message: one.message.split('\n')[0] ?? '', severity: one.severity === 'error' ? 'error' : 'warning',
        ...(one.range === undefined ? {} : { line: one.range.start.line + 1 }),
      }))
  },
}
