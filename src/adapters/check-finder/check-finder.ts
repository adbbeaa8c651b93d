import type { CheckFinder } from '../../engine/ports/checks.ts'
import { findCommands } from './find-commands.ts'
import { findNearTests } from './find-near.ts'

/** Finds checks and nearby tests from the repository's own files; nothing is run. */
export function createCheckFinder(): CheckFinder {
  return { findChecks: findCommands, findNear: findNearTests }
}
