// One run of one harness against a model server of its own, and what was seen.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { median, quantile } from './figures.mjs'
import { node, root } from './harnesses.mjs'
import { readChildCpu, readMachineCpu, watchTree } from './process-tree.mjs'

const prompt = 'Run the steps of the bench script one by one, as you are told, until none is left.'

/** Milliseconds of the machine's monotonic clock: the model server's own times are on the same. */
function now() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** `base` is a directory of this harness alone; its HOME stays from run to run, the repository is new each time. */
export async function measure(harness, { base, script, turns, latencyMs, timeoutS, rep }) {
  const repository = makeRepository(join(base, `repo-${rep}`))
  const server = await startServer({ script, turns, latencyMs, root: repository, record: join(base, `record-${rep}.jsonl`) })
  try {
    await warmUp(server.url)
    const home = join(base, 'home')
    const { argv, env, files } = harness.start({ url: server.url, home, prompt, turns, script })
    writeFiles(home, files ?? {})
    const run = await runToEnd({ argv, env, cwd: repository, base, home, timeoutS, output: join(base, `output-${rep}.txt`) })
    const { requests, strays } = await (await fetch(`${server.url}/__requests`, { signal: AbortSignal.timeout(20_000) })).json()
    const done = countDone(repository, script)
    return { ...run, ...judge({ run, requests: requests.filter(({ at }) => at >= run.startedAt), strays, prompts: server.readPrompts() }), done: done === toExpected(script, turns) ? 'yes' : `${done}/${toExpected(script, turns)}` }
  } finally {
    await server.stop()
    rmSync(repository, { recursive: true, force: true })
  }
}

/** A server that has answered nothing yet takes tens of milliseconds for its first answers: time of the model, not of a harness. */
async function warmUp(url) {
  const body = JSON.stringify({ model: 'mock-model', stream: true, messages: [{ role: 'user', content: 'Are you there?' }] })
  for (let n = 0; n < 5; n += 1) {
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(20_000) })
    if (!answer.ok) throw new Error(`The model server answered its warm-up with ${answer.status}.`)
    await answer.text()
  }
}

function makeRepository(path) {
  mkdirSync(path, { recursive: true })
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i + 1} of the notes`)
  writeFileSync(join(path, 'README.md'), '# Bench\n\nA repository of two files.\n')
  writeFileSync(join(path, 'notes.txt'), `counter=0\n${lines.join('\n')}\n`)
  git(path, 'init', '--quiet', '--initial-branch=main')
  git(path, 'add', '--all')
  git(path, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '--message=Begin')
  return path
}

function git(cwd, ...args) {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 30_000 })
}

async function startServer({ script, turns, latencyMs, root: repository, record }) {
  writeFileSync(record, '')
  const args = [join(root, 'src/testing/model-server/main.ts'), '--script', join(root, 'bench/script.mjs'), '--lenient', '--with-parent', '--latency-ms', String(latencyMs)]
  const env = { PATH: process.env.PATH, BENCH_SCRIPT: script, BENCH_TURNS: String(turns), BENCH_ROOT: repository, BENCH_RECORD: record }
  const child = spawn(node, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then((code) => Promise.reject(new Error(`The model server ended with ${code} before it listened; see its message above.`))),
  ])
  return {
    url: JSON.parse(line).url,
    readPrompts: () => readFileSync(record, 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text)),
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
    },
  }
}

function writeFiles(home, files) {
  for (const [name, content] of Object.entries(files)) {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
}

async function runToEnd({ argv, env, cwd, base, home, timeoutS, output }) {
  const tmp = join(base, 'tmp')
  mkdirSync(home, { recursive: true })
  mkdirSync(tmp, { recursive: true })
  const plain = {
    PATH: `${dirname(node)}:${process.env.PATH}`, HOME: home, TMPDIR: tmp, LANG: 'C.UTF-8', TERM: 'dumb', SHELL: '/bin/bash', USER: 'bench',
    NO_PROXY: '127.0.0.1,localhost', NO_COLOR: '1',
  }
  const fd = openSync(output, 'w')
  const before = { cpu: readChildCpu(), machine: readMachineCpu(), own: toSeconds(process.cpuUsage()) }
  const startedAt = now()
  const child = spawn(argv[0], argv.slice(1), { cwd, env: { ...plain, ...env }, stdio: ['ignore', fd, fd] })
  const tree = watchTree(child.pid)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    tree.kill('SIGKILL')
  }, timeoutS * 1000)
  const onExit = () => tree.kill('SIGKILL')
  process.once('exit', onExit)
  const code = await new Promise((resolve) => {
    child.once('exit', (status, signal) => resolve(status ?? signal))
    child.once('error', (error) => resolve(error.message))
  })
  const endedAt = now()
  process.off('exit', onExit)
  clearTimeout(timer)
  closeSync(fd)
  const { leftCpu, left, ...peak } = tree.stop()
  const cpuS = readChildCpu() - before.cpu + leftCpu
  const ownS = toSeconds(process.cpuUsage()) - before.own
  const othersS = readMachineCpu() - before.machine - cpuS - ownS
  const wallMs = endedAt - startedAt
  return {
    code, timedOut, startedAt, endedAt, wallMs, cpuS, left, rssMb: peak.rss / 2 ** 20, pssMb: peak.pss / 2 ** 20, processes: peak.processes,
    /** Cores that everything else kept busy meanwhile, the model server included. */
    otherCores: Math.max(0, othersS / (wallMs / 1000)),
    tail: readFileSync(output, 'utf8').slice(-1200),
  }
}

function toSeconds({ user, system }) {
  return (user + system) / 1e6
}

/** Times from the server's record, sizes from the script's. Main requests are those that offer the shell. */
function judge({ run, requests, strays, prompts }) {
  const shells = new Set(prompts.map(({ shell }) => shell))
  const main = requests.filter(({ tools, outcome }) => outcome !== 'refused' && tools?.some((name) => shells.has(name)))
  const [first] = main
  const gaps = main.slice(1).map(({ at }, i) => at - main[i].endedAt)
  const [opening] = prompts
  const closing = prompts.at(-1)
  const total = (weight) => (weight.toolChars + weight.systemChars + weight.itemChars) / 4
  return {
    anyMs: requests[0] === undefined ? Number.NaN : requests[0].at - run.startedAt,
    coldMs: first === undefined ? Number.NaN : first.at - run.startedAt,
    exitMs: main.at(-1)?.endedAt === undefined ? Number.NaN : run.endedAt - main.at(-1).endedAt,
    turnMs: median(gaps), turnP95Ms: quantile(gaps, 0.95), first10Ms: median(gaps.slice(0, 10)), last10Ms: median(gaps.slice(-10)),
    mainRequests: main.length, sideRequests: requests.length - main.length, strays, refusals: requests.map(({ refusal }) => refusal).filter(Boolean),
    ...(opening === undefined ? {} : {
      tools: opening.tools, standingTokens: (opening.toolChars + opening.systemChars) / 4, taskTokens: opening.itemChars / 4,
      lastTokens: total(closing), turnTokens: (total(closing) - total(opening)) / Math.max(1, prompts.length - 1),
      keptMin: Math.min(1, ...prompts.map(({ kept }) => kept ?? 1)),
    }),
    gaps: gaps.map((gap) => Math.round(gap * 100) / 100),
  }
}

function toExpected(script, turns) {
  return script === 'mixed' ? Math.floor(turns / 3) : script === 'parallel' ? turns * 4 : turns
}

/** What the steps left: in the work tree, or on the newest branch of a harness that works beside it. */
function countDone(repository, script) {
  const name = script === 'mixed' ? 'notes.txt' : 'log.txt'
  const refs = git(repository, 'for-each-ref', '--sort=-committerdate', '--format=%(refname)').split('\n').filter((ref) => ref !== '' && ref !== 'refs/heads/main')
  const counts = refs.map((ref) => {
    const listed = git(repository, 'ls-tree', '--name-only', ref, name) !== ''
    return listed ? count(git(repository, 'show', `${ref}:${name}`), script) : 0
  })
  const path = join(repository, name)
  return Math.max(0, ...counts, existsSync(path) ? count(readFileSync(path, 'utf8'), script) : 0)
}

function count(text, script) {
  return script === 'mixed' ? Number(/^counter=(\d+)/.exec(text)?.[1] ?? 0) : text.split('\n').filter((line) => line.startsWith('step-')).length
}
