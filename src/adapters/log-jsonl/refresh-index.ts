import fs from 'node:fs'
import { parsePayload, toStart, verifyLine } from '../../domain/chain.ts'
import type { ChainPosition } from '../../domain/chain.ts'
import { factsOf, isFailure } from '../../domain/autonomy/facts.ts'
import { addFact, factTypes, noFacts } from '../../engine/ports/run-index.ts'
import type { IndexedRun, IndexEntry, IndexMark, RunFacts, RunIndex } from '../../engine/ports/run-index.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { RunId } from '../../protocol/ids.ts'
import { toSignerPath } from './attestation-files.ts'
import { hasCode, sha256, toDiskFault } from './disk.ts'
import { toRolloutPath, toRunsDirectory } from './layout.ts'
import { createLineReader } from './line-reader.ts'

/** Runs per transaction of the index, to bound what is held in memory. */
const batchRuns = 200

/** Every run that has a directory, newest first. */
export function listRunIds(stateDir: string): readonly RunId[] {
  let names: string[]
  try {
    names = fs.readdirSync(toRunsDirectory(stateDir))
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return []
    throw toDiskFault(thrown, `list ${toRunsDirectory(stateDir)}`)
  }
  return names.map((name) => RunId.safeParse(name).data).filter((run) => run !== undefined).sort().reverse()
}

/**
 * Brings the index up to date: reads what each rollout has gained since its mark, and all of one that was otherwise
 * changed. Verifies the chain on the way, but parses only the events that say something about the run as a whole.
 * A rollout that cannot be read is indexed with its problem and never hides the others. @throws IndexLost.
 */
export function refreshIndex(stateDir: string, index: RunIndex): void {
  const marks = index.marks()
  const runs = new Set(listRunIds(stateDir))
  const gone = [...marks.keys()].filter((run) => !runs.has(run))
  let changed: IndexedRun[] = []
  const directory = toRunsDirectory(stateDir)
  for (const run of runs) {
    const entry = readChanges(toRolloutPath(directory, run), run, marks.get(run), index)
    if (entry === undefined) continue
    const isOurs = !fs.existsSync(toSignerPath(stateDir, run))
    changed.push({ ...entry, autonomy: isOurs ? toAutonomy(entry) : [], tasks: isOurs && entry.mark.problem === undefined ? entry.facts.work.facts : [] })
    if (changed.length === batchRuns) {
      index.put(changed, [])
      changed = []
    }
  }
  if (changed.length > 0 || gone.length > 0) index.put(changed, gone)
}

/**
 * A record that cannot be read whole may lack its failures, so that its wins do not count. (What came from elsewhere, by
 * `writ import`, has no part in what is trusted or expected here, whatever it says.)
 */
function toAutonomy({ run, facts, mark }: IndexEntry): IndexedRun['autonomy'] {
  const said = factsOf(run, facts.conduct)
  return mark.problem === undefined ? said : said.filter((fact) => isFailure(fact.what))
}

function readChanges(rollout: string, run: RunId, mark: IndexMark | undefined, index: RunIndex): IndexEntry | undefined {
  const stat = fs.statSync(rollout, { throwIfNoEntry: false })
  if (stat === undefined) {
    // A run whose creation was cut off: it holds nothing, so it is not one.
    return undefined
  }
  if (mark !== undefined && mark.size === stat.size && mark.mtimeMs === stat.mtimeMs) return undefined
  const known = mark !== undefined && mark.problem === undefined && stat.size > mark.size ? index.find(run) : undefined
  const entry = readEntry(run, rollout, stat, known)
  // A repaired rollout has another beginning than the one that the mark remembers: it is read whole then.
  return entry.mark.problem !== undefined && known !== undefined ? readEntry(run, rollout, stat, undefined) : entry
}

function readEntry(run: RunId, path: string, stat: fs.Stats, known: IndexEntry | undefined): IndexEntry {
  let facts = known?.facts ?? { ...noFacts, startedAt: stat.birthtime.toISOString() }
  let position: ChainPosition = known === undefined ? toStart(run) : { run, seq: known.facts.events, head: known.mark.head }
  let offset = known?.mark.offset ?? 0
  let problem: string | undefined
  try {
    const fd = fs.openSync(path, 'r')
    try {
      const reader = createLineReader(fd, path, offset)
      for (let lines = reader.next(); lines !== undefined && problem === undefined; lines = reader.next()) {
        for (const line of lines) {
          const step = readFact(line, position, facts)
          if (typeof step === 'string') {
            problem = `line ${position.seq + 1} ${step}`
            break
          }
          facts = step.facts
          position = { run, seq: position.seq + 1, head: step.head }
        }
        offset = reader.offset
      }
    } finally {
      fs.closeSync(fd)
    }
  } catch (thrown) {
    // One unreadable file (permissions, a bad sector) must not hide the other runs.
    problem = thrown instanceof Fault ? thrown.message : toMessage(thrown)
  }
  return { run, facts, mark: { size: stat.size, mtimeMs: stat.mtimeMs, offset, head: position.head, problem } }
}

/** The facts after this line, or what is wrong with it. */
function readFact(line: string, position: ChainPosition, facts: RunFacts): { facts: RunFacts; head: string } | string {
  const sealed = verifyLine(line, position, sha256)
  if (!sealed.ok) return sealed.problem
  const head = sealed.value.hash
  if (!factTypes.has(sealed.value.type)) return { facts: { ...facts, events: facts.events + 1 }, head }
  const event = parsePayload(sealed.value, position.run)
  return event.ok ? { facts: addFact(facts, event.value), head } : event.problem
}
