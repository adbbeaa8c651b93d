import { PlanFile } from '../protocol/plan-file.ts'
import { readYamlFile } from './yaml-file.ts'

/** A plan that a person gives. @throws Fault `request-invalid` that names the file, the place and what is wrong there. */
export function readPlanFile(path: string): Promise<PlanFile> {
  return readYamlFile(path, { what: 'the plan', schema: PlanFile, published: 'schemas/plan.schema.json' })
}
