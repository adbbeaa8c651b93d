import type { Contract } from '../../protocol/contract.ts'
import { digestOf } from '../digest.ts'
import { mergeKeys } from './judge-change.ts'
import { findSelfMade, isGuarded } from './pins.ts'

/** The files of one tree. `read` gives what was loaded beforehand: at least `pathsToRead` of them. */
export interface FileSet {
  readonly files: readonly string[]
  read(path: string): Uint8Array | undefined
}

/** What `restorations` reads, on base and result. */
export function pathsToRead(contract: Pick<Contract, 'pins'>): readonly string[] {
  return contract.pins.map((pin) => pin.path)
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && (a === b || digestOf(a) === digestOf(b))
}

/**
 * What must be written (or, with undefined, removed) so that nothing of the judge is the agent's: pinned files as on the base
 * (of package.json only the free keys stay the agent's), guarded names gone where the base did not have them.
 * The same map serves the workspace and the proof's checkout.
 */
export function restorations(contract: Pick<Contract, 'pins' | 'guarded'>, base: FileSet, result: FileSet): ReadonlyMap<string, Uint8Array | undefined> {
  const writes = new Map<string, Uint8Array | undefined>()
  for (const pin of contract.pins) {
    const original = base.read(pin.path)
    if (original === undefined || digestOf(original) !== pin.sha256) continue
    const now = result.read(pin.path)
    const should = pin.mode === 'keys' ? mergeKeys(pin, original, now) : original
    if (!isSame(now, should)) writes.set(pin.path, should)
  }
  const there = new Set(base.files)
  for (const path of result.files) if (!there.has(path) && isGuarded(contract, path)) writes.set(path, undefined)
  return writes
}

/** For the proof's own checkout: the restorations, and without the agent's new test files, which are judged apart. */
export function proofRestorations(contract: Pick<Contract, 'pins' | 'guarded'>, base: FileSet, result: FileSet): ReadonlyMap<string, Uint8Array | undefined> {
  const selfMade = findSelfMade(contract, base.files, result.files)
  return new Map([...restorations(contract, base, result), ...[...selfMade.tests, ...selfMade.beside].map((path) => [path, undefined] as const)])
}
