import { parse } from 'yaml'
import type { Finding } from '../../protocol/evidence.ts'
import { join, type Repository } from './repository.ts'
import { lastWords, type ToolOutput } from './tool-command.ts'
import { hasAny, type Tool } from './tool-validator.ts'

/** `a.ts(1,7): error TS2322: …`, and what belongs to no file: `error TS18003: …`. */
const place = /^(.+?)\((\d+),\d+\): (error|warning) (TS\d+): (.*)$/
const nowhere = /^error (TS\d+): (.*)$/
/** Faults of the configuration, not of the code: nothing was looked at. */
const misconfigured = /^TS(5\d{3}|6053|18003)$/

function readDiagnostics(output: ToolOutput): readonly Finding[] | { readonly failed: string } {
  const findings: Finding[] = []
  for (const line of output.text.split('\n')) {
    if (line.length > 10_000) continue
    const at = place.exec(line)
    const general = at === null ? nowhere.exec(line) : null
    if (general !== null && misconfigured.test(general[1] ?? '')) return { failed: lastWords(line) }
    if (general !== null) findings.push({ path: output.toPath('tsconfig.json'), rule: general[1] ?? 'types', message: general[2] ?? line, severity: 'error' })
    if (at === null) continue
    if (misconfigured.test(at[4] ?? '')) return { failed: lastWords(line) }
    findings.push({ path: output.toPath(at[1] ?? ''), line: Number(at[2]), rule: at[4] ?? 'types', message: at[5] ?? '', severity: at[3] === 'error' ? 'error' : 'warning' })
  }
  if (findings.length === 0 && output.exitCode !== 0) return { failed: lastWords(output.text === '' ? output.stderr : output.text) }
  return findings
}

/**
 * A configuration that names other projects and no files of its own is only their list. Its comments and trailing commas are
 * those of YAML's flow style, save `//`, which are taken out where they stand alone.
 */
async function findProjects(repository: Repository, folder: string): Promise<readonly string[]> {
  const text = (await repository.text(join(folder, 'tsconfig.json'))) ?? ''
  const read = (): unknown => {
    try {
      return parse(text.replaceAll(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, '').replaceAll('\t', ' '), { logLevel: 'silent' })
    } catch {
      // The compiler itself will say what is wrong with it.
      return undefined
    }
  }
  const said = read()
  if (typeof said !== 'object' || said === null || !('references' in said) || !Array.isArray(said.references)) return ['.']
  const isList = 'files' in said && Array.isArray(said.files) && said.files.length === 0 && !('include' in said)
  const paths = said.references.flatMap((one: unknown) => (typeof one === 'object' && one !== null && 'path' in one && typeof one.path === 'string' ? [one.path] : []))
  return isList && paths.length > 0 ? paths.slice(0, 8) : ['.']
}

const shared = {
  from: 'npm', on: 'folder', stream: 'stdout', timeoutMs: 300_000,
  words: async (repository: Repository, folder: string) => (await findProjects(repository, folder)).map((project) => ['--noEmit', '--pretty', 'false', '-p', project]),
  read: readDiagnostics,
} as const

export const tsc: Tool = { ...shared, id: 'tsc', program: 'tsc', concerns: /\.([cm]?[jt]sx?)$|(^|\/)(package|tsconfig[^/]*)\.json$/, isUsed: hasAny('tsconfig.json') }

export const vueTsc: Tool = {
  ...shared, id: 'vue-tsc', program: 'vue-tsc', concerns: /\.(vue|[cm]?tsx?)$/,
  isUsed: async (repository, folder) => repository.has(join(folder, 'tsconfig.json')) && repository.packageNeeds(folder, 'vue-tsc'),
}
