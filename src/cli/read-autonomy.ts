import type { AutonomyLevel } from '../protocol/policy.ts'
import type { OpenRecord } from './compose.ts'

/** What the record of a repository allows unasked, by domain. */
export async function readAutonomy(record: OpenRecord, root: string): Promise<readonly AutonomyLevel[]> {
  void record
  void root
  return []
}
