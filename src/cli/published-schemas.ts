import { z } from 'zod'
import { RunRecord } from '../protocol/attestation.ts'
import { BatchFile } from '../protocol/batch-file.ts'
import { ContractFile } from '../protocol/contract.ts'
import { HookFile } from '../protocol/hooks.ts'
import { PlanFile } from '../protocol/plan-file.ts'
import { ScheduleOutput } from '../protocol/schedule.ts'
import { BundleFile, CasesFile } from '../protocol/policy-bundle.ts'
import { SpecialistFile } from '../protocol/specialist.ts'
import { BundleSettings } from '../domain/policy/settings.ts'
import { ConfigFile } from './config.ts'

/** File name in `schemas/` → JSON Schema of a file that people write, or that others read. */
export function publishedSchemas(): Readonly<Record<string, unknown>> {
  return {
    'contract.schema.json': { title: 'Writ contract', ...z.toJSONSchema(ContractFile, { io: 'input' }) },
    'config.schema.json': { title: 'Writ configuration', ...z.toJSONSchema(ConfigFile, { io: 'input' }) },
    'batch.schema.json': { title: 'Writ batch', ...z.toJSONSchema(BatchFile, { io: 'input' }) },
    'plan.schema.json': { title: 'Writ plan', ...z.toJSONSchema(PlanFile, { io: 'input' }) },
    'hooks.schema.json': { title: 'Writ hooks of a repository', ...z.toJSONSchema(HookFile, { io: 'input' }) },
    'schedule.schema.json': { title: 'Writ schedule', ...z.toJSONSchema(ScheduleOutput) },
    'specialist.schema.json': { title: 'Writ specialist: front matter', ...z.toJSONSchema(SpecialistFile, { io: 'input' }) },
    'policy-bundle.schema.json': { title: 'Writ policy: bundle.yaml', ...z.toJSONSchema(BundleFile.unwrap().extend({ settings: BundleSettings.optional() }), { io: 'input' }) },
    'policy-cases.schema.json': { title: 'Writ policy: cases.yaml', ...z.toJSONSchema(CasesFile, { io: 'input' }) },
    'run-record.schema.json': { title: 'Predicate urn:writ:run-record:v1', ...z.toJSONSchema(RunRecord) },
  }
}
