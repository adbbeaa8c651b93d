import { nodeMaps } from './node-maps.ts'

/**
 * Runs inside the sandbox, in the tested project's own Node. On stdin `{ root, files, places }`: files that a build made, and
 * `[file, row, column]` in such files, from 1. On stdout `{ sources, places }`: the file that each was made of, by its name, and for
 * each place `[file, row, column]` in what people wrote, null where that is not known.
 */
export const nodeSources = String.raw`
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const { root, files, places } = JSON.parse(fs.readFileSync(0, 'utf8'))
const run = { root: fs.realpathSync(root) }
const remade = new Map()
${nodeMaps}
const nameOf = (file) => path.relative(run.root, file).split(path.sep).join('/')
const toUrl = (file) => pathToFileURL(path.join(run.root, file)).href
const placeOf = ([file, row, column]) => {
  const place = placeAt(toUrl(file), row - 1, column - 1)
  return place === undefined ? null : [nameOf(place.file), place.row + 1, place.column + 1]
}
const sources = Object.fromEntries(files.flatMap((file) => (placesOf(toUrl(file)) ?? []).slice(0, 1).map((place) => [file, nameOf(place.file)])))
console.log(JSON.stringify({ sources, places: places.map(placeOf) }))
`
