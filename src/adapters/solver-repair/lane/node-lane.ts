import { z } from 'zod'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { Cover } from '../localise/spectrum.ts'
import { findEndlessStack, graceMs } from './lane.ts'
import type { Lane, LaneJob, LaneTest, LaneVerdict, Probed, Watch } from './lane.ts'
import { nodeHarness } from './node-harness.ts'

const Spans = z.array(z.tuple([z.number(), z.number()]))
/** Name, object, arguments, whether a test gave them, outcome. */
export const Told = z.tuple([z.string(), z.string(), z.string(), z.boolean(), z.string()])
/** Frames at a few moments: name, path, row from 0. */
export const Samples = z.array(z.array(z.tuple([z.string(), z.string(), z.number()])))
const Line = z.object({
  id: z.number(),
  ended: z.enum(['done', 'bailed', 'timeout', 'crash']),
  tests: z.array(z.object({ name: z.string(), status: z.enum(['passed', 'failed', 'skipped']), ms: z.number(), at: z.number().optional(), endless: z.boolean().optional() })),
  samples: Samples.optional(),
  covers: z.record(z.string(), z.record(z.string(), Spans)).optional(),
  ms: z.number().optional(),
  probed: z.array(Told).optional(),
})
type Line = z.infer<typeof Line>

interface SurveyJob {
  readonly id: number
  readonly files: readonly string[]
  readonly others: NonNullable<LaneJob['others']>
  readonly cover: true
  readonly watch?: Watch
  readonly skip?: readonly string[]
  readonly perMs: number
}

/** Most time that one test file may take in a survey, in milliseconds. */
const surveyFileMs = 8000
/** Time for processes to start and end that is not the jobs' own. */
const slackMs = 5000

/**
 * For JavaScript and TypeScript under the runner that reported, or for one `program`: a test of that name, which passes where the
 * file ends with 0. `failing` are the files whose tests are to be mended, `others` files with more tests for the spectrum; `named` says
 * what tests call those that a build makes another file of.
 */
export function createNodeLane(lab: Lab, files: { failing: readonly string[]; others: readonly string[] }, { workers, runner = 'node-test', program, named = new Map() }: { workers: number; runner?: string | undefined; program?: string; named?: ReadonlyMap<string, string> }): Lane {
  const run = async (work: { jobs: readonly LaneJob[] | readonly SurveyJob[]; keep: readonly string[]; budgetMs: number; all?: boolean }): Promise<Line[]> => {
    const result = await lab.run(['node', '--no-warnings', '--input-type=module', '-e', nodeHarness], {
      stdin: new TextEncoder().encode(JSON.stringify({ ...work, runner, program, named: Object.fromEntries(named), root: lab.home, width: workers, graceMs: work.all ? work.budgetMs : graceMs })),
      env: { WRIT_LANE_SOURCE: nodeHarness, CI: '1', NO_COLOR: '1' },
      workers,
      timeoutMs: work.budgetMs + Math.max(0, ...work.jobs.map((job) => job.perMs)) + slackMs,
    })
    return new TextDecoder().decode(result.stdout).split('\n').flatMap((line) => findLine(line))
  }
  return {
    name: program !== undefined ? 'Node programs' : runner === 'node-test' ? 'node:test' : runner,
    workers,
    async survey(timeoutMs, others = [], watch = undefined) {
      const paths = [...files.failing, ...files.others]
      const jobs = paths.map((path, id): SurveyJob => ({ id, files: [path], others, cover: true, perMs: watch === undefined ? surveyFileMs : timeoutMs, ...(watch === undefined ? {} : { watch, skip: watch.passOver ?? [] }) }))
      const lines = await run({ jobs, keep: [], budgetMs: timeoutMs })
      if (lines.length === 0) return undefined
      const tests = lines.flatMap((line): LaneTest[] => line.tests.map(({ endless, ms, ...test }) => ({
        ...test, file: paths[line.id] ?? '', covers: toCovers(line.covers?.[test.name] ?? {}), ...(endless ? { ms: 0, endless: findEndlessStack(line.samples ?? []) } : { ms }),
      })))
      const loads = lines.filter((line) => line.ended === 'done').map((line) => (line.ms ?? 0) - line.tests.reduce((sum, test) => sum + test.ms, 0))
      return { tests, loadMs: Math.max(0, ...loads) }
    },
    async tryAll(jobs, options) {
      const lines = await run({ ...options, jobs })
      return lines.toSorted((a, b) => a.id - b.id).map((line): LaneVerdict => ({
        id: line.id, ended: line.ended, passed: new Set(line.tests.filter((test) => test.status === 'passed').map((test) => test.name)),
        failed: new Map(line.tests.filter((test) => test.status === 'failed').map((test) => [test.name, test.at ?? 0])),
        ...(line.probed ? { probed: line.probed.map(toProbed) } : {}),
      }))
    },
  }
}

export function toProbed([name, self, args, given, outcome]: z.infer<typeof Told>): Probed {
  return { name, self, args, given, outcome }
}

function toCovers(covers: Readonly<Record<string, z.infer<typeof Spans>>>): Map<string, Cover> {
  return new Map(Object.entries(covers).map(([path, spans]) => [path, { by: 'span' as const, spans }]))
}

/** Other lines are what the harness could not do ("unsupported") or noise: no verdict. */
function findLine(text: string): Line[] {
  if (!text.startsWith('{"')) return []
  try {
    return [Line.parse(JSON.parse(text))]
  } catch {
    return []
  }
}
