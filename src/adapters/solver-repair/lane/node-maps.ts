/**
 * Part of the harness: where text that was made from another stands in that other one, by source maps of version 3, whether inline or in a
 * file beside it. Source: ECMA-426, "Source map format specification".
 */
export const nodeMaps = String.raw`
  const maps = new Map()
  const maxMapBytes = 8_000_000
  const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  /** [row and column in the made text, number of the source, row and column in it], all from 0. */
  const readMappings = (mappings) => {
    const entries = []
    const at = [0, 0, 0, 0]
    for (const [row, line] of mappings.split(';').entries()) {
      at[0] = 0
      for (const part of line.split(',')) {
        const steps = []
        let value = 0
        let shift = 0
        for (const letter of part) {
          const digit = base64.indexOf(letter)
          value += (digit & 31) << shift
          shift += 5
          if (digit & 32) continue
          steps.push(value & 1 ? -(value >> 1) : value >> 1)
          value = shift = 0
        }
        for (const [i, step] of steps.slice(0, 4).entries()) at[i] += step
        if (steps.length >= 4) entries.push([row, at[0], at[1], at[2], at[3]])
      }
    }
    return entries
  }
  const rowStarts = (text) => {
    const starts = [0]
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
    return starts
  }
  /** The map that a text names: its address, where it lies, and what it says. */
  const findMap = (text, file) => {
    const url = [...text.matchAll(/^[/][/][#@] sourceMappingURL=(\S+)\s*$/gm)].at(-1)?.[1]
    if (url === undefined) return undefined
    const inline = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url)
    if (inline) return { folder: path.dirname(file), map: JSON.parse(inline[1] ? Buffer.from(inline[2], 'base64').toString() : decodeURIComponent(inline[2])) }
    const beside = path.resolve(path.dirname(file), decodeURIComponent(url))
    if (fs.statSync(beside).size > maxMapBytes) return undefined
    return { folder: path.dirname(beside), map: JSON.parse(fs.readFileSync(beside, 'utf8')) }
  }
  /** For each place of a made text that is known: its offset, the file that it comes from, and from where to where in that. */
  const readPlaces = (text, file, only) => {
    const found = findMap(text, file)
    if (found === undefined || !Array.isArray(found.map.sources)) return undefined
    const sources = found.map.sources.map((source) => only ?? path.resolve(found.folder, found.map.sourceRoot ?? '', source))
    const known = sources.map((source) => (source.startsWith(run.root + path.sep) && !source.includes('node_modules') && fs.existsSync(source) ? fs.readFileSync(source, 'utf8') : undefined))
    const own = rowStarts(text)
    const starts = known.map((one) => (one === undefined ? [] : rowStarts(one)))
    const places = readMappings(found.map.mappings).flatMap(([row, column, source, sourceRow, sourceColumn]) => {
      const from = starts[source]?.[sourceRow]
      return from === undefined || own[row] === undefined ? [] : [{ at: own[row] + column, source, from: from + sourceColumn, to: 0 }]
    })
    const ends = known.map((one, source) => [...new Set(places.filter((place) => place.source === source).map(({ from }) => from)), one?.length ?? 0].sort((a, b) => a - b))
    const next = ends.map((list) => new Map(list.map((from, i) => [from, list[i + 1] ?? from])))
    return places.map(({ at, source, from }) => ({ at, file: sources[source], from, to: next[source].get(from) }))
  }
  /** Of a file that was made from others, where its text comes from; undefined where that is nowhere or not known. */
  const placesOf = (plain) => {
    if (!maps.has(plain)) {
      const file = fileURLToPath(plain)
      let places
      try { places = remade.has(plain) ? readPlaces(remade.get(plain), file, file) : readPlaces(fs.readFileSync(file, 'utf8'), file) } catch { /* a map that cannot be read is none */ }
      maps.set(plain, places?.length > 0 ? places : undefined)
    }
    return maps.get(plain)
  }
  /** Where a row and column of a made text come from, all from 0; undefined where that is nowhere or not known. */
  const placeAt = (plain, row, column) => {
    const known = placesOf(plain)
    if (known === undefined) return undefined
    const text = remade.get(plain) ?? fs.readFileSync(fileURLToPath(plain), 'utf8')
    const at = (rowStarts(text)[row] ?? text.length) + column
    const place = known.findLast((one) => one.at <= at)
    if (place === undefined) return undefined
    const before = fs.readFileSync(place.file, 'utf8').slice(0, place.from).split('\n')
    return { file: place.file, row: before.length - 1, column: before.at(-1).length }
  }
`
