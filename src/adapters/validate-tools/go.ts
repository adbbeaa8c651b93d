import { atMost } from '../../domain/validation/severity.ts'
import { readLines } from './read-lines.ts'
import { lastWords } from './tool-command.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const shared = { from: 'path', concerns: /\.go$|(^|\/)go\.mod$/, isUsed: hasAny('go.mod') } as const
/** Nothing is fetched, and no other toolchain is started. */
const offline = ['GOPROXY=off', 'GOTOOLCHAIN=local', 'GOFLAGS=-mod=readonly']

/** Compiles, and looks for what is likely wrong. */
export const goVet: Tool = {
  ...shared, id: 'go-vet', program: 'go', on: 'folder', stream: 'both', timeoutMs: 300_000,
  words: async () => [['vet', './...']],
  env: offline,
  read(output) {
    const findings = readLines(output, /^(?:vet: )?(?<path>[^\s:#][^:]*\.go):(?<line>\d+)(?::\d+)?: (?<message>.*)$/, { rule: 'vet', severity: () => 'error' })
    // Libraries that are not on this machine: what then cannot be found says nothing about the change.
    if (/no required module provides package|cannot find module|module lookup disabled|missing go\.sum entry|is not in (?:GOROOT|std)/.test(output.text)) return { failed: lastWords(output.text) }
    if (output.exitCode !== 0 && findings.length === 0) return { failed: lastWords(output.text) }
    return findings
  },
}

export const gofmt: Tool = {
  ...shared, id: 'gofmt', program: 'gofmt', on: 'files', stream: 'stdout', concerns: /\.go$/,
  words: async () => [['-l']],
  read(output, settings) {
    return output.text.split('\n').filter((line) => line !== '').map((line) => ({ path: output.toPath(line), rule: 'format', message: 'is not formatted as gofmt does it; run gofmt -w', severity: settings.format }))
  },
}

export const golangciLint: Tool = {
  ...shared, id: 'golangci-lint', program: 'golangci-lint', on: 'folder', stream: 'stdout', timeoutMs: 300_000,
  isUsed: hasAny('.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json'),
  words: async () => [['run', '--issues-exit-code', '1']],
  env: offline,
  read(output, settings) {
    if (output.exitCode > 1) return { failed: lastWords(output.stderr) }
    return readLines(output, /^(?<path>[^\s:][^:]*\.go):(?<line>\d+)(?::\d+)?: (?<message>.*) \((?<rule>[\w-]+)\)$/, { rule: 'golangci-lint', severity: () => atMost('error', settings.lint) })
  },
}
