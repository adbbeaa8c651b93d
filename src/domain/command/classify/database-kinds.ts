import { parseOptions } from '../draft.ts'
import { hostsIn } from '../read-code.ts'
import { isKnown, toPlain } from '../text-marks.ts'
import type { Classifier } from './classify.ts'

/** Statements that drop or empty. A DELETE or an UPDATE without WHERE takes everything. */
const drops = /\b(?:drop\s+(?:database|schema|table|index|view|user|role|collection|keyspace|materialized|owned)|truncate\b|alter\s+table\s+\S+\s+drop\b)|\bdelete\s+from\s+[^;]*$|\bdelete\s+from\s+[^;]*;|\bupdate\s+\S+\s+set\b[^;]*/gi
const otherDrops = /\b(?:flushall|flushdb)\b|dropDatabase|\.drop\s*\(|deleteMany\s*\(\s*(?:\{\s*\})?\s*\)|\.remove\s*\(\s*\{\s*\}/i

function dropsSomething(text: string): boolean {
  if (otherDrops.test(text)) return true
  return [...text.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ').matchAll(drops)].some(([statement]) => !/^(?:delete|update)/i.test(statement) || !/\bwhere\b/i.test(statement))
}

const client = (hostFlags: readonly string[]): Classifier => (draft) => {
  const { values } = parseOptions(draft.args, [...hostFlags, 'p', 'P', 'U', 'u', 'd', 'D', 'c', 'f', 'n', 'a', 'port', 'username', 'user', 'dbname', 'command', 'file', 'execute', 'eval', 'e'].filter((each) => !(each === 'p' && draft.name === 'mysql') && !(each === 'e' && draft.name === 'psql')))
  const hosts = [...hostFlags.flatMap((flag) => values.get(flag) ?? []), ...draft.args.flatMap((arg) => [...hostsIn(arg)])]
  for (const host of hosts) {
    draft.host(host)
    if (!/^(?:localhost|127\.0\.0\.1|::1|\/.*)(?::|$)/.test(host)) draft.add('network')
  }
  const scripts = [...(values.get('f') ?? []), ...(values.get('file') ?? [])]
  const text = [...draft.args, draft.way.stdin].map(toPlain).join('\n')
  const contents = scripts.map((path) => draft.shell.state.files.get(path.startsWith('/') ? path : `${draft.shell.state.cwd ?? ''}/${path}`) ?? '')
  if (dropsSomething(text) || contents.some(dropsSomething) || contents.some((content) => !isKnown(content))) draft.add('database-drop')
  // A shell within the client: what it is told is part of the same text.
  if (/(?:^|\n|;)\s*(?:\\!|\.shell|\.system|system\s)/m.test(text)) draft.add('remote-shell')
}

const always: Classifier = (draft) => {
  draft.add('database-drop')
  for (const [index, arg] of draft.args.entries()) if (/^(?:-h|--host)$/.test(arg)) draft.host(draft.args[index + 1] ?? '')
}

const task = (test: RegExp): Classifier => (draft) => {
  if (test.test(draft.args.filter((arg) => isKnown(arg)).join(' '))) draft.add('database-drop')
}

const node = task(/\b(?:migrate reset|db push --(?:force-reset|accept-data-loss)|db:drop|migration:revert|db:wipe|schema:drop|sequelize db:drop|drizzle-kit drop|typeorm schema:drop)\b/)
const rails = task(/\bdb:(?:drop|reset|purge|schema:load|migrate:reset|truncate_all)\b/)

export const databaseKinds: Readonly<Record<string, Classifier>> = {
  psql: client(['h', 'host']), mysql: client(['h', 'host']), mariadb: client(['h', 'host']), mycli: client(['h', 'host']), pgcli: client(['h', 'host']),
  sqlite3: client([]), sqlite: client([]), duckdb: client([]), mongosh: client(['host']), mongo: client(['host']), 'redis-cli': client(['h']), 'valkey-cli': client(['h']),
  cqlsh: client([]), sqlcmd: client(['S']), clickhouse: client(['h', 'host']), 'clickhouse-client': client(['h', 'host']), sqlplus: client([]), usql: client([]),
  cockroach: client(['host']), etcdctl: (draft) => { if (draft.args.includes('del')) draft.add('database-drop') },
  dropdb: always, dropuser: always, mysqladmin: (draft) => { if (draft.args.includes('drop')) always(draft) },
  mongorestore: (draft) => { if (draft.args.includes('--drop')) always(draft) },
  pg_restore: (draft) => { if (draft.args.some((arg) => /^(?:-c|--clean)$/.test(arg))) always(draft) },
  pg_dump: (draft) => { for (const [index, arg] of draft.args.entries()) if (/^(?:-h|--host)$/.test(arg)) draft.host(draft.args[index + 1] ?? '') },
  prisma: node, sequelize: node, 'sequelize-cli': node, knex: task(/\bmigrate:rollback\b.*--all/), typeorm: node, 'drizzle-kit': node, npx: node, npm: node, pnpm: node,
  yarn: node, rails, rake: rails, 'bin/rails': rails, bundle: rails,
  php: task(/\bartisan (?:migrate:(?:fresh|reset|refresh)|db:wipe)\b/), artisan: task(/\b(?:migrate:(?:fresh|reset|refresh)|db:wipe)\b/),
  './artisan': task(/\b(?:migrate:(?:fresh|reset|refresh)|db:wipe)\b/), python: task(/manage\.py (?:flush|reset_db|sqlflush)\b/),
  python3: task(/manage\.py (?:flush|reset_db)\b/), './manage.py': task(/^(?:flush|reset_db)\b/), alembic: task(/\bdowngrade base\b/), flyway: task(/\bclean\b/),
  liquibase: task(/\bdrop-?all\b/i), dotnet: task(/\bef database drop\b/), mix: task(/\becto\.(?:drop|reset)\b/), diesel: task(/\bdatabase (?:reset|drop)\b/),
  sqlx: task(/\bdatabase (?:drop|reset)\b/), goose: task(/\breset\b/), doctrine: task(/schema:drop|database:drop/),
}
