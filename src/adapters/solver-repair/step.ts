import { toReplacements } from './explain.ts'
import type { Lab } from '../../engine/ports/solver.ts'
import type { Lane, LaneJob } from './lane/lane.ts'
import { findPace, watchFor, withPassedOver } from './endless-tests.ts'
import { bindLab } from './read-tests.ts'
import type { Ground } from './round.ts'
import { findTrusted } from './tell-faults.ts'
import type { Trial } from './search/trials.ts'
import { parseSource } from './syntax/node.ts'

interface Text {
  readonly path: string
  readonly text: string
}

/**
 * The same ground with a change in place after which a failing test got further: it runs other code now and says something else.
 * Undefined where the check does not bear the change out. Costs one run of the check and one survey.
 */
export async function stepOn(ground: Ground, { candidate, text }: Trial, surveyMs: number): Promise<Ground | undefined> {
  const { group, project } = ground
  const before = project.sources.get(candidate.path)
  const source = before === undefined ? undefined : parseSource(project.parser, before.path, before.grammar, text)
  if (before === undefined || source === undefined || ground.measured === undefined) return undefined
  const placed: Text = { path: candidate.path, text }
  const lab = labWith(ground.lab, placed)
  const outcome = await lab.tryFiles(new Map(), group.check, { only: group.files, timeoutMs: 3 * findPace(group.outcome, ground.measured.survey) + 2000 })
  const now = new Map((outcome.tests?.cases ?? []).map((test) => [test.name, test]))
  const broken = (group.outcome.tests?.cases ?? []).some((test) => test.status === 'passed' && now.get(test.name)?.status === 'failed')
  const failing = group.failing.map((test) => now.get(test.name) ?? test)
  if (broken || failing.some((test) => test.status !== 'failed')) return undefined
  const lane = laneWith(ground.lane, placed)
  const next = { ...group, failing }
  const survey = withPassedOver(await lane.survey(surveyMs, [], watchFor(next)), next)
  const trusted = findTrusted(next, survey)
  if (survey === undefined || trusted === undefined || trusted.keep.length < ground.measured.trusted.keep.length) return undefined
  return {
    ...ground, lab, lane, group: next, measured: { survey, trusted }, project: { ...project, sources: new Map([...project.sources, [candidate.path, source]]) },
    first: { describes: candidate.describes, path: candidate.path, line: candidate.line, edits: toReplacements(before.text, candidate) },
  }
}

function labWith(lab: Lab, placed: Text): Lab {
  return {
    ...bindLab(lab),
    read: async (path) => (path === placed.path ? placed.text : lab.read(path)),
    tryFiles: (files, check, options) => lab.tryFiles(new Map([[placed.path, placed.text], ...files]), check, options),
  }
}

function laneWith(lane: Lane, placed: Text): Lane {
  const put = (job: LaneJob): LaneJob => (job.path === placed.path || job.others?.some(({ path }) => path === placed.path) === true ? job : { ...job, others: [...(job.others ?? []), placed] })
  return { name: lane.name, workers: lane.workers, survey: (timeoutMs, others = [], watch = undefined) => lane.survey(timeoutMs, [...others, placed], watch), tryAll: (jobs, options) => lane.tryAll(jobs.map(put), options) }
}
