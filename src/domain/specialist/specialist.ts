import type { Specialist as Recorded } from '../../protocol/events/run.ts'
import type { SpecialistFile, SpecialistLayer, SpecialistSource, ToolName } from '../../protocol/specialist.ts'
import type { Digest } from '../../protocol/ids.ts'

/** One file, read. */
export interface PlacedSpecialist {
  readonly layer: SpecialistLayer
  /** Where people find it. */
  readonly place: string
  /** Of its bytes. */
  readonly digest: Digest
  readonly file: SpecialistFile
  /** What the model is told; empty: what the file below says. */
  readonly words: string
}

/** Whoever works on a task: what all files of its role make together. */
export interface Specialist {
  readonly role: string
  readonly description: string
  readonly words: string
  readonly tools: readonly ToolName[]
  /** Empty: whatever the task may write. */
  readonly scope: readonly string[]
  /** A tier or `provider/id`; undefined: the run's own. */
  readonly model: string | undefined
  readonly effort: SpecialistFile['effort']
  readonly budget: NonNullable<SpecialistFile['budget']>
  readonly from: readonly SpecialistSource[]
}

export const usualTools: readonly ToolName[] = ['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'restore', 'propose_amendment', 'finish']

/** What a role is for, as tools: those that it hands its work over with, and all that it may have where that is not everything. */
interface Part {
  readonly needs: readonly ToolName[]
  readonly most: readonly ToolName[]
  /** Why it has no others. */
  readonly because: string
}

const others: Part = { needs: ['finish'], most: usualTools, because: 'what the others are for is done by one role each' }
const parts: Readonly<Record<string, Part>> = {
  planner: { needs: ['propose_plan', 'finish'], most: ['read', 'list', 'search', 'propose_plan', 'finish'], because: 'the planner looks and proposes, and changes nothing' },
  tester: { needs: ['report_tests', 'finish'], most: [...usualTools, 'report_tests'], because: others.because },
  reviewer: { needs: ['report_findings', 'finish'], most: ['read', 'list', 'search', 'shell', 'report_findings', 'finish'], because: 'the reviewer looks and reports, and changes nothing' },
}

export function toPart(role: string): Part {
  return parts[role] ?? others
}

/** What a run's record keeps of it: enough to go on as it began, whatever becomes of the files. */
export function toRecorded({ role, words, tools, from }: Specialist, brief: string): Recorded {
  return { role, words, brief, tools: [...tools], from: [...from] }
}
