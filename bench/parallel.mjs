// Eight independent tasks, side by side, against one: `node bench/parallel.mjs [--tasks 8] [--workers 4] [--wait-ms 4000] [--reps 1]`.
// The model is scripted and really waits; everything else is the real thing. See README.md.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startModelServer } from '../src/testing/model-server/start-model-server.ts'
import { median } from './figures.mjs'

const { values } = parseArgs({ options: { tasks: { type: 'string', default: '8' }, workers: { type: 'string', default: '4' }, 'wait-ms': { type: 'string', default: '4000' }, reps: { type: 'string', default: '1' } } })
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Each task takes three answers of the model: it looks, writes, and calls it done. */
function answer(request) {
  const first = request.items.find((item) => item.kind === 'text')?.text ?? ''
  const name = /There is a file of (\w+)/.exec(first.split('# Goal').at(-1) ?? '')?.[1] ?? 'none'
  const turn = new Set(request.items.filter((item) => item.kind === 'call').map((item) => item.message)).size
  const calls = [
    [{ name: 'read', input: { path: 'start.txt' } }],
    [{ name: 'write', input: { path: `out/${name}.txt`, content: `${name}\n` } }],
    [{ name: 'finish', input: { summary: `Make ${name}`, confidence: 0.9 } }],
  ]
  return { calls: calls[Math.min(turn, 2)] }
}

async function run(tasks, workers) {
  const home = mkdtempSync(join(tmpdir(), 'writ-bench-'))
  const repo = join(home, 'project')
  mkdirSync(repo)
  const names = Array.from({ length: tasks }, (_, n) => `t${n + 1}`)
  writeFileSync(join(repo, 'start.txt'), 'here\n')
  const git = (...args) => execFileSync('git', ['-c', 'user.name=P', '-c', 'user.email=p@example.org', ...args], { cwd: repo, stdio: 'ignore' })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-qm', 'Start')
  const plan = {
    goal: 'every file is there', checks: [names.map((name) => `test -s out/${name}.txt`).join(' && ')],
    tasks: names.map((id) => ({ id, subgoal: `There is a file of ${id}`, scope: [`out/${id}.txt`], checks: [{ command: `test -s out/${id}.txt` }], serves: ['c1'] })),
  }
  writeFileSync(join(home, 'plan.yaml'), JSON.stringify(plan))
  const server = await startModelServer({ script: answer, lenient: true, latencyMs: Number(values['wait-ms']) })
  try {
    const began = performance.now()
    const child = spawn(process.execPath, [join(root, 'bin', 'writ.mjs'), 'run', '--plan', join(home, 'plan.yaml'), '--workers', String(workers), '--output-format', 'json'], {
      cwd: repo, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: home, USER: 'bench', CI: 'true', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'unused', WRIT_MODEL: 'openai-chat/scripted', WRIT_SOLVER: 'model' },
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => { stderr += chunk })
    const code = await new Promise((resolve) => child.on('close', resolve))
    if (code !== 0) throw new Error(`writ ended with ${code}:\n${stderr}`)
    return performance.now() - began
  } finally {
    await server.close()
    rmSync(home, { recursive: true, force: true })
  }
}

const [tasks, workers, reps] = [Number(values.tasks), Number(values.workers), Number(values.reps)]
await run(1, 1) // fills caches
const ones = []
const manys = []
for (let n = 0; n < reps; n += 1) {
  ones.push(await run(1, 1))
  manys.push(await run(tasks, workers))
}
const one = median(ones)
const many = median(manys)
process.stdout.write(`one task ${(one / 1000).toFixed(1)} s, ${tasks} tasks with ${workers} at work ${(many / 1000).toFixed(1)} s: ${(many / one).toFixed(2)} times (${Math.ceil(tasks / workers)} rounds at least; the model waits ${values['wait-ms']} ms before each of three answers)\n`)
