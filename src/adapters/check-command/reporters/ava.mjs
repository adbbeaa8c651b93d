// A reporter for AVA, which takes none of others': loaded before its command line, it listens beside the TAP reporter.
import * as nodeModule from 'node:module'
import stream from './stream.cjs'

const tapReporter = '/ava/lib/reporters/tap.js'
const addition = `
;{
  const startRun = TapReporter.prototype.startRun
  TapReporter.prototype.startRun = function (plan) {
    globalThis[Symbol.for('writ.ava')](plan)
    return startRun.call(this, plan)
  }
}`

/** The assertion, what was compared and where, as AVA tells it. */
function describe(error) {
  if (error === undefined || error === null) return undefined
  const parts = (error.formattedDetails ?? []).map(({ label, formatted }) => `${label}\n${formatted}`)
  const source = error.source?.file === undefined ? [] : [`at ${error.source.file}:${error.source.line}`]
  const message = error.message ?? error.originalError?.message ?? ''
  const stack = String(error.stack ?? error.originalError?.stack ?? '').split('\n').filter((line) => /:\d+/.test(line) && !/node:internal|node_modules/.test(line))
  return [message || error.assertion || 'failed', ...parts, ...source, ...stack.slice(0, 6)].join('\n').replaceAll(/\u001B\[[\d;]*m/g, '')
}

function listen({ status }) {
  const out = stream.openStream('ava')
  const said = new Set()
  const tell = (file, title, state, message, ms) => {
    said.add(`${file} ${title}`)
    out.case({ file: stream.toRelative(file), path: title === undefined ? [] : [title], status: state, message, ms })
  }
  const stopped = (event, why) => {
    for (const [file, titles] of event.pendingTests ?? []) for (const title of titles) tell(file, title, 'failed', why)
  }
  status.on('stateChange', (event) => {
    const { type, testFile, title } = event
    if (type === 'test-passed') tell(testFile, title, 'passed', undefined, event.duration)
    else if (type === 'test-failed' || type === 'hook-failed') tell(testFile, title, 'failed', describe(event.err), event.duration)
    else if (type === 'selected-test' && (event.skip || event.todo)) tell(testFile, title, 'skipped')
    else if (type === 'timeout') stopped(event, `timed out: no test ended within ${event.period} ms`)
    else if (type === 'process-exit') stopped(event, 'process.exit() was called')
    else if (type === 'missing-ava-import') tell(testFile, undefined, 'failed', 'No tests found: the file does not import ava')
    else if (type === 'uncaught-exception' || type === 'unhandled-rejection') tell(testFile, undefined, 'failed', describe(event.err))
    else if (type === 'worker-failed' && !said.has(`${testFile} undefined`)) tell(testFile, undefined, 'failed', event.err === undefined ? `the file ended with exit code ${event.nonZeroExitCode}` : describe(event.err))
  })
  // Nothing tells that the run is over but the end of the process; what comes later is not the run's.
  process.once('exit', () => out.end())
}

function load(url, context, next) {
  const loaded = next(url, context)
  if (!url.endsWith(tapReporter) || loaded.source == null) return loaded
  return { ...loaded, source: loaded.source.toString() + addition }
}

if (/[\\/](ava[\\/]entrypoints[\\/]cli\.mjs|\.bin[\\/]ava)$/.test(process.argv[1] ?? '') && typeof nodeModule.registerHooks === 'function') {
  globalThis[Symbol.for('writ.ava')] = listen
  nodeModule.registerHooks({ load })
}
