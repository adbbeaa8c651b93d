import type { TestCase } from '../../../protocol/evidence.ts'
import type { LaneTest } from '../lane/lane.ts'
import { walk } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import type { Clues } from './clues.ts'
import { findHeat } from './heat.ts'
import type { Heat } from './heat.ts'
import { guessSuspicions } from './imports.ts'
import { findSuspicions } from './spectrum.ts'

export interface Symptoms {
  readonly failing: readonly TestCase[]
  /** Files of the failing tests. */
  readonly testFiles: readonly string[]
  /** The base's tests with what each ran; left out where that could not be measured. */
  readonly measured: readonly Pick<LaneTest, 'name' | 'status' | 'covers'>[] | undefined
  readonly clues: Clues
}

/** A line that may hold the fault. */
export interface Place {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** 0 to about 3. */
  readonly suspicion: number
}

/**
 * Where the fault may be: a spectrum of what each test ran, else how near each file is by its imports, and what the messages, the
 * history, types and lint say. Only files of `editable` are ranked; the others are looked at for how names are used.
 */
export function localise(symptoms: Symptoms, editable: ReadonlyMap<string, SourceFile>, others: ReadonlyMap<string, SourceFile>): Heat {
  const files = [...editable.values(), ...others.values()]
  const wanted = new Set(symptoms.failing.map((test) => test.name))
  const runs = (symptoms.measured ?? []).filter((test) => test.status === 'passed' || wanted.has(test.name)).map((test) => ({ name: test.name, failed: test.status === 'failed', covers: test.covers }))
  const measured = findSuspicions(runs)
  const isKnown = [...measured.keys()].some((path) => editable.has(path))
  const suspicions = isKnown ? measured : guessSuspicions(symptoms.testFiles, new Map(files.map((file) => [file.path, file])), symptoms.clues.evidence)
  return findHeat(files, suspicions, symptoms.clues)
}

/** Lines by how suspect the hottest code that begins on each is, the most suspect first; equal ones in the order of the files. */
export function rankPlaces(files: Iterable<SourceFile>, heat: Heat): Place[] {
  const places: Place[] = []
  for (const file of files) {
    const rows = new Map<number, number>()
    walk(file.root, (node) => {
      if (node.parent === undefined || !node.named || node.type === 'comment') return
      const suspicion = heat.of(file, node)
      if (suspicion > (rows.get(node.row) ?? 0)) rows.set(node.row, suspicion)
    })
    for (const [row, suspicion] of rows) places.push({ path: file.path, line: row + 1, suspicion })
  }
  return places.toSorted((a, b) => b.suspicion - a.suspicion || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || a.line - b.line)
}
