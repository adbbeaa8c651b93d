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
  /** Texts that run in the place of what their files hold, by address. */
  const remade = new Map()
  const tell = (stuck) => {
    const bytes = Buffer.from(JSON.stringify({ stuck }) + '\n')
    for (let at = 0; at < bytes.length;) at += fs.writeSync(4, bytes, at)
  }
  const isOurs = (url) => url.startsWith(workerData.rootUrl) && !url.includes('/node_modules/') && !url.includes('/[eval')
  const look = ({ name }) => {
    const samples = []
    const urls = new Map()
    let over = false
    const end = (covered = []) => {
      if (over) return
      over = true
      const ours = covered.filter((script) => isOurs(script.url))
      const spoken = new Set([...ours.map((script) => script.url.split('?')[0]), ...samples.flat().map((frame) => frame[1])])
      tell({ name, remade: [...remade].filter(([url]) => spoken.has(url)), samples, covered: ours })
    }
    // A regular expression or a call into the system cannot be stopped so.
    setTimeout(end, 1000)
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url.split('?')[0]))
    session.on('Debugger.paused', ({ params }) => {
      const frames = params.callFrames.map((frame) => [frame.functionName, urls.get(frame.location.scriptId) ?? '', frame.location.lineNumber, frame.location.columnNumber ?? 0])
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
    if (at?.made) { for (const [url, text] of at.made) remade.set(url, text); return }
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

async function openWatch(rootUrl, remade, { patienceMs, endless }) {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const suspects = new Set(endless)
  const worker = new Worker('(' + watchMain + ')()', { eval: true, execArgv: [], workerData: { rootUrl, samples: samplesOfStuck, greedyBytes: 200e6 } })
  worker.unref()
  const open = []
  const say = () => worker.postMessage(open.at(-1) ?? null)
  let learned = 0
  const learn = () => {
    worker.postMessage({ made: [...remade].slice(learned) })
    learned = remade.size
  }
  await new Promise((done) => {
    worker.on('message', (text) => (text === 'ready' ? done() : worker.postMessage('here')))
    worker.once('error', done)
  })
  worker.unref()
  learn()
  const patienceFor = (name) => (suspects.has(name) ? Math.min(patienceMs, 800) : patienceMs)
  return {
    patienceFor,
    /** A text was made anew. */
    learn,
    enter(name, ownLimit) { open.push({ name, ms: Math.max(patienceFor(name), Number.isFinite(ownLimit) ? ownLimit + 500 : 0) }); say() },
    leave() { open.pop(); say() },
  }
}

/** What the worker told of a job's test, as a line of the report. */
function toStuckLine(root, { name, remade, samples, covered }) {
  const { toCovers, toPlace } = openMaps({ root }, new Map(remade))
  return {
    ended: 'timeout', tests: [{ name, status: 'failed', ms: 0, endless: true }], covers: { [name]: toCovers(covered) },
    samples: samples.map((frames) => frames.map(([fn, url, row, column]) => [fn, ...toPlace(url, row, column)])),
  }
}
`
