import { z } from 'zod'
import { Plan } from '../plan.ts'
import { CommitId } from '../ids.ts'

export const taskEvents = {
  'plan.proposed': z.object({ plan: Plan, why: z.string() }),
  'task.started': z.object({ task: z.string() }),
  'task.finished': z.object({ task: z.string(), commit: CommitId.optional(), summary: z.string(), confidence: z.number().min(0).max(1).optional() }),
  'task.dropped': z.object({ task: z.string(), why: z.string() }),
}
