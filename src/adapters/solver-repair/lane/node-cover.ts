import { nodeMaps } from './node-maps.ts'

/** Part of the harness: what one test at a time runs, by V8's coverage, in terms of the files that people write. */
export const nodeCover = String.raw`${nodeMaps}
  // ---- coverage of one test at a time
  const openCover = async (state) => {
    const inspector = await import('node:inspector')
    const session = new inspector.Session()
    session.connect()
    const post = (method, params) => { let answer; session.post(method, params, (error, value) => { answer = value }); return answer }
    post('Profiler.enable')
    post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    return {
      start: () => void post('Profiler.takePreciseCoverage'),
      stop(name) {
        const ran = new Map()
        for (const script of post('Profiler.takePreciseCoverage')?.result ?? []) {
          const plain = script.url.split('?')[0]
          if (!inside(plain) || plain.includes('/[eval')) continue
          const paint = toPaint(script.functions)
          const places = placesOf(plain)
          if (places === undefined) join(ran, fileURLToPath(plain), remade.has(plain) && paint.includes(1) ? [[0, fs.statSync(fileURLToPath(plain)).size]] : toSpans(paint))
          else for (const [file, list] of Map.groupBy(places.filter(({ at }) => paint[at] === 1), (place) => place.file)) join(ran, file, list.map(({ from, to }) => [from, to]))
        }
        state.covers[name] = Object.fromEntries([...ran].map(([file, spans]) => [path.relative(run.root, file).split(path.sep).join('/'), spans]))
      },
      close: () => session.disconnect(),
    }
  }
  const join = (ran, file, spans) => {
    if (spans.length === 0) return
    const joined = []
    for (const [from, to] of [...(ran.get(file) ?? []), ...spans].sort((a, b) => a[0] - b[0])) {
      const last = joined.at(-1)
      if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
      else joined.push([from, to])
    }
    ran.set(file, joined)
  }
  /** For each offset of a script: 1 where it ran. */
  const toPaint = (functions) => {
    const called = functions.flatMap((fn) => fn.ranges)
    const paint = new Uint8Array(Math.max(...called.map((range) => range.endOffset)))
    called.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
    for (const range of called) paint.fill(range.count > 0 ? 1 : 0, range.startOffset, range.endOffset)
    return paint
  }
  const toSpans = (paint) => {
    const spans = []
    let from = -1
    for (let i = 0; i <= paint.length; i++) {
      const on = i < paint.length && paint[i] === 1
      if (on && from === -1) from = i
      if (!on && from !== -1) { spans.push([from, i]); from = -1 }
    }
    return spans
  }
`
