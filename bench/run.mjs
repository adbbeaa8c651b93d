// `npm run bench`: what a harness costs besides its model. Writ and whichever other agents are installed are driven by
// the scripted model server, which answers at once. See README.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { median, toTable, toText } from './figures.mjs'
import { findHarness, peerNames } from './harnesses.mjs'
import { measure } from './measure.mjs'
import { waitForQuiet } from './process-tree.mjs'

const usage = `Usage: npm run bench -- [options]
  --script shell|mixed|parallel|big|read   what the model asks for (default shell)
  --turns N        turns of the script (default 30; 10 for parallel, big and read)
  --reps N         measured runs of each harness, after one that is discarded (default 5)
  --peers A,B,…    other agents: ${peerNames.join(', ')} (default: those that are installed)
  --only A,B,…     only these, of floor, writ and the agents
  --latency-ms N   hold each answer of the model back so long (default 0)
  --timeout S      most seconds for one run (default 60 + 1 a turn)
  --quiet-wait S   wait so long at most, before each run, until other work leaves the machine (default 0)
  --json FILE      all figures of all runs
Other agents are looked for in PEERS_DIR (default ${join(tmpdir(), 'peers')}) and on PATH.`

const scripts = ['shell', 'mixed', 'parallel', 'big', 'read']

const options = readOptions()
if (options !== undefined) await main(options)

function readOptions() {
  const text = { type: 'string' }
  try {
    const { values } = parseArgs({
      options: { script: text, turns: text, reps: text, peers: text, only: text, 'latency-ms': text, timeout: text, 'quiet-wait': text, json: text, help: { type: 'boolean' } },
    })
    if (values.help) {
      process.stdout.write(`${usage}\n`)
      return undefined
    }
    const script = values.script ?? 'shell'
    if (!scripts.includes(script)) throw new Error(`--script ${script}: give one of ${scripts.join(', ')}.`)
    const turns = toCount('--turns', values.turns ?? (script === 'shell' || script === 'mixed' ? '30' : '10'))
    const asked = values.only ?? ['floor', 'writ', ...(values.peers === undefined ? peerNames : [values.peers])].join(',')
    const mustBe = values.only !== undefined || values.peers !== undefined
    return {
      script, turns, reps: toCount('--reps', values.reps ?? '5'), harnesses: findHarnesses(asked, mustBe), json: values.json,
      latencyMs: toCount('--latency-ms', values['latency-ms'] ?? '0', 0), quietS: toCount('--quiet-wait', values['quiet-wait'] ?? '0', 0),
      timeoutS: toCount('--timeout', values.timeout ?? String(60 + turns)),
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}\n`)
    process.exitCode = 2
    return undefined
  }
}

function toCount(flag, text, least = 1) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw new Error(`${flag} ${text}: give a whole number of at least ${least}.`)
  return value
}

function findHarnesses(list, mustBe) {
  return list.split(',').filter(Boolean).flatMap((name) => {
    const found = findHarness(name)
    if (found === undefined && mustBe) throw new Error(`${name} is not installed: it was looked for in PEERS_DIR and on PATH.`)
    return found ?? []
  })
}

/** Round by round, so that a noisy minute meets every harness; the first round fills the caches and is dropped. */
async function main({ script, turns, reps, harnesses, latencyMs, timeoutS, quietS, json }) {
  const base = mkdtempSync(join(tmpdir(), 'writ-bench-'))
  process.once('exit', () => rmSync(base, { recursive: true, force: true, maxRetries: 3 }))
  // The harness and the model server get the signal, or the end of their parent, as well.
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.once(signal, () => process.exit(code))
  const results = Object.fromEntries(harnesses.map(({ name }) => [name, []]))
  for (let rep = 0; rep <= reps; rep += 1) {
    for (const harness of harnesses) {
      await waitForQuiet(quietS)
      const result = await measure(harness, { base: join(base, harness.name), script, turns, latencyMs, timeoutS, rep })
      say(harness.name, rep, reps, result)
      if (rep > 0) results[harness.name].push(result)
    }
  }
  process.stdout.write(`\n${script}, ${turns} turns, median of ${reps} interleaved run${reps === 1 ? '' : 's'}${latencyMs > 0 ? `, answers held back ${latencyMs} ms` : ''}\n\n${toReport(results)}\n`)
  if (json !== undefined) {
    mkdirSync(dirname(resolve(json)), { recursive: true })
    writeFileSync(json, JSON.stringify({ script, turns, latencyMs, cores: cpus().length, results }, null, 1))
  }
  const isComplete = Object.values(results).every((runs) => runs.every(({ code, done }) => code === 0 && done === 'yes'))
  process.exitCode = isComplete ? 0 : 1
}

function say(name, rep, reps, result) {
  const { coldMs, turnMs, wallMs, code, done, tail, timedOut } = result
  const label = rep === 0 ? 'warm-up' : `${rep}/${reps}`
  process.stderr.write(`${name} ${label}: first request ${toText(coldMs)} ms, turn ${toText(turnMs)} ms, whole ${toText(wallMs)} ms, exit ${code}${timedOut ? ' (out of time)' : ''}, steps done: ${done}\n`)
  if (code !== 0 || result.mainRequests === 0) process.stderr.write(`${[...result.refusals, tail.trim()].join('\n').replaceAll(/^/gm, '    ')}\n`)
}

function toReport(results) {
  const medians = Object.entries(results).map(([name, runs]) => ({ name, runs, of: (field, how) => (how === 'least' ? Math.min : toMedian)(...runs.map((run) => run[field])) }))
  const columns = [
    ['first request, ms', 'anyMs'], ['first with tools, ms', 'coldMs'], ['least', 'coldMs', 'least'], ['turn, ms', 'turnMs'], ['least', 'turnMs', 'least'], ['p95, ms', 'turnP95Ms'], ['first 10, ms', 'first10Ms'], ['last 10, ms', 'last10Ms'],
    ['whole run, ms', 'wallMs'], ['exit, ms', 'exitMs'], ['CPU, s', 'cpuS'], ['peak RSS, MB', 'rssMb'], ['peak PSS, MB', 'pssMb'],
  ]
  const time = toTable(['harness', ...columns.map(([title]) => title), 'exit code', 'done'], medians.map(({ name, runs, of }) =>
    [name, ...columns.map(([, field, how]) => of(field, how)), toAgreed(runs, 'code'), toAgreed(runs, 'done')]))
  const prompt = toTable(
    ['harness', 'tools', 'instructions + tools, tokens', 'task, tokens', 'last request, tokens', 'added a turn, tokens', 'prefix kept, least', 'requests', 'side requests'],
    medians.map(({ name, of }) => [
      name, of('tools'), of('standingTokens'), of('taskTokens'), of('lastTokens'), of('turnTokens'),
      toPercent(of('keptMin', 'least')), of('mainRequests'), of('sideRequests'),
    ]),
  )
  const parts = [time, prompt]
  const floor = medians.find(({ name }) => name === 'floor')
  if (floor !== undefined && medians.length > 1) {
    const compared = [['first request', 'anyMs'], ['first with tools', 'coldMs'], ['least', 'coldMs', 'least'], ['turn', 'turnMs'], ['least', 'turnMs', 'least'], ['whole run', 'wallMs'], ['CPU', 'cpuS'], ['peak RSS', 'rssMb'], ['peak PSS', 'pssMb']]
    parts.push(`As multiples of the floor:\n\n${toTable(['harness', ...compared.map(([title]) => title)], medians.map(({ name, of }) =>
      [name, ...compared.map(([, field, how]) => `${toText(of(field, how) / floor.of(field, how))}×`)]))}`)
  }
  const others = median(Object.values(results).flat().map(({ otherCores }) => otherCores))
  parts.push(`Other work kept ${toText(others)} of ${cpus().length} cores busy meanwhile (median; the model server is part of it). Compare ratios, not milliseconds.`)
  return parts.join('\n\n')
}

function toMedian(...values) {
  return median(values)
}

/** 100% says that nothing at all was lost. */
function toPercent(share) {
  return Number.isNaN(share) ? '-' : `${(Math.floor(share * 1000) / 10).toFixed(1)}%`
}

/** One value where all runs agree, else all of them. */
function toAgreed(runs, field) {
  return [...new Set(runs.map((run) => String(run[field])))].join(' ')
}
