// `node bench/commands.mjs`: what reading a shell command costs, for usual ones and for some that are meant to be slow.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, quantile, toTable } from './figures.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const began = performance.now()
const { createCommandReader } = await import('../src/adapters/command-bash/command-reader.ts')
const loadedMs = performance.now() - began
const place = { home: '/home/agent/repository', env: { HOME: '/home/agent' }, isSecret: (path) => /(?:^|\/)\.env$/.test(path), readFile: () => Promise.resolve(undefined) }
const reader = createCommandReader()

async function time(command) {
  const start = performance.now()
  const { acts, unknown } = await reader.read(command, place)
  return { ms: performance.now() - start, acts: acts.length, unknown: unknown.length }
}

const firstMs = (await time('git status && npm test')).ms
const usual = ['git status --short', 'npm test', 'grep -rn foo src | head -20', "sed -i 's/a/b/' src/app.ts", 'cd packages/a && npm run build && npm test 2>&1 | tail -30', 'for f in $(git ls-files "*.ts"); do wc -l "$f"; done', "python3 - <<'EOF'\nimport json\nprint(json.load(open('package.json'))['name'])\nEOF", 'find . -name "*.ts" -not -path "./node_modules/*" | xargs grep -l foo', 'git add -A && git commit -m "Mend the retry loop"', 'node -e "console.log(1)"']
const peculiar = readFileSync(join(root, 'test/policy/evasions.txt'), 'utf8').trimEnd().split('\n---\n')
const rows = []
for (const [name, commands] of [['usual', usual], ['peculiar', peculiar]]) {
  for (let round = 0; round < 20; round += 1) for (const command of commands) await time(command)
  const times = []
  for (let round = 0; round < 20; round += 1) for (const command of commands) times.push((await time(command)).ms)
  rows.push([name, commands.length, median(times), quantile(times, 0.95), Math.max(...times)])
}
process.stdout.write(`loaded in ${loadedMs.toFixed(0)} ms, first command read in ${firstMs.toFixed(1)} ms\n\n${toTable(['commands', 'number', 'median, ms', '95 %, ms', 'most, ms'], rows)}\n\n`)

const hostile = {
  'nested substitutions': 'echo '.concat('$('.repeat(5000)), 'brackets': '('.repeat(50_000), 'nested loops': 'for i in {1..200}; do for j in {1..200}; do for k in {1..200}; do :; done; done; done',
  'braces': 'echo {1..500}{1..500}{1..500}', 'a long text replaced': `x=${'a'.repeat(60_000)}; for i in {1..200}; do for j in {1..200}; do y=\${x//a/b}; done; done`, 'a text that doubles': `x=a; ${'x=$x$x; '.repeat(500)}`,
  'many variables': Array.from({ length: 3000 }, (_, index) => `v${index}=1`).join('; ') + '; a && b || c'.repeat(500), 'functions that call twice': Array.from({ length: 20 }, (_, index) => `f${index}(){ f${index + 1}; f${index + 1}; }`).join('; ') + '; f20(){ :; }; f0',
  'stars': `x=${'a'.repeat(30_000)}; \${x%%*a*b} push`, 'a hundred kilobytes': 'echo hello world; '.repeat(5500), 'quotes': "'".repeat(99_999), 'here-documents': Array.from({ length: 2000 }, (_, index) => `cat <<E${index}`).join('; '),
  'eval in eval': 'eval '.repeat(3000) + 'ls', 'unknown branches': 'if a; then x=1; else x=2; fi; '.repeat(2000),
}
const slow = []
for (const [name, command] of Object.entries(hostile)) {
  const { ms, acts, unknown } = await time(command)
  slow.push([name, command.length, ms, acts, unknown])
}
process.stdout.write(`${toTable(['meant to be slow', 'characters', 'ms', 'acts', 'unknown'], slow)}\n`)
