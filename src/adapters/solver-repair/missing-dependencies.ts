import { isBuiltin } from 'node:module'
import type { Lab } from '../../engine/ports/solver.ts'

/** Files in which a project says what it depends on. */
const manifest = /(^|\/)(package\.json|pyproject\.toml|setup\.(cfg|py)|Pipfile|requirements[\w-]*\.txt)$/
const foreign = /(^|\/)(node_modules|\.venv|venv|vendor)\//
const mostManifests = 20
const mostNamed = 5

/** Packages that the tests' messages say are not there, by name: `left-pad`, `@scope/name`, `requests`. Modules of the project are not among them. */
export function findMissingPackages(messages: string, files: readonly string[]): string[] {
  const script = [...messages.matchAll(/Cannot find (?:package|module) '([^'./][^']*)'/g)].map((match) => match[1] ?? '').filter((name) => !isBuiltin(name))
    .map((name) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'))
  const python = [...messages.matchAll(/No module named '([\w.]+)'/g)].map((match) => match[1]?.split('.')[0] ?? '')
    .filter((name) => !files.some((file) => file.endsWith('.py') && file.split('/').some((part) => part === name || part === `${name}.py`)))
  return [...new Set([...script, ...python])].filter((name) => name !== '').slice(0, mostNamed)
}

/**
 * Half a sentence on each package that tests miss: whether the nearest manifest declares it, and what to do. A declaration alone mends no
 * test before the package is installed, so it is said, and not tried. Undefined where none is missing.
 */
export async function describeMissingPackages(messages: string, lab: Pick<Lab, 'files' | 'read'>): Promise<string | undefined> {
  const files = await lab.files()
  const names = findMissingPackages(messages, files)
  if (names.length === 0) return undefined
  const paths = files.filter((file) => manifest.test(file) && !foreign.test(file)).toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1)).slice(0, mostManifests)
  const manifests = await Promise.all(paths.map(async (file) => [file, (await lab.read(file)) ?? ''] as const))
  return names.map((name) => {
    const isPython = ["'", '.'].some((end) => messages.includes(`No module named '${name}${end}`))
    const fitting = manifests.filter(([file]) => file.endsWith('.json') !== isPython)
    const declared = fitting.find(([, text]) => declares(text, name))
    if (declared !== undefined) return `${name} is declared in ${declared[0]} and is not installed`
    const home = fitting[0]?.[0]
    if (home === undefined) return `${name} is imported, and there is no manifest that could declare it`
    return `${name} is imported and not declared in ${fitting.map(([file]) => file).slice(0, 3).join(', ')}: declare it in ${home} and install it`
  }).join('; ')
}

/** By its name, with `-` and `_` as the same, which Python's index does. */
function declares(text: string, name: string): boolean {
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/[-_]/g, '[-_]')
  return new RegExp(`(^|["'\\s])${pattern}(?![\\w-])`, 'im').test(text)
}
