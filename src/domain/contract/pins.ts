import { z } from 'zod'
import type { Check, Contract, Pin } from '../../protocol/contract.ts'
import { digestOf } from '../digest.ts'
import { whyConfiguration } from './check-configuration.ts'
import { filesNamedByScript, filesNamedIn, isFollowed, scriptsNamedIn } from './command-files.ts'
import { escapeGlob, globsFor, matchesAny } from './guarded.ts'
import { isTestFile, lastPart, whyTest } from './test-places.ts'

/** Top-level keys of a package.json that no check takes orders from: the agent may change these. */
export const freeKeys: readonly string[] = [
  'author', 'bin', 'browser', 'bugs', 'bundleDependencies', 'bundledDependencies', 'contributors', 'dependencies', 'description', 'devDependencies', 'directories',
  'exports', 'files', 'funding', 'homepage', 'keywords', 'license', 'main', 'maintainers', 'man', 'module', 'name', 'optionalDependencies', 'peerDependencies',
  'peerDependenciesMeta', 'private', 'publishConfig', 'repository', 'sideEffects', 'types', 'typesVersions', 'typings', 'unpkg', 'version',
]

export interface PinSource {
  /** Every file of the base. */
  readonly files: readonly string[]
  /** Contents of the base read so far. */
  readonly contents: ReadonlyMap<string, Uint8Array>
  readonly checks: readonly Pick<Check, 'command'>[]
  /** Globs that the person took out of the pins. */
  readonly unpinned: readonly string[]
  /** The contract's scope: a file that it names is the work, whatever command names it too. */
  readonly scope?: readonly string[]
}

export interface FoundPins {
  readonly pins: Pin[]
  readonly guarded: string[]
  /** Files whose content is needed first. Read them, add them to `contents` and call again until this is empty. */
  readonly wanted: readonly string[]
}

const PackageJson = z.looseObject({ scripts: z.record(z.string(), z.string()).optional() })
const maxFollowed = 200

function toScripts(bytes: Uint8Array | undefined): Readonly<Record<string, string>> {
  try {
    return PackageJson.safeParse(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array()))).data?.scripts ?? {}
  } catch {
    // A broken package.json has no scripts; it is pinned as it is.
    return {}
  }
}

/** Everything that the checks' commands lead to: files by name, and all the text on the way. */
function follow(source: PinSource, all: ReadonlySet<string>): { files: ReadonlyMap<string, string>; text: string; wanted: readonly string[] } {
  const scripts = Object.assign({}, ...source.files.filter((file) => lastPart(file) === 'package.json').map((file) => toScripts(source.contents.get(file)))) as Record<string, string>
  const work = new Set((source.scope ?? []).map((path) => path.replace(/^(\.?\/)+/, '')))
  const files = new Map<string, string>()
  const wanted = source.files.filter((file) => lastPart(file) === 'package.json' && !source.contents.has(file))
  const seen = new Set<string>()
  let text = ''
  const add = (names: readonly string[], why: string): void => {
    for (const name of names) {
      if (files.size >= maxFollowed || files.has(name) || work.has(name)) continue
      files.set(name, why)
      if (!isFollowed(name)) continue
      const bytes = source.contents.get(name)
      if (bytes === undefined) wanted.push(name)
      else visitFile(name, new TextDecoder().decode(bytes))
    }
  }
  const visitFile = (name: string, content: string): void => {
    text += `\n${content.slice(0, 100_000)}`
    add(filesNamedByScript(name, content, all), `${name} uses it, and a check runs that`)
    for (const script of scriptsNamedIn(content, scripts)) visitLine(scripts[script] ?? '', `the script ${script}`, true)
  }
  const visitLine = (line: string, who: string, asScript: boolean): void => {
    if (seen.has(line)) return
    seen.add(line)
    text += `\n${line}`
    add(filesNamedIn(line, all, { asScript }), `${who} names it`)
    if (/\bmake\b/.test(line)) add(source.files.filter((file) => /^(GNUmakefile|[Mm]akefile)$/.test(file)), `${who} runs make`)
    for (const script of scriptsNamedIn(line, scripts)) visitLine(scripts[script] ?? '', `the script ${script}`, true)
  }
  for (const check of source.checks) visitLine(check.command, `the check \`${check.command.slice(0, 80)}\``, false)
  return { files, text, wanted }
}

/**
 * Which files of the base the checks depend on, and which names may not newly appear.
 * Pure: contents come in by `contents`; what is missing comes back in `wanted`.
 */
export function findPins(source: PinSource): FoundPins {
  const all = new Set(source.files)
  const led = follow(source, all)
  const wanted = new Set(led.wanted)
  const pins: Pin[] = []
  for (const path of source.files) {
    if (matchesAny(source.unpinned, path) || /(^|\/)node_modules\//.test(path)) continue
    const why = whyTest(path) ?? whyConfiguration(path, led.text) ?? led.files.get(path)
    const isManifest = lastPart(path) === 'package.json' && whyTest(path) === undefined
    if (why === undefined && !isManifest) continue
    const bytes = source.contents.get(path)
    if (bytes === undefined) wanted.add(path)
    else if (isManifest) pins.push({ mode: 'keys', path, free: [...freeKeys], sha256: digestOf(bytes), why: 'its scripts and settings start the tests' })
    else pins.push({ mode: 'whole', path, sha256: digestOf(bytes), why: why ?? 'a check depends on it' })
  }
  // A manifest that is pinned by its keys is there already, and its free keys may change: nothing of it may newly appear.
  const byKeys = pins.flatMap((pin) => (pin.mode === 'keys' ? [`!${escapeGlob(pin.path)}`] : []))
  return { pins, guarded: [...guardedGlobs(source), ...byKeys], wanted: [...wanted] }
}

/** Globs of names that may not newly appear. Those that begin with `!` do not count: see `isGuarded`. */
export function guardedGlobs(source: Omit<PinSource, 'contents'>): string[] {
  const globs = globsFor(source.files, source.checks.map((check) => check.command))
  return [...globs, ...source.unpinned.filter((glob) => !glob.startsWith('!')).map((glob) => `!${glob}`)]
}

/** Test files that are on the result and were not on the base: the agent's own, never part of the judge. */
export function findSelfMade(contract: Pick<Contract, 'guarded'>, baseFiles: readonly string[], resultFiles: readonly string[]): { tests: readonly string[]; beside: readonly string[] } {
  const base = new Set(baseFiles)
  const added = resultFiles.filter((path) => !base.has(path) && whyTest(path) !== undefined && !isGuarded(contract, path))
  return { tests: added.filter(isTestFile), beside: added.filter((path) => !isTestFile(path)) }
}

const split = new WeakMap<readonly string[], { guarded: readonly string[]; free: readonly string[] }>()

/** Would a new file of this name be taken up by a runner? Entries that begin with `!` are what the person took out, and manifests that are pinned by their keys. */
export function isGuarded(contract: Pick<Contract, 'guarded'>, path: string): boolean {
  let lists = split.get(contract.guarded)
  if (lists === undefined) {
    lists = { guarded: contract.guarded.filter((glob) => !glob.startsWith('!')), free: contract.guarded.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)) }
    split.set(contract.guarded, lists)
  }
  return matchesAny(lists.guarded, path) && !matchesAny(lists.free, path)
}
