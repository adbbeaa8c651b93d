import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { flush, flushDirectory, toDiskFault, writeFully } from './disk.ts'
import { fileMode, toRunPaths } from './layout.ts'

/** The newest bundles, beside the rollout that they are about. */
export function toAttestationPaths(stateDir: string, run: RunId): { readonly record: string; readonly provenance: string } {
  const { directory } = toRunPaths(stateDir, run)
  return { record: join(directory, 'attestation.json'), provenance: join(directory, 'provenance.json') }
}

const mostBytes = 64 * 1024 * 1024

/** @throws Fault `run-corrupt` where it cannot be a bundle, `disk-failed`. */
export async function readKeptAttestation(stateDir: string, run: RunId): Promise<string | undefined> {
  const { record } = toAttestationPaths(stateDir, run)
  try {
    const stat = fs.statSync(record, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    if (stat.size > mostBytes) throw new Fault('run-corrupt', `${record} is larger than any bundle. Take it away, then: writ verify ${run}`)
    return await fs.promises.readFile(record, 'utf8')
  } catch (thrown) {
    throw toDiskFault(thrown, `read ${record}`)
  }
}

/** Lays them there, each whole or not at all. @throws Fault `disk-failed`. */
export async function keepAttestation(stateDir: string, run: RunId, bundles: { readonly record: string; readonly provenance: string | undefined }): Promise<void> {
  const paths = toAttestationPaths(stateDir, run)
  try {
    if (bundles.provenance !== undefined) await replace(paths.provenance, bundles.provenance)
    await replace(paths.record, bundles.record)
    await flushDirectory(toRunPaths(stateDir, run).directory)
  } catch (thrown) {
    throw toDiskFault(thrown, `write ${paths.record}`, `The record is whole. Make room, then: writ verify ${run} --attest`)
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const fd = fs.openSync(temporary, 'wx', fileMode)
    try {
      writeFully(fd, Buffer.from(text), 0)
      await flush(fd)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, path)
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

/** The public key that came along with an imported run. */
export function toSignerPath(stateDir: string, run: RunId): string {
  return join(toRunPaths(stateDir, run).directory, 'signer.pem')
}
