import fs from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { Conduct } from '../../domain/autonomy/conduct.ts'
import { Work } from '../../domain/estimate/work.ts'
import { factKinds } from '../../domain/autonomy/facts.ts'
import { IndexLost } from '../../engine/ports/run-index.ts'
import type { RunQuery } from '../../engine/ports/event-log.ts'
import type { IndexedRun, IndexEntry, RunFacts, RunIndex } from '../../engine/ports/run-index.ts'
import { TaskFact } from '../../protocol/experience.ts'
import { RunId } from '../../protocol/ids.ts'
import { schema, schemaVersion } from './schema.ts'

/** How long one process waits for another that is writing the index. */
const patienceMs = 5000

/**
 * An index in one SQLite file, opened at its first use. It can be deleted at any time, even while it is used.
 * Invariant: whatever is wrong with the file, the caller sees either right answers or `IndexLost`. Where no file can be
 * had at all (a read-only or full disk, another user's file) the index is kept in memory for this process.
 */
export function createSqliteIndex(options: { readonly path: string }): RunIndex {
  const { path } = options
  let database: DatabaseSync | undefined

  /** Every use goes through here: damage is met anywhere, at the first page that is read. */
  function use<T>(work: (open: DatabaseSync) => T): T {
    try {
      database ??= openDatabase(path)
      return work(database)
    } catch (thrown) {
      if (!isSqliteError(thrown) && !(thrown instanceof SyntaxError) && !(thrown instanceof z.ZodError)) throw thrown
      closeQuietly(database)
      database = isDamage(thrown) ? startAnew(path) : openMemory()
      throw new IndexLost(thrown)
    }
  }

  return {
    marks: () => use((open) => readMarks(open)),
    find: (run) => use((open) => open.prepare('SELECT * FROM runs WHERE run = ?').all(run).map(toEntry)[0]),
    put: (entries, gone) => use((open) => writeEntries(open, entries, gone)),
    query: (query) => use((open) => queryEntries(open, query)),
    autonomy: (query) => use((open) => readAutonomy(open, query)),
    tasks: (query) => use((open) => readTasks(open, query)),
    clear: () => use((open) => inTransaction(open, () => open.exec('DELETE FROM runs; DELETE FROM texts; DELETE FROM autonomy; DELETE FROM tasks'))),
    close() {
      closeQuietly(database)
      database = undefined
    },
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Made here for its mode; SQLite gives its own side files the same one.
    if (!fs.existsSync(path)) fs.closeSync(fs.openSync(path, 'ax', 0o600))
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown)) throw thrown
    // Where another process was faster the file is there.
    if (thrown.code !== 'EEXIST') return openMemory()
  }
  const database = new DatabaseSync(path, { timeout: patienceMs })
  try {
    // The index may lose its last writes: they are read from the rollouts again.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const version = database.prepare('PRAGMA user_version').get()?.['user_version']
    const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (version === schemaVersion && found === 'ok') return database
    if (version === 0 && found === 'ok') {
      inTransaction(database, () => {
        // Another process may have been first.
        if (database.prepare('PRAGMA user_version').get()?.['user_version'] === 0) database.exec(schema)
      })
      return database
    }
  } catch (thrown) {
    database.close()
    throw thrown
  }
  database.close()
  return startAnew(path)
}

function openMemory(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  database.exec(schema)
  return database
}

/** Another process that has the old file open goes on with it, unlinked; it reads the new one the next time it starts. */
function startAnew(path: string): DatabaseSync {
  try {
    for (const suffix of ['', '-wal', '-shm', '-journal']) fs.rmSync(path + suffix, { force: true })
    fs.closeSync(fs.openSync(path, 'ax', 0o600))
  } catch (thrown) {
    // Not ours to remove, or somebody was faster: without the file, then.
    if (!(thrown instanceof Error && 'code' in thrown)) throw thrown
    return openMemory()
  }
  const database = new DatabaseSync(path, { timeout: patienceMs })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
  inTransaction(database, () => database.exec(schema))
  return database
}

function closeQuietly(database: DatabaseSync | undefined): void {
  if (database?.isOpen === true) database.close()
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw thrown
  }
}

function isSqliteError(thrown: unknown): thrown is Error & { errcode: number } {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number'
}

/** Can a new file be better? Not where the disk is full (13), read-only (8, 14) or the file held by a writer (5). */
function isDamage(thrown: unknown): boolean {
  return !isSqliteError(thrown) || ![5, 8, 13, 14].includes(thrown.errcode & 0xff)
}

function readMarks(database: DatabaseSync): ReturnType<RunIndex['marks']> {
  const rows = database.prepare('SELECT run, size, mtime_ms, read_to, head, problem FROM runs').all()
  // Plain comparisons instead of schemas, here and for facts: a run waits for them before it begins.
  return new Map(rows.map(({ run, size, mtime_ms, read_to, head, problem }) => {
    const isWhole = typeof run === 'string' && typeof size === 'number' && typeof mtime_ms === 'number' && typeof read_to === 'number' && typeof head === 'string' && (typeof problem === 'string' || problem === null)
    if (!isWhole) throw new SyntaxError('the index holds a mark of another form')
    return [run as RunId, { size, mtimeMs: mtime_ms, offset: read_to, head, problem: problem ?? undefined }]
  }))
}

function writeEntries(database: DatabaseSync, entries: readonly IndexedRun[], gone: readonly RunId[]): void {
  inTransaction(database, () => {
    const upsert = database.prepare(
      `INSERT INTO runs (run, repository, facts, size, mtime_ms, read_to, head, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run) DO UPDATE SET repository = excluded.repository, facts = excluded.facts, size = excluded.size,
         mtime_ms = excluded.mtime_ms, read_to = excluded.read_to, head = excluded.head, problem = excluded.problem RETURNING id`,
    )
    const erase = database.prepare('DELETE FROM texts WHERE rowid = ?')
    const write = database.prepare('INSERT INTO texts (rowid, goal, reason, messages, paths) VALUES (?, ?, ?, ?, ?)')
    const forget = database.prepare('DELETE FROM autonomy WHERE id = ?')
    const unlearn = database.prepare('DELETE FROM tasks WHERE id = ?')
    const learn = database.prepare('INSERT INTO tasks (id, run, repository, at, fact) VALUES (?, ?, ?, ?, ?)')
    const say = database.prepare('INSERT INTO autonomy (id, run, repository, at, goal, kind, area, what, base) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    for (const { run, facts, mark, autonomy, tasks } of entries) {
      const row = upsert.get(run, facts.repository, JSON.stringify(facts), mark.size, mark.mtimeMs, mark.offset, mark.head, mark.problem ?? null)
      const id = row?.['id'] as number
      erase.run(id)
      forget.run(id)
      unlearn.run(id)
      for (const fact of tasks) learn.run(id, run, facts.repository, fact.at, JSON.stringify(fact))
      for (const { at, goal, kind, area, what, base } of autonomy) say.run(id, run, facts.repository, at, goal, kind, area, what, base)
      write.run(id, facts.goal ?? '', facts.reason, facts.messages.join('\n'), facts.paths.join('\n'))
    }
    const remove = database.prepare('DELETE FROM runs WHERE run = ? RETURNING id')
    for (const run of gone) {
      const id = remove.get(run)?.['id']
      if (typeof id !== 'number') continue
      erase.run(id)
      forget.run(id)
      unlearn.run(id)
    }
  })
}

function queryEntries(database: DatabaseSync, query: RunQuery): readonly IndexEntry[] {
  const where: string[] = []
  const values: (string | number)[] = []
  if (query.repository !== undefined) {
    where.push('repository = ?')
    values.push(query.repository)
  }
  if (query.children === false) where.push("json_extract(facts, '$.parent') IS NULL")
  const search = query.search?.trim() ?? ''
  if (search !== '') {
    const words = toMatch(search)
    if (words === '') return []
    where.push('id IN (SELECT rowid FROM texts WHERE texts MATCH ?)')
    values.push(words)
  }
  if (query.open) where.push("json_extract(facts, '$.endedAt') IS NULL")
  // Ids begin with the time they were made.
  const sql = `SELECT * FROM runs ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY run DESC LIMIT ?`
  return database.prepare(sql).all(...values, query.limit).map(toEntry)
}

function readAutonomy(database: DatabaseSync, { repository, since }: { repository: string; since: number }): ReturnType<RunIndex['autonomy']> {
  const rows = database.prepare('SELECT run, at, goal, kind, area, what, base FROM autonomy WHERE repository = ? AND at >= ?').all(repository, since)
  return rows.map(({ run, at, goal, kind, area, what, base }) => {
    const said = factKinds.find((each) => each === what)
    const isWhole = typeof run === 'string' && typeof at === 'number' && typeof goal === 'string' && typeof kind === 'string' && typeof area === 'string' && typeof base === 'string'
    if (said === undefined || !isWhole) throw new SyntaxError(`the index holds a fact of another form: ${String(what)}`)
    return { run, at, goal, kind, area, what: said, base }
  })
}

function readTasks(database: DatabaseSync, { limit }: { limit: number }): ReturnType<RunIndex['tasks']> {
  const rows = database.prepare('SELECT run, repository, fact FROM tasks ORDER BY at DESC, run DESC LIMIT ?').all(limit)
  return rows.map(({ run, repository, fact }) => ({ ...TaskFact.parse(JSON.parse(Text.parse(fact))), run: Text.parse(run), repository: Text.parse(repository) }))
}

/** Each word as a quoted prefix: none of the search syntax can come in from outside. Words of punctuation alone are left out. */
function toMatch(search: string): string {
  const words = search.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  return words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ')
}

const Text = z.string()
const Facts = z.lazy(() => z.object({
  goal: Text.optional(),
  repository: Text,
  parent: RunId.optional(),
  tasks: z.object({ planned: z.array(Text), done: z.array(z.object({ task: Text, seq: z.int() })), back: z.array(z.object({ seq: z.int(), to: z.int() })) }).optional(),
  startedAt: Text.optional(),
  endedAt: Text.optional(),
  outcome: Text.optional(),
  accepted: z.enum(['accepted', 'rejected']).optional(),
  branch: Text.optional(),
  commit: Text.optional(),
  turns: z.number(),
  costUsd: z.number(),
  children: z.record(RunId, z.object({ turns: z.number(), costUsd: z.number() })),
  events: z.int(),
  reason: Text,
  messages: z.array(Text),
  paths: z.array(Text),
  conduct: Conduct,
  work: Work,
}))
const Mark = z.lazy(() => z.object({ size: z.int(), mtime_ms: z.number(), read_to: z.int(), head: Text, problem: Text.nullable() }))

function toMark(row: unknown): IndexEntry['mark'] {
  const { size, mtime_ms, read_to, head, problem } = Mark.parse(row)
  return { size, mtimeMs: mtime_ms, offset: read_to, head, problem: problem ?? undefined }
}

function toEntry(row: Readonly<Record<string, unknown>>): IndexEntry {
  const { goal, parent, tasks, startedAt, endedAt, outcome, accepted, branch, commit, ...rest } = Facts.parse(JSON.parse(Text.parse(row['facts'])))
  const facts: RunFacts = { goal, parent, tasks, startedAt, endedAt, outcome, accepted, branch, commit, ...rest }
  return { run: RunId.parse(row['run']), facts, mark: toMark(row) }
}
