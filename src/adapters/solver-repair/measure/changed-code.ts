import { findChangedLines } from '../../../domain/validation/changed-lines.ts'
import { isGenerated } from '../../../domain/validation/generated.ts'
import type { ProvenResult, ResultLab } from '../../../engine/ports/strength.ts'
import { isEditable } from '../project.ts'
import type { Project } from '../project.ts'
import { parseSource } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import { findGrammar, loadParser } from '../syntax/parser.ts'

/** The changed files of code, and by path the lines, from 1, that the base does not have. */
export interface ChangedCode {
  readonly project: Project
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>
  /** Code in languages of which no small changes are known. */
  readonly foreign: readonly string[]
  /** Code that was not looked at: too many files, or too much in them. */
  readonly large: readonly string[]
}

/** More would take longer to read and to draw from than there is time for: nothing else goes on meanwhile. */
const most = { files: 40, bytes: 200_000, allBytes: 400_000 }
const others = /\.(go|rs|java|kt|cs|c|cc|cpp|h|hpp|rb|php|swift|scala|vue|svelte|sh|sql)$/

/** Reads what was changed and may be changed a little: no tests, nothing that is pinned, generated or foreign. */
export async function readChanged({ contract, changed }: ProvenResult, lab: ResultLab, wasmDir: string | undefined): Promise<ChangedCode> {
  const there = changed.filter(({ kind, binary }) => kind !== 'deleted' && !binary)
  const editable = there.filter(({ path }) => findGrammar(path) !== undefined && isEditable(path, contract, { scope: [] }))
  const paths = editable.slice(0, most.files)
  const large = editable.slice(most.files).map(({ path }) => path)
  const parser = await loadParser(paths.flatMap(({ path }) => findGrammar(path) ?? []), wasmDir)
  const sources = new Map<string, SourceFile>()
  const lines = new Map<string, ReadonlySet<number>>()
  let read = 0
  for (const { path, from } of paths) {
    const [text, before] = await Promise.all([lab.read(path), lab.readBase(from ?? path)])
    const grammar = findGrammar(path)
    if (text === undefined || grammar === undefined || isGenerated(path, text)) continue
    if (text.length > most.bytes || read + text.length > most.allBytes) {
      large.push(path)
      continue
    }
    read += text.length
    const file = parseSource(parser, path, grammar, text)
    const fresh = findChangedLines(before, text)
    if (file === undefined || fresh.size === 0) continue
    sources.set(path, file)
    lines.set(path, fresh)
  }
  return { project: { parser, sources, tests: new Map() }, lines, foreign: there.flatMap(({ path }) => (others.test(path) ? [path] : [])), large }
}
