import type { LaunchCall } from './launchers.ts'
import type { Found } from './run-file.ts'
import { findContent } from './run-file.ts'
import { runScript } from './run-script.ts'
import type { Session, Shell } from './shell.ts'
import { asContained, beneath, sayUnknown } from './shell.ts'
import { forkState, setVariable, takeFiles } from './shell-state.ts'
import { runAsProgram } from './subshell.ts'
import { isKnown, toPlain } from './text-marks.ts'

export interface ScriptsOf {
  /** Names as they are called; a star stands for any part of a name. */
  readonly names: readonly string[]
  /** Words behind the name, which a script is given at its end. */
  readonly args: readonly string[]
  /** Absolute: the folder whose package.json counts, or the nearest one above it. */
  readonly folder: string
}

/**
 * The scripts of package.json that a package manager starts, each with those before and after it. Names that are no scripts do
 * nothing. Gives back the folder whose package.json it was, once that is known.
 */
export function runPackageScripts(call: LaunchCall, { names, args, folder }: ScriptsOf): string | undefined {
  const { shell, way } = call
  const manifest = findManifest(folder, call)
  if (manifest === undefined || manifest.found.kind !== 'text') return undefined
  const { text } = manifest.found
  asContained(shell.session, () => {
    if (!isKnown(text)) return sayUnknown(shell.session, [call.name, ...call.args].join(' '), 'package.json is not known before its script runs')
    const scripts = parseScripts(text, shell.session)
    if (!names.every(isKnown)) sayUnknown(shell.session, [call.name, ...call.args].join(' '), 'which script of package.json it runs is not known')
    const chosen = names.map(toPlain).flatMap((name) => (name.includes('*') ? [...scripts.keys()].filter((each) => fits(each, name)) : [name]))
    for (const name of chosen.filter((each) => scripts.has(each))) {
      for (const each of [`pre${name}`, name, `post${name}`]) {
        const script = scripts.get(each)
        if (script === undefined) continue
        const inner = beneath(way, `${call.name} run ${each}`)
        const given = each === name ? args : []
        const outer: Shell = { ...shell, state: { ...forkState(shell.state), files: shell.state.files, cwd: manifest.folder } }
        for (const [variable, value] of Object.entries(call.extra)) setVariable(outer.state, variable, value, true)
        runAsProgram({ shell: outer, way: inner, dialect: 'sh', self: 'sh', args: given }, (child) => runScript(given.length > 0 ? `${script} "$@"` : script, { shell: child, way: inner }))
        takeFiles(shell.state, outer.state)
      }
    }
  })
  return manifest.folder
}

/** The nearest package.json, from a folder of the repository upwards. Undefined where there is none. */
function findManifest(from: string, { shell, way }: LaunchCall): { readonly folder: string; readonly found: Found } | undefined {
  const { home } = shell.session.place
  const folders: string[] = []
  for (let folder = from; folder === home || folder.startsWith(`${home}/`); folder = folder.slice(0, folder.lastIndexOf('/'))) folders.push(folder)
  // All of them at once: each round of loading files reads the whole command again.
  const manifests = folders.map((folder) => ({ folder, found: findContent(`${folder}/package.json`, shell, way) }))
  return manifests.find(({ found }) => found.kind === 'text' || found.kind === 'awaited')
}

/** Whatever package managers would stop at has no scripts. */
function parseScripts(text: string, session: Session): ReadonlyMap<string, string> {
  const known = session.scripts.get(text)
  if (known !== undefined) return known
  const scripts = new Map<string, string>()
  try {
    const parsed = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly scripts?: Readonly<Record<string, unknown>> } | null
    for (const [name, script] of Object.entries(parsed?.scripts ?? {})) if (typeof script === 'string') scripts.set(name, script)
  } catch {
    // It is no JSON: no package manager runs anything by it.
  }
  session.scripts.set(text, scripts)
  return scripts
}

/** As npm-run-all and concurrently have it: a star stands for any part of a name, two for any parts. */
function fits(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split(/\*+/)
  const tail = rest.at(-1) ?? ''
  return name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length
}
