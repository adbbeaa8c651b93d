import { existsSync, readFileSync, statSync } from 'node:fs'
import { parsePublicKey } from '../../adapters/signing-local/key-ring.ts'
import { toSignerPath } from '../../adapters/log-jsonl/attestation-files.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { openKeys, type OpenRecord } from '../compose.ts'
import type { Trust, TrustedKey } from './examine-bundle.ts'

const mostKeyBytes = 65_536

/** @throws Fault `request-invalid` naming what cannot be read. */
export function readKeyFile(path: string): ReturnType<typeof parsePublicKey> {
  try {
    if (statSync(path).size > mostKeyBytes) throw new Error('it is too long')
    return parsePublicKey(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('request-invalid', `the key ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
}

/**
 * Whose signatures count: the key of `--key FILE` alone, or those of the key ring. A key that came along with an imported run
 * tells only that nothing was changed since it signed. @throws Fault `request-invalid`, `key-unusable`.
 */
export async function openTrust(record: OpenRecord, keyFile: string | undefined, run?: RunId): Promise<Trust> {
  if (keyFile !== undefined) {
    const { id, pem } = readKeyFile(keyFile)
    return { find: (key) => (key === id ? { publicKey: pem, owner: `the key in ${keyFile}`, trusted: true } : undefined) }
  }
  const ring = await openKeys(record)
  const came = run && existsSync(toSignerPath(record.places.state, run)) ? readKeyFile(toSignerPath(record.places.state, run)) : undefined
  return {
    find: (key): TrustedKey | undefined => {
      const known = ring.find(key)
      if (known) return { publicKey: known.publicKey, owner: known.origin === 'own' ? `${known.owner} (a key of yours)` : known.owner, name: known.owner, trusted: true }
      return came?.id === key ? { publicKey: came.pem, owner: 'unknown', trusted: false } : undefined
    },
  }
}
