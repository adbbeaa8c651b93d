// `npm run check`: types, lint, and the rules of the house.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProblems } from './house-rules.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const problems = []

// Tasks of the repair bench are wrong on purpose.
const files = globSync(['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts']).filter((file) => !file.startsWith('test/repair/tasks/'))
for (const file of files) {
  for (const { line, text } of findProblems(file, readFileSync(file, 'utf8'), root)) problems.push(`${file}${line ? `:${line}` : ''}  ${text}`)
}
const sizes = files.filter((file) => file.startsWith('src/') && !file.endsWith('.test.ts')).map((file) => readFileSync(file, 'utf8').split('\n').length).sort((a, b) => a - b)
const median = sizes[sizes.length >> 1] ?? 0
if (median > 150) problems.push(`the median file has ${median} lines; at most 150`)

if (existsSync('package-lock.json') && /"resolved":\s*"https?:/.test(readFileSync('package-lock.json', 'utf8'))) problems.push('package-lock.json names a host: npm install with the .npmrc of this folder leaves them out')

function run(label, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) problems.push(`${label}:\n${stdout}${stderr}`.trim())
}
run('types', ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'])
run('lint', ['node_modules/oxlint/bin/oxlint', '--quiet', '--ignore-pattern=test/repair/tasks/**', 'src', 'test', 'bench', 'scripts', 'bin', 'demo/run.mjs'])

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n${problems.length} problem${problems.length === 1 ? '' : 's'}\n`)
  process.exit(1)
}
process.stdout.write(`check: ${files.length} files, median ${median} lines, no problems\n`)
