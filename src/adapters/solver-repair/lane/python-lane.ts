import { z } from 'zod'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { Check } from '../../../protocol/contract.ts'
import { findEndlessStack, graceMs } from './lane.ts'
import type { Lane, LaneJob, LaneTest, LaneVerdict, Probed, Watch } from './lane.ts'
import { Samples, toProbed, Told } from './node-lane.ts'
import { pythonHarness } from './python-harness.ts'

const Line = z.union([
  z.object({ id: z.number(), probed: Told }),
  z.object({ id: z.number(), loaded: z.array(z.string()), own: z.array(z.string()), loadMs: z.number() }),
  z.object({ id: z.number(), name: z.string(), status: z.enum(['passed', 'failed', 'skipped']), file: z.string(), at: z.number().optional(), testMs: z.number(), covers: z.record(z.string(), z.array(z.number())).optional(), endless: z.boolean().optional(), samples: Samples.optional() }),
  z.object({ id: z.number(), ended: z.enum(['done', 'bailed', 'timeout', 'crash']), ms: z.number().optional() }),
])
type Line = z.infer<typeof Line>

const folder = '.writ-lane'
const surveyPerMs = 8000
const slackMs = 5000
/** Most time to go through the check's command up to its first test, beyond four times what that took in the survey. */
const walkMs = 3000

/** Results go to a file of their own, since the tests print what they like. */
const script = [
  'export WRIT_LANE="$PWD/$WRIT_LANE_FOLDER"', 'export WRIT_LANE_OUT="$(mktemp)"', 'export PYTHONPATH="$WRIT_LANE"',
  '( eval "$WRIT_LANE_COMMAND" ) >/dev/null 2>&1 </dev/null', 'cat "$WRIT_LANE_OUT"', 'rm -f "$WRIT_LANE_OUT"',
].join('\n')

/**
 * For `unittest`, `pytest` and the one program that a check is: the check's own command, forked for each candidate before it imports
 * anything of the project. A program is a test of the name of `program`, which passes where it ends with 0.
 */
export function createPythonLane(lab: Lab, check: Check, { workers, program }: { workers: number; program?: { readonly name: string; readonly file: string } | undefined }): Lane {
  const preload = findImports(lab)
  /** Modules from outside the project that its tests load. */
  const loaded = new Set<string>()
  /** Files of the project that they load. */
  const own = new Set<string>()
  let startMs = surveyPerMs
  const run = async (work: { jobs: readonly { readonly id: number; readonly cover?: true; readonly loaded?: true; readonly others?: LaneJob['others']; readonly perMs: number; readonly watch?: Watch }[]; keep: readonly string[]; budgetMs: number; all?: boolean }): Promise<Line[]> => {
    const walk = Math.round(walkMs + 4 * startMs)
    const result = await lab.run(['bash', '-c', script], {
      files: new Map([[`${folder}/sitecustomize.py`, pythonHarness], [`${folder}/work.json`, JSON.stringify({ ...work, root: lab.home, width: workers, graceMs: work.all ? work.budgetMs : graceMs, preload: await preload, walkMs: walk, loaded: [...loaded], warm: [...own], script: program })]]),
      env: { WRIT_LANE_FOLDER: folder, WRIT_LANE_SCRIPT: program?.file ?? '', WRIT_LANE_COMMAND: check.command, CI: '1', NO_COLOR: '1', PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1', PYTHONNOUSERSITE: '1' },
      workers,
      timeoutMs: work.budgetMs + walk + Math.max(0, ...work.jobs.map((job) => job.perMs)) + slackMs,
    })
    return new TextDecoder().decode(result.stdout).split('\n').flatMap((line) => findLine(line))
  }
  return {
    name: program === undefined ? 'Python' : 'Python programs',
    workers,
    async survey(timeoutMs, others = [], watch = undefined) {
      const perMs = watch === undefined ? Math.min(surveyPerMs, timeoutMs) : timeoutMs
      const job = { others, perMs, ...(watch === undefined ? {} : { watch }) }
      const lines = await run({ jobs: [{ id: 0, cover: true, ...job }, { id: 1, loaded: true, ...job }], keep: [], budgetMs: timeoutMs })
      const tests = lines.flatMap((line): LaneTest[] => ('name' in line && line.id === 0 ? [{
        name: line.name, status: line.status, file: line.file, at: line.at, covers: toCovers(line.covers ?? {}), ...(line.endless ? { ms: 0, endless: findEndlessStack(line.samples ?? []) } : { ms: line.testMs }),
      }] : []))
      const waitedMs = lines.reduce((sum, line) => sum + ('name' in line && line.id === 1 && line.endless ? line.testMs : 0), 0)
      let loadMs: number | undefined
      for (const line of lines) {
        if ('ended' in line && line.id === 1) startMs = Math.max(0, (line.ms ?? perMs) - waitedMs)
        if (!('loaded' in line)) continue
        for (const name of line.loaded) loaded.add(name)
        for (const path of line.own) own.add(path)
        loadMs = line.loadMs
      }
      return tests.length === 0 ? undefined : { tests, loadMs: loadMs ?? startMs }
    },
    async tryAll(jobs, options) {
      const lines = await run({ ...options, jobs })
      const passed = new Map<number, Set<string>>()
      const failed = new Map<number, Map<string, number>>()
      const probed = new Map<number, Probed[]>()
      const ended = new Map<number, LaneVerdict['ended']>()
      for (const line of lines) {
        if ('probed' in line) probed.set(line.id, [...(probed.get(line.id) ?? []), toProbed(line.probed)])
        else if ('loaded' in line) continue
        else if ('name' in line) {
          if (line.status === 'passed') passed.set(line.id, (passed.get(line.id) ?? new Set()).add(line.name))
          else if (line.status === 'failed') failed.set(line.id, (failed.get(line.id) ?? new Map<string, number>()).set(line.name, line.at ?? 0))
        } else if (ended.get(line.id) === undefined) ended.set(line.id, line.ended)
      }
      return [...ended].toSorted(([a], [b]) => a - b).map(([id, end]): LaneVerdict => ({ id, ended: end, passed: passed.get(id) ?? new Set(), failed: failed.get(id) ?? new Map(), ...(probed.has(id) ? { probed: probed.get(id) ?? [] } : {}) }))
    },
  }
}

function toCovers(covers: Readonly<Record<string, readonly number[]>>): LaneTest['covers'] {
  return new Map(Object.entries(covers).map(([path, rows]) => [path, { by: 'row' as const, rows }]))
}

/** Lines that are not ours, or cut short by a kill, are no verdict. */
function findLine(text: string): Line[] {
  if (!text.startsWith('{"')) return []
  try {
    return [Line.parse(JSON.parse(text))]
  } catch {
    return []
  }
}

const maxRead = 200

/** Top-level modules that the project's Python files import: those of the standard library are loaded once, before forking. */
async function findImports(lab: Lab): Promise<string[]> {
  const found = new Set<string>()
  const paths = (await lab.files()).filter((path) => path.endsWith('.py')).slice(0, maxRead)
  for (const path of paths) {
    const text = (await lab.read(path)) ?? ''
    for (const match of text.matchAll(/^\s*(?:from|import)\s+([A-Za-z_][\w.]*)/gm)) if (match[1] !== undefined) found.add(match[1])
  }
  return [...found].toSorted()
}
