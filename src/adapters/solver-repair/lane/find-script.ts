import { unknownRunner } from '../../../domain/proof/endless.ts'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { CheckOutcome } from '../../../protocol/evidence.ts'

const oneFile = /^(?:node|tsx|python3?)\s+(?:--experimental-strip-types\s+)?(?:\.\/)?([\w@.-]+(?:\/[\w@.-]+)*\.(?:[cm]?[jt]s|py))$/

/** A command with the package script that it names put in its place, and the one file that it runs where it does nothing else. */
export async function findScript(command: string, lab: Pick<Lab, 'read'>): Promise<{ command: string; script: string | undefined }> {
  const name = /^(?:npm|yarn|pnpm)(?:\s+run)?\s+([\w:-]+)$/.exec(command.trim())?.[1]
  const plain = (name === undefined ? undefined : findPackageScript(await lab.read('package.json'), name)) ?? command.trim()
  return { command: plain, script: oneFile.exec(plain)?.[1] }
}

function findPackageScript(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  try {
    const script: unknown = (JSON.parse(text) as { scripts?: Record<string, unknown> } | null)?.scripts?.[name]
    return typeof script === 'string' ? script.trim() : undefined
  } catch {
    // Broken JSON names no scripts; npm says so when the check runs.
    return undefined
  }
}

/** What runs a check's tests: what has reported, else what the command starts, with the package script that it names in its place. */
export function runnerOf(command: string, outcome: Pick<CheckOutcome, 'tests'> | undefined): string {
  const known = outcome?.tests?.runner
  return known !== undefined && known !== unknownRunner ? known : (/\b(vitest|jest|mocha|ava|tap)\b/.exec(command)?.[1] ?? 'node-test')
}
