import type { PlanFile } from '../protocol/plan-file.ts'
import { tame } from './render.ts'

export interface PlanYaml {
  /** Where an editor finds the format: a path relative to the file, or a name. */
  readonly schema: string
  /** Lines at the top: where the plan is from, what to do with it. */
  readonly about: readonly string[]
}

const ofFields: Readonly<Record<string, string>> = {
  checks: ' Commands that exit with 0 when the goal is met. Tasks name them by their ids.',
  scope: ' What may change at all; the scope of a task lies within.',
  capacity: ' Tasks side by side. Also: cpu, memory_mb, tokens_per_minute, requests_per_minute.',
  tasks: [
    ' A task: subgoal (all that whoever does it is told), scope (paths that it alone may write meanwhile: tasks whose scopes',
    ' are apart go side by side), checks (ids of the goal\'s, or commands of its own, that pass once it is done), depends_on',
    ' (tasks whose result it needs). Also: serves, milestone, reversible, confidence, unknowns, estimate.',
  ].join('\n'),
}

/** The plan as YAML that a person can edit. Read again it is the same plan. */
export async function toPlanYaml(file: PlanFile, { schema, about }: PlanYaml): Promise<string> {
  const { Document, isMap, isScalar, isSeq, visit } = await import('yaml')
  const document = new Document(file)
  document.commentBefore = [` yaml-language-server: $schema=${schema}`, ...about.map((line) => ` ${tame(line)}`)].join('\n')
  if (!isMap(document.contents)) throw new Error('a plan is a mapping')
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key)) continue
    const comment = ofFields[String(key.value)]
    if (comment !== undefined) key.commentBefore = comment
    key.spaceBefore = key.value !== 'version' && key.value !== 'goal'
    if (key.value === 'tasks' && isSeq(value)) for (const [n, task] of value.items.entries()) if (n > 0 && isMap(task)) task.spaceBefore = true
  }
  // Short lists of words stand on one line.
  visit(document, { Seq: (_, seq) => void (seq.flow = seq.items.length === 0 || seq.items.every((item) => isScalar(item) && String(item.value).length <= 60 && !String(item.value).includes('\n'))) })
  return document.toString({ lineWidth: 120, flowCollectionPadding: false })
}
