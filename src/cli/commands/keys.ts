import { Fault } from '../../protocol/fault.ts'
import type { KeyRing, KnownKey } from '../../adapters/signing-local/key-ring.ts'
import { openKeys, openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'
import { readKeyFile } from '../verification/open-trust.ts'

export type KeysAction = 'list' | 'rotate' | 'export' | 'trust' | 'forget'

/** `writ keys`: whose signatures count, and which key signs. */
export async function keysCommand(action: KeysAction, word: string | undefined, options: { readonly name?: string; readonly json?: boolean }): Promise<number> {
  const ring = await openKeys(await openRecord())
  if ((action === 'list' || action === 'rotate') && word !== undefined) throw new Fault('request-invalid', `writ keys ${action} takes no ${word}`)
  return whilePrinting(async () => {
    switch (action) {
      case 'list': return list(ring, options.json ?? false)
      case 'rotate': {
        const key = ring.rotate()
        await print(`${key.id} signs from now on. The keys before it stay known, so that what they signed still verifies; tell the new one to whoever verifies your work: writ keys export\n`)
        return 0
      }
      case 'export': {
        if (word === undefined && ring.current === undefined) ring.openSigner()
        await print(getKey(ring, word ?? ring.current ?? '').publicKey)
        return 0
      }
      case 'trust': {
        if (word === undefined) throw new Fault('request-invalid', 'which key? writ keys trust FILE --name WHO, with the file that writ keys export printed for them')
        if (!options.name?.trim()) throw new Fault('request-invalid', 'whose key is it? say so with --name WHO: verify shows that name with everything it signed')
        const { key } = readKeyFile(word)
        const known = ring.trust(key, oneLine(options.name, 200))
        await print(`What key ${known.id.slice(0, 12)} signed counts as signed by ${known.owner} now.\n`)
        return 0
      }
      case 'forget': {
        const key = getKey(ring, word ?? '')
        if (key.origin === 'own') throw new Fault('request-invalid', `${key.id} is a key of yours: without it nothing that it signed could be verified any more`)
        ring.forget(key.id)
        await print(`What key ${key.id.slice(0, 12)} (${key.owner}) signed does not count any more.\n`)
        return 0
      }
    }
  })
}

async function list(ring: KeyRing, json: boolean): Promise<number> {
  const { current } = ring
  const keys = ring.list().map((key) => ({ id: key.id, owner: key.owner, createdAt: key.createdAt, state: key.id === current ? 'signs' : key.origin === 'own' ? 'retired' : 'trusted' }))
  if (json) for (const key of keys) await print(`${JSON.stringify(key)}\n`)
  else if (keys.length === 0) process.stderr.write('No key yet: one is made when the first run ends.\n')
  else await print(`${['KEY           STATE    SINCE       OWNER', ...keys.map((key) => `${key.id.slice(0, 12)}  ${key.state.padEnd(7)}  ${key.createdAt.slice(0, 10)}  ${oneLine(key.owner, 100)}`)].join('\n')}\n`)
  return 0
}

/** By its id or the beginning of it. */
function getKey(ring: KeyRing, word: string): KnownKey {
  const found = word === '' ? [] : ring.list().filter((key) => key.id.startsWith(word.toLowerCase()))
  const [only] = found
  if (only && found.length === 1) return only
  throw new Fault('request-invalid', word === '' ? 'which key? name it by its id or the beginning of it (writ keys list)' : found.length === 0 ? `no key begins with ${word}; see them with: writ keys list` : `${found.length} keys begin with ${word}; give more of the id`)
}
