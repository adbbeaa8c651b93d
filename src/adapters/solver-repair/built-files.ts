import { z } from 'zod'
import type { Lab } from '../../engine/ports/solver.ts'
import type { TestCase } from '../../protocol/evidence.ts'
import { nodeSources } from './lane/node-sources.ts'
import { fileOf } from './read-tests.ts'
import type { Group } from './read-tests.ts'

const maxFiles = 100
const maxPlaces = 200
const timeoutMs = 10_000

const Place = z.tuple([z.string(), z.number(), z.number()])
const Answer = z.object({ sources: z.record(z.string(), z.string()), places: z.array(Place.nullable()) })

const ending = /\.[cm]?[jt]sx?$/
const placePattern = /((?:[\w@.+-]+\/)+[\w@.+-]+\.[cm]?js):(\d+):(\d+)/g

/**
 * A group whose tests a build makes (`tsc && node --test dist/`): the files that their code stands in, and messages that speak of these
 * instead of what was built. By source maps; where a build makes none, a file that ends like the built one is taken for its source.
 */
export async function findSources(group: Group, lab: Lab): Promise<Group> {
  if (group.family !== 'script') return group
  const written = new Set((await lab.files()).filter((file) => ending.test(file)))
  const built = [...new Set([...group.files, ...(group.outcome.tests?.cases ?? []).map((test) => fileOf(test))])].filter((file) => ending.test(file) && !written.has(file)).slice(0, maxFiles)
  if (built.length === 0) return group
  const spoken = group.failing.flatMap(({ message = '' }) => readPlaces(message, lab.home)).filter(([file]) => !written.has(file)).slice(0, maxPlaces)
  const told = await ask(lab, built, spoken)
  const sources = new Map(built.flatMap((file): [string, string][] => {
    const source = told.sources[file] ?? findAlike(file, written)
    return source !== undefined && written.has(source) ? [[file, source]] : []
  }))
  const places = new Map(spoken.flatMap((place, i): [string, string][] => {
    const [file, row, column] = told.places[i] ?? []
    return file !== undefined && written.has(file) ? [[place.join(':'), `${file}:${row}:${column}`]] : []
  }))
  return { ...group, sources, failing: group.failing.map((test) => retell(test, places)), untouched: [...group.untouched, ...group.files.map((file) => sources.get(file) ?? file)] }
}

/** Where the code of a test file stands: the file itself, unless a build made it. */
export function sourceOf({ sources }: Pick<Group, 'sources'>, file: string): string {
  return sources?.get(file) ?? file
}

/** Places that a message names, in files by their names in the project. */
function readPlaces(message: string, home: string): [string, number, number][] {
  return [...message.replaceAll(`${home}/`, '').matchAll(placePattern)].map(([, file = '', row, column]) => [file, Number(row), Number(column)])
}

function retell(test: TestCase, places: ReadonlyMap<string, string>): TestCase {
  if (test.message === undefined) return test
  return { ...test, message: [...places].reduce((text, [from, to]) => text.replaceAll(`${from})`, `${to})`).replaceAll(`${from}\n`, `${to}\n`), `${test.message}\n`).slice(0, -1) }
}

async function ask(lab: Lab, files: readonly string[], places: readonly [string, number, number][]): Promise<z.infer<typeof Answer>> {
  const result = await lab.run(['node', '--no-warnings', '--input-type=module', '-e', nodeSources], { stdin: new TextEncoder().encode(JSON.stringify({ root: lab.home, files, places })), timeoutMs })
  try {
    return Answer.parse(JSON.parse(new TextDecoder().decode(result.stdout)))
  } catch {
    // What was built is not there, or an old Node: names have to do.
    return { sources: {}, places: [] }
  }
}

/** The one written file with the most folders and the name in common, from the end. */
function findAlike(built: string, written: ReadonlySet<string>): string | undefined {
  const parts = toParts(built)
  const shared = (file: string): number => {
    const own = toParts(file)
    let count = 0
    while (count < own.length && own.at(-1 - count) === parts.at(-1 - count)) count++
    return count
  }
  const ranked = [...written].map((file) => ({ file, count: shared(file) })).filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)
  return ranked[0] !== undefined && ranked[0].count !== ranked[1]?.count ? ranked[0].file : undefined
}

function toParts(file: string): string[] {
  return file.replace(ending, '').split('/')
}
