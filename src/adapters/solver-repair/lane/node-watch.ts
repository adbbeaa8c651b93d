/**
 * Part of the harness for Node: finds out which test does not end, and where. A worker beside the tests is told which one runs. When
 * one has had its time and the main thread answers no more, the worker stops it with the debugger a few times, keeps the stacks
 * and what was executed until then, and tells the parent, which kills the process and goes on without that test.
 */
export const nodeWatch = String.raw`
const samplesOfStuck = 5

/** Runs in a worker of its own, given as text. */
function watchMain() {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { Session } = process.getBuiltinModule('node:inspector')
  const fs = process.getBuiltinModule('node:fs')
  const session = new Session()
  session.connectToMainThread()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  let timer
  const tell = (stuck) => {
    const bytes = Buffer.from(JSON.stringify({ stuck }) + '\n')
    for (let at = 0; at < bytes.length;) at += fs.writeSync(4, bytes, at)
  }
  const isOurs = (url) => url.startsWith(workerData.rootUrl) && !url.includes('/node_modules/') && !url.includes('/[eval')
  const look = ({ name, remade }) => {
    const samples = []
    const urls = new Map()
    let over = false
    const end = (covered = []) => {
      if (over) return
      over = true
      tell({ name, remade, samples, covered: covered.filter((script) => isOurs(script.url)) })
    }
    // A regular expression or a call into the system cannot be stopped so.
    setTimeout(end, 1000)
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url.split('?')[0]))
    session.on('Debugger.paused', ({ params }) => {
      const frames = params.callFrames.map((frame) => [frame.functionName, urls.get(frame.location.scriptId) ?? '', frame.location.lineNumber])
      samples.push(frames.filter((frame) => isOurs(frame[1])).slice(0, 50))
      if (samples.length === workerData.samples) return void session.post('Profiler.takePreciseCoverage', (error, value) => end(value?.result))
      session.post('Debugger.resume')
      setTimeout(() => session.post('Debugger.pause'), 10 + 3 * samples.length)
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  }
  let asked
  parentPort.on('message', (at) => {
    if (at === 'here') return void (asked = undefined)
    clearTimeout(timer)
    asked = undefined
    if (at === null) return
    const began = process.memoryUsage.rss()
    const suspect = () => {
      clearTimeout(timer)
      asked = at
      parentPort.postMessage('there?')
      // Whoever only waits, answers.
      setTimeout(() => { if (asked === at) look(at) }, 300)
    }
    // What takes more and more memory is looked at before it has taken all there is.
    const due = performance.now() + at.ms
    const wait = () => {
      timer = setTimeout(() => (performance.now() >= due || process.memoryUsage.rss() - began > workerData.greedyBytes ? suspect() : wait()), Math.min(100, Math.max(1, due - performance.now())))
    }
    wait()
  })
  parentPort.postMessage('ready')
}

/** Undefined where this Node cannot do it. */
async function openWatch(rootUrl, remade, { patienceMs, endless }) {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const suspects = new Set(endless)
  const worker = new Worker('(' + watchMain + ')()', { eval: true, execArgv: [], workerData: { rootUrl, samples: samplesOfStuck, greedyBytes: 200e6 } })
  worker.unref()
  const open = []
  const say = () => worker.postMessage(open.length === 0 ? null : { ...open.at(-1), remade: [...remade] })
  await new Promise((done) => {
    worker.on('message', (text) => (text === 'ready' ? done() : worker.postMessage('here')))
    worker.once('error', done)
  })
  worker.unref()
  const patienceFor = (name) => (suspects.has(name) ? Math.min(patienceMs, 800) : patienceMs)
  return {
    patienceFor,
    enter(name, ownLimit) { open.push({ name, ms: Math.max(patienceFor(name), Number.isFinite(ownLimit) ? ownLimit + 500 : 0) }); say() },
    leave() { open.pop(); say() },
  }
}

/** Ranges of UTF-16 offsets that ran, from V8's nested counts. */
function toSpans(functions) {
  const end = Math.max(...functions.flatMap((fn) => fn.ranges.map((range) => range.endOffset)))
  const paint = new Uint8Array(end)
  const called = functions.flatMap((fn) => fn.ranges)
  called.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  for (const range of called) paint.fill(range.count > 0 ? 1 : 0, range.startOffset, range.endOffset)
  const spans = []
  let from = -1
  for (let i = 0; i <= end; i++) {
    const on = i < end && paint[i] === 1
    if (on && from === -1) from = i
    if (!on && from !== -1) { spans.push([from, i]); from = -1 }
  }
  return spans
}

function toCovers(root, scripts, remade) {
  const covers = {}
  for (const script of scripts) {
    const plain = script.url.split('?')[0]
    if (plain.includes('/[eval')) continue
    const measured = toSpans(script.functions)
    const spans = remade.has(plain) && measured.length > 0 ? [[0, fs.statSync(fileURLToPath(plain)).size]] : measured
    if (spans.length > 0) covers[toInner(root, plain)] = spans
  }
  return covers
}

function toInner(root, url) {
  return path.relative(root, fileURLToPath(url)).split(path.sep).join('/')
}

/** What the worker told of a job's test, as a line of the report. */
function toStuckLine(root, { name, remade, samples, covered }) {
  return {
    ended: 'timeout', tests: [{ name, status: 'failed', ms: 0, endless: true }], covers: { [name]: toCovers(root, covered, new Set(remade)) },
    samples: samples.map((frames) => frames.map(([fn, url, row]) => [fn, toInner(root, url), row])),
  }
}
`
