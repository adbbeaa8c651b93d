import { z } from 'zod'
import { atMost } from '../../domain/validation/severity.ts'
import { join, type Repository } from './repository.ts'
import { readJson } from './read-json.ts'
import { readLines } from './read-lines.ts'
import { lastWords } from './tool-command.ts'
import type { Tool } from './tool-validator.ts'

const RuffReport = z.array(z.object({ code: z.string().nullable(), filename: z.string(), message: z.string(), location: z.object({ row: z.number() }) }))

async function usesHook(repository: Repository, folder: string, hook: RegExp): Promise<boolean> {
  return hook.test((await repository.text(join(folder, '.pre-commit-config.yaml'))) ?? '')
}

async function usesRuff(repository: Repository, folder: string): Promise<boolean> {
  return repository.has(join(folder, 'ruff.toml')) || repository.has(join(folder, '.ruff.toml')) || (await repository.pyprojectTool(folder, 'ruff')) !== undefined
}

const shared = { from: 'python', on: 'files', concerns: /\.pyi?$/ } as const

export const ruff: Tool = {
  ...shared, id: 'ruff', program: 'ruff', stream: 'stdout', isUsed: usesRuff,
  words: async () => [['check', '--output-format', 'json', '--no-cache', '--force-exclude']],
  read(output, settings) {
    const json = readJson(output, RuffReport)
    if (json === undefined) return []
    if ('failed' in json) return json
    return json.said.map((one) => ({ path: output.toPath(one.filename), line: Math.max(1, one.location.row), rule: one.code ?? 'parse', message: one.message, severity: atMost('error', settings.lint) }))
  },
}

/** That ruff lints does not say that it formats: only its own section, or a hook, does. */
export const ruffFormat: Tool = {
  ...shared, id: 'ruff-format', program: 'ruff', stream: 'stdout',
  async isUsed(repository, folder) {
    if (await usesHook(repository, folder, /\bruff-format\b/)) return true
    const said = await repository.pyprojectTool(folder, 'ruff')
    if (typeof said === 'object' && said !== null && 'format' in said) return true
    return /^\[format\]/m.test((await repository.text(join(folder, 'ruff.toml'))) ?? (await repository.text(join(folder, '.ruff.toml'))) ?? '')
  },
  words: async () => [['format', '--check', '--no-cache', '--force-exclude']],
  read(output, settings) {
    if (output.exitCode > 1 && !/Failed to parse/.test(output.stderr)) return { failed: lastWords(output.stderr) }
    return readLines(output, /^Would reformat: (?<path>.+)$/, { rule: 'format', severity: () => settings.format }).map((one) => ({ ...one, message: 'is not formatted as ruff does it; run ruff format' }))
  },
}

export const black: Tool = {
  ...shared, id: 'black', program: 'black', stream: 'stderr',
  isUsed: async (repository, folder) => (await repository.pyprojectTool(folder, 'black')) !== undefined || usesHook(repository, folder, /psf\/black/),
  words: async () => [['--check']],
  read(output, settings) {
    // 123 where some file does not parse, which another validator says.
    if (output.exitCode > 1 && !/^error: cannot format .*: Cannot parse/m.test(output.text)) return { failed: lastWords(output.text) }
    return readLines(output, /^would reformat (?<path>.+)$/, { rule: 'format', severity: () => settings.format }).map((one) => ({ ...one, message: 'is not formatted as black does it; run black' }))
  },
}
