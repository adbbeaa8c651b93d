import { nodeMaps } from './node-maps.ts'

/** Part of the harness: what ran, by V8's coverage, in terms of the files that people write. */
export const nodeCover = String.raw`
/** With remade: by address, texts that run in the place of what the file holds. */
function openMaps(run, remade) {
${nodeMaps}
  const toInner = (file) => path.relative(run.root, file).split(path.sep).join('/')
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
    const paint = new Uint8Array(called.reduce((far, range) => Math.max(far, range.endOffset), 0))
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
  /** By path, the spans of UTF-16 offsets that ran. */
  const toCovers = (scripts) => {
    const ran = new Map()
    for (const script of scripts) {
      const plain = script.url.split('?')[0]
      const paint = toPaint(script.functions)
      const places = placesOf(plain)
      if (places === undefined) join(ran, fileURLToPath(plain), remade.has(plain) && paint.includes(1) ? [[0, fs.statSync(fileURLToPath(plain)).size]] : toSpans(paint))
      else for (const [file, list] of Map.groupBy(places.filter(({ at }) => paint[at] === 1), (place) => place.file)) join(ran, file, list.map(({ from, to }) => [from, to]))
    }
    return Object.fromEntries([...ran].map(([file, spans]) => [toInner(file), spans]))
  }
  /** Path and row, from 0, of what people wrote. */
  const toPlace = (plain, row, column) => {
    const place = placeAt(plain, row, column)
    return place === undefined ? [toInner(fileURLToPath(plain)), row] : [toInner(place.file), place.row]
  }
  return { toCovers, toPlace }
}

/** Coverage of one test at a time. */
async function openCover(state, isOurs, { toCovers }) {
  const inspector = await import('node:inspector')
  const session = new inspector.Session()
  session.connect()
  const post = (method, params) => { let answer; session.post(method, params, (error, value) => { answer = value }); return answer }
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    start: () => void post('Profiler.takePreciseCoverage'),
    stop(name) { state.covers[name] = toCovers((post('Profiler.takePreciseCoverage')?.result ?? []).filter((script) => isOurs(script.url.split('?')[0]))) },
    close: () => session.disconnect(),
  }
}
`
