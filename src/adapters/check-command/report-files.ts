import { lstat, readFile, readdir } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import type { TestReport } from '../../protocol/evidence.ts'
import { parseJunit } from './parsers/junit.ts'
import { parseTap } from './parsers/tap.ts'

/** Flags by which runners are told where to write JUnit XML or TAP. */
const flag = /(?:--junit-?xml|--junitfile|--output-?[fF]ile(?:\.junit)?|--test-reporter-destination|--log-junit|--reporter-options? (?:mochaFile|output))[= ]["']?([^\s"';&|]+)/g
/** Where build tools write them unasked. */
const usualFolders = ['target/surefire-reports', 'build/test-results/test', 'target/nextest/default']
const maxBytes = 16 * 1024 * 1024
const maxFiles = 500

/** Only plain files that this run wrote: what lay there before is nobody's report. */
async function findFresh(path: string, since: number): Promise<string | undefined> {
  const stat = await lstat(path).catch(() => undefined)
  if (stat === undefined || !stat.isFile() || stat.size > maxBytes || stat.mtimeMs < since) return undefined
  return readFile(path, 'utf8')
}

async function listFolder(folder: string): Promise<readonly string[]> {
  const stat = await lstat(folder).catch(() => undefined)
  return stat?.isDirectory() === true ? (await readdir(folder)).filter((name) => name.endsWith('.xml')).toSorted().slice(0, maxFiles).map((name) => join(folder, name)) : []
}

/**
 * The report that the command wrote into files below `root`, where it says so or its build tool always does.
 * @param since milliseconds since the epoch when the run began
 */
export async function findReportFiles(root: string, command: string, since: number): Promise<TestReport | undefined> {
  const named = [...command.matchAll(flag)].map((match) => normalize(match[1] ?? '')).filter((path) => !path.startsWith('/') && !path.startsWith('..') && path !== 'stdout')
  const paths = [...named.map((path) => join(root, path)), ...(await Promise.all(usualFolders.map((folder) => listFolder(join(root, folder))))).flat()]
  const reports: TestReport[] = []
  for (const path of paths) {
    const text = await findFresh(path, since)
    const report = text === undefined ? undefined : (parseJunit(text) ?? parseTap(text))
    if (report !== undefined) reports.push(report)
  }
  const [first, ...rest] = reports
  if (first === undefined) return undefined
  return { runner: first.runner, cases: [first, ...rest].flatMap((report) => report.cases), complete: reports.every((report) => report.complete) }
}
