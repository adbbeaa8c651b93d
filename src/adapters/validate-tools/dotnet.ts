import { foldersAbove, join, type Repository } from './repository.ts'
import { readLines } from './read-lines.ts'
import { lastWords } from './tool-command.ts'
import type { Tool } from './tool-validator.ts'

/** How MSBuild and everything that runs in it names a place. */
const place = /^\s*(?<path>.+?)\((?<line>\d+),\d+(?:,\d+,\d+)?\): (?<level>error|warning) (?<rule>[\w.-]+): (?<message>.*?)(?: \[[^[\]]+\])?$/

async function hasProject(repository: Repository, folder: string): Promise<boolean> {
  return repository.filter(/\.(sln|slnx|csproj|fsproj|vbproj)$/).some((path) => foldersAbove(path)[0] === folder)
}

const shared = { program: 'dotnet', from: 'path', on: 'folder', stream: 'stdout', timeoutMs: 600_000, concerns: /\.(cs|fs|vb|csproj|fsproj|vbproj)$/, isUsed: hasProject } as const

export const dotnetBuild: Tool = {
  ...shared, id: 'dotnet-build',
  words: async () => [['build', '--no-restore', '--nologo', '--verbosity', 'quiet', '-consoleLoggerParameters:NoSummary']],
  read(output) {
    const findings = readLines(output, place, { rule: 'build', severity: (level) => (level === 'error' ? 'error' : 'warning') })
    // Packages that were not restored: nothing was compiled.
    if (/error (NETSDK1004|NU\d+|MSB\d+)/.test(output.text)) return { failed: lastWords(output.text) }
    if (output.exitCode !== 0 && findings.length === 0) return { failed: lastWords(output.text === '' ? output.stderr : output.text) }
    return findings.filter((one, n) => findings.findIndex((other) => other.path === one.path && other.line === one.line && other.message === one.message) === n)
  },
}

export const dotnetFormat: Tool = {
  ...shared, id: 'dotnet-format', stream: 'stderr', concerns: /\.cs$/,
  isUsed: async (repository, folder) => (await hasProject(repository, folder)) && foldersAbove(join(folder, 'x')).some((above) => repository.has(join(above, '.editorconfig'))),
  words: async () => [['format', '--verify-no-changes', '--no-restore', '--verbosity', 'quiet']],
  read(output, settings) {
    const findings = readLines(output, place, { rule: 'format', severity: () => settings.format })
    return output.exitCode !== 0 && findings.length === 0 ? { failed: lastWords(output.text) } : findings
  },
}
