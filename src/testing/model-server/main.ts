/**
 * The scripted model server as a command: prints `{"url":"http://127.0.0.1:PORT"}` on one line and serves until
 * SIGTERM or SIGINT, or, with --with-parent, until stdin closes. `GET <url>/__requests` tells what was asked and when.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { answerLeast, benchScripts, offersShell } from './bench-scripts.ts'
import type { BenchScriptName } from './bench-scripts.ts'
import { findJson, isObject } from './json.ts'
import type { ModelServerOptions } from './model-server-options.ts'
import { parseReplies, scriptOf } from './reply.ts'
import type { Script } from './reply.ts'
import { startModelServer } from './start-model-server.ts'

const usage = `Usage: node main.ts --script FILE.json|FILE.mjs|shell|parallel|big|mixed [options]
  FILE.json   a list of replies, or {"replies": […], "intake": {reply}}
  FILE.mjs    exports script (a function or a list of replies) and, if wanted, intake (a function)
  --port N        default: any free port
  --turns N       turns of a built-in script, default 30
  --root DIR      prefix for the paths of a built-in script
  --latency-ms N  before the first byte of each answer; --pace-ms N between two events
  --lenient       take conversations that a vendor would refuse
  --with-parent   end when stdin closes`

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      script: { type: 'string' }, port: { type: 'string' }, turns: { type: 'string' }, root: { type: 'string' },
      'latency-ms': { type: 'string' }, 'pace-ms': { type: 'string' },
      lenient: { type: 'boolean' }, 'with-parent': { type: 'boolean' }, help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(`${usage}\n`)
    return
  }
  if (values.script === undefined) throw new Fault('request-invalid', `Start the model server: --script is missing.\n${usage}`)
  const turns = toCount('--turns', values.turns ?? '30')
  const bench = values.root === undefined ? {} : { root: values.root }
  const source = isBenchName(values.script)
    ? { script: benchScripts[values.script](turns, bench), intake: answerLeast, isMain: offersShell }
    : await loadScript(values.script)
  const server = await startModelServer({
    ...source,
    port: toCount('--port', values.port ?? '0'),
    latencyMs: toCount('--latency-ms', values['latency-ms'] ?? '0'),
    paceMs: toCount('--pace-ms', values['pace-ms'] ?? '0'),
    lenient: values.lenient === true,
  })
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`)
  const stop = (): void => {
    // Closing everything lets the process end by itself.
    process.stdin.destroy()
    void server.close()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (values['with-parent'] === true) process.stdin.once('end', stop).once('error', stop).resume()
}

function isBenchName(name: string): name is BenchScriptName {
  return Object.hasOwn(benchScripts, name)
}

function toCount(flag: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new Fault('request-invalid', `Read ${flag} ${text}: give a whole number from 0.`)
  return value
}

/** Throws `request-invalid` where the file is missing or of another shape. */
async function loadScript(file: string): Promise<Pick<ModelServerOptions, 'script' | 'intake'>> {
  if (file.endsWith('.mjs') || file.endsWith('.js') || file.endsWith('.ts')) {
    const loaded: unknown = await import(pathToFileURL(resolve(file)).href)
    const { script, intake } = loaded as { script?: unknown; intake?: unknown }
    const played = typeof script === 'function' ? (script as Script) : scriptOf(parseReplies(script, file))
    return { script: played, ...(typeof intake === 'function' ? { intake: intake as Script } : {}) }
  }
  const value = findJson(readScript(file))
  if (value === undefined) throw new Fault('request-invalid', `Read the script ${file}: it is not JSON.`)
  if (!isObject(value)) return { script: parseReplies(value, file) }
  const [intake] = value['intake'] === undefined ? [] : parseReplies([value['intake']], `${file} (intake)`)
  return { script: parseReplies(value['replies'], file), ...(intake === undefined ? {} : { intake: () => intake }) }
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = `Read the script ${file}: ${toMessage(cause)}; give a file or one of shell, parallel, big, mixed.`
    throw new Fault('request-invalid', message, { cause })
  }
}

try {
  await main(process.argv.slice(2))
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exitCode = 2
}
