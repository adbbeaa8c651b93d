/** Raised with every change below: an index of another version is dropped and built again from the rollouts. */
export const schemaVersion = 5

/** `facts` is JSON. The text table holds one row per run under the same rowid, those of autonomy and of tasks one per fact. */
export const schema = `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    repository TEXT NOT NULL,
    facts TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    read_to INTEGER NOT NULL,
    head TEXT NOT NULL,
    problem TEXT
  ) STRICT;
  CREATE INDEX runs_by_repository ON runs (repository, run);
  CREATE VIRTUAL TABLE texts USING fts5 (goal, reason, messages, paths, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
  CREATE TABLE autonomy (
    id INTEGER NOT NULL,
    run TEXT NOT NULL,
    repository TEXT NOT NULL,
    at REAL NOT NULL,
    goal TEXT NOT NULL,
    kind TEXT NOT NULL,
    area TEXT NOT NULL,
    what TEXT NOT NULL,
    base TEXT NOT NULL
  ) STRICT;
  CREATE INDEX autonomy_by_repository ON autonomy (repository, at);
  CREATE INDEX autonomy_by_run ON autonomy (id);
  CREATE TABLE tasks (
    id INTEGER NOT NULL,
    run TEXT NOT NULL,
    repository TEXT NOT NULL,
    at REAL NOT NULL,
    fact TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tasks_by_time ON tasks (at);
  CREATE INDEX tasks_by_run ON tasks (id);
  PRAGMA user_version = ${schemaVersion};
`
