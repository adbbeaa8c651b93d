/** Raised with every change below: an index of another version is dropped and built again from the rollouts. */
export const schemaVersion = 1

/** `facts` is JSON. The text table holds one row per run under the same rowid. */
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
  PRAGMA user_version = ${schemaVersion};
`
