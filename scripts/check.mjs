// `npm run check`: types, lint, and the rules of the house that a machine can hold (see docs/decisions/0001-rooms.md).
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const problems = []
const say = (file, line, text) => problems.push(`${file}${line ? `:${line}` : ''}  ${text}`)

/** Room → rooms it may import. */
const mayImport = {
  protocol: [],
  domain: ['protocol'],
  engine: ['protocol', 'domain'],
  adapters: ['protocol', 'domain', 'engine'],
  server: ['protocol', 'domain', 'engine'],
  sdk: ['protocol'],
  testing: ['protocol', 'domain', 'engine'],
  cli: ['protocol', 'domain', 'engine', 'adapters', 'server', 'testing'],
}
/** Rooms that are pure: no I/O, clock, randomness or promises. Hashing is a pure function. */
const pure = { protocol: ['zod'], domain: ['zod', 'canonicalize', 'picomatch', 'diff', 'node:crypto', 'yaml', 'smol-toml'] }
const forbiddenNames = /\b(utils?|helpers?|misc|common)\b/

const all = globSync(['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'])
for (const file of all) {
  const text = readFileSync(file, 'utf8')
  const lines = text.split('\n')
  const isTest = /\.test\.ts$|^test\/|^bench\//.test(file)
  const cap = isTest ? 800 : 500
  if (lines.length > cap) say(file, 0, `${lines.length} lines; the cap is ${cap}. Split it by phase or concept`)
  if (/\/loop\//.test(file) && !isTest && lines.length > 250) say(file, 0, `${lines.length} lines; a phase of the loop has at most 250`)
  if (!/^[a-z0-9.-]+$/.test(file.split('/').at(-1))) say(file, 0, 'file names are kebab-case')
  if (forbiddenNames.test(file)) say(file, 0, 'there are no utils or helpers: name the concept')
  const room = file.split('/')[1]
  lines.forEach((line, index) => {
    const n = index + 1
    if (/(:\s*any\b|\bas any\b|<any>|any\[\])/.test(line) && !/^\s*(\/\/|\*)/.test(line)) say(file, n, '`any` is an error')
    if (/@ts-(ignore|nocheck|expect-error)/.test(line)) say(file, n, 'no switching off of the type checker')
    if (!isTest && /catch\s*(\([^)]*\))?\s*\{\s*\}/.test(line)) say(file, n, 'nothing is swallowed: decide or translate, and say why')
    if (!isTest && /^export\s+\*/.test(line)) say(file, n, 'no barrels')
    if (!isTest && /^export default/.test(line)) say(file, n, 'named exports only')
    if (/\b(enum|namespace)\s+\w+\s*\{/.test(line) && !/^\s*(\/\/|\*|['"`])/.test(line) && /^\s*(export\s+)?(const\s+)?(enum|namespace)/.test(line)) say(file, n, 'erasable TypeScript only')
    if ((room === 'domain' || room === 'protocol') && file.startsWith('src/') && !isTest && /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|await |async )/.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(line)) say(file, n, `${room} is pure: no clock, randomness, process or promises`)
    if (isTest && /\b(test|it|describe)\.(only|skip|todo)\(/.test(line)) say(file, n, 'no test is skipped or alone')
  })
  if (!file.startsWith('src/')) continue
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = match[1]
    if (!target.startsWith('.')) {
      if (pure[room] && !isTest && !pure[room].some((name) => target === name || target.startsWith(`${name}/`))) say(file, 0, `${room} may not import ${target}`)
      if (room === 'engine' && !isTest && !/^(node:crypto|zod)$/.test(target)) say(file, 0, `engine may not import ${target}: it knows ports, not places`)
      continue
    }
    const path = relative(root, resolve(dirname(file), target))
    const other = path.split('/')[1]
    if (!path.startsWith('src/')) { if (!/package\.json$/.test(path)) say(file, 0, `imports ${path}, which is outside src`); continue }
    if (!/\.(ts|json)$/.test(target)) say(file, 0, `relative imports carry their ending: ${target}`)
    if (isTest) continue
    if (other !== room && !(mayImport[room] ?? []).includes(other)) say(file, 0, `${room} may not import ${other} (${target})`)
    if (room === 'adapters' && other === 'adapters' && path.split('/')[2] !== file.split('/')[2] && path.split('/')[2] !== 'process') say(file, 0, `an adapter may not import another: ${target}`)
    if (room === 'adapters' && other === 'engine' && !path.startsWith('src/engine/ports/')) say(file, 0, `an adapter may import only the engine's ports: ${target}`)
    if (room === 'domain' && !existsSync(path)) say(file, 0, `imports ${path}, which is not there`)
  }
}
const sizes = all.filter((file) => file.startsWith('src/') && !file.endsWith('.test.ts')).map((file) => readFileSync(file, 'utf8').split('\n').length).sort((a, b) => a - b)
const median = sizes[sizes.length >> 1] ?? 0
if (median > 150) problems.push(`the median file has ${median} lines; at most 150`)

const lock = existsSync('package-lock.json') ? readFileSync('package-lock.json', 'utf8') : ''
if (/"resolved":\s*"https?:/.test(lock)) problems.push('package-lock.json names a host')

const run = (label, args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) problems.push(`${label}:\n${stdout}${stderr}`.trim())
}
run('types', ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'])
run('lint', ['node_modules/oxlint/bin/oxlint', '--quiet', 'src', 'test', 'bench', 'scripts', 'bin', 'demo/run.mjs'])

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n${problems.length} problem${problems.length === 1 ? '' : 's'}\n`)
  process.exit(1)
}
process.stdout.write(`check: ${all.length} files, median ${median} lines, no problems\n`)
