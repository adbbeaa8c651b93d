import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Signer } from '../../engine/ports/attester.ts'
import { toCanonicalJson } from '../../domain/chain.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { Digest } from '../../protocol/ids.ts'

/**
 * Owns: the keys of this person on this machine, as files in one directory that nobody else can read:
 * `<id>.json` the public key and whose it is (kept for ever, so that old attestations can be verified), `<id>.key` the private
 * key (PKCS #8; only of keys that sign), `current` the id of the key that signs now.
 * Invariants: (1) an id is the SHA-256 of the public key's SPKI form, so that a changed file is found; (2) a private key is
 * used only where its public half is the one that its name says; (3) files appear whole or not at all.
 */
export interface KeyRing {
  /** Oldest first. @throws Fault `key-unusable` naming a file that was changed. */
  list(): readonly KnownKey[]
  find(id: string): KnownKey | undefined
  /** The key that signs now; undefined before the first use. */
  readonly current: string | undefined
  /** Makes a key where there is none yet. */
  openSigner(): Signer
  /** A new key signs from now on; the old private key is removed, its public key stays. */
  rotate(): KnownKey
  /** Keeps somebody's public key, so that what it signed counts as theirs. */
  trust(publicKey: KeyObject, owner: string): KnownKey
  forget(id: string): void
}

const KeyFile = z.strictObject({
  version: z.literal(1),
  id: Digest,
  /** Whose it is: a user of this machine, or the name under which it was trusted. */
  owner: z.string().max(200),
  origin: z.enum(['own', 'trusted']),
  createdAt: z.iso.datetime(),
  publicKey: z.string(),
  /** SHA-256 over the canonical JSON of the rest: a changed name or date is found too. */
  digest: Digest,
})
export type KnownKey = Readonly<z.infer<typeof KeyFile>>

const fileMode = 0o600
const directoryMode = 0o700
/** A key file has some 400 bytes. */
const mostBytes = 16_384

export interface KeyRingOptions {
  readonly directory: string
  readonly owner: string
  readonly now: () => number
}

export function openKeyRing(options: KeyRingOptions): KeyRing {
  const { directory } = options
  const pathOf = (id: string, kind: 'json' | 'key'): string => join(directory, `${id}.${kind}`)
  const currentPath = join(directory, 'current')
  const list = (): readonly KnownKey[] => listKeys(directory).map((id) => readKey(pathOf(id, 'json'), id)).sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  const readCurrent = (): string | undefined => {
    const text = readIfThere(currentPath)
    if (text === undefined) return undefined
    const id = Digest.safeParse(text.replace(/\n$/, ''))
    if (!id.success || text !== `${id.data}\n`) throw broken(currentPath, 'it does not hold the id of a key')
    return id.data
  }
  const make = (): KnownKey => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = toKnownKey(publicKey, { owner: options.owner, origin: 'own', createdAt: new Date(options.now()).toISOString() })
    place(pathOf(key.id, 'key'), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    place(pathOf(key.id, 'json'), `${toCanonicalJson(key)}\n`)
    return key
  }
  const prepare = (): void => {
    fs.mkdirSync(directory, { recursive: true, mode: directoryMode })
  }
  return {
    list,
    find: (id) => (Digest.safeParse(id).success && fs.existsSync(pathOf(id, 'json')) ? readKey(pathOf(id, 'json'), id) : undefined),
    get current() {
      return readCurrent()
    },
    openSigner: () => guarded(directory, () => {
      prepare()
      // Two first uses at once: the second finds the first one's key and lets its own go.
      if (readCurrent() === undefined) {
        const key = make()
        if (!place(currentPath, `${key.id}\n`, { onlyNew: true })) for (const kind of ['key', 'json'] as const) fs.rmSync(pathOf(key.id, kind), { force: true })
      }
      const id = readCurrent()
      if (id === undefined) throw broken(currentPath, 'it is gone')
      return createSigner(readKey(pathOf(id, 'json'), id), pathOf(id, 'key'))
    }),
    rotate: () => guarded(directory, () => {
      prepare()
      const old = readCurrent()
      const key = make()
      place(currentPath, `${key.id}\n`)
      if (old !== undefined) fs.rmSync(pathOf(old, 'key'), { force: true })
      return key
    }),
    trust: (publicKey, owner) => guarded(directory, () => {
      prepare()
      const key = toKnownKey(publicKey, { owner, origin: 'trusted', createdAt: new Date(options.now()).toISOString() })
      const there = fs.existsSync(pathOf(key.id, 'json')) ? readKey(pathOf(key.id, 'json'), key.id) : undefined
      if (there) return there
      place(pathOf(key.id, 'json'), `${toCanonicalJson(key)}\n`)
      return key
    }),
    forget: (id) => fs.rmSync(pathOf(id, 'json')),
  }
}

/** Reads a public key: PEM (SPKI), or a key file of Writ. @throws Fault `request-invalid`. */
export function parsePublicKey(text: string, name: string): { readonly id: Digest; readonly key: KeyObject; readonly pem: string } {
  const refuse = (why: string): Fault => new Fault('request-invalid', `${name} ${why}; writ keys export prints one that fits`)
  if (text.length > mostBytes) throw refuse('is too long for a public key')
  if (text.includes('PRIVATE KEY')) throw refuse('is a private key, which nobody else should have')
  let key: KeyObject
  try {
    key = createPublicKey(text)
  } catch (thrown) {
    throw new Fault('request-invalid', `${name} is not a public key in PEM form (${toMessage(thrown)}); writ keys export prints one that fits`, { cause: thrown })
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refuse('is not an ECDSA key over P-256')
  return { id: toKeyId(key), key, pem: toPem(key) }
}

export function verifySignature(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', bytes, createPublicKey(publicKey), signature)
}

function toKeyId(key: KeyObject): Digest {
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex') as Digest
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function toKnownKey(key: KeyObject, about: Pick<KnownKey, 'owner' | 'origin' | 'createdAt'>): KnownKey {
  const known = { version: 1 as const, id: toKeyId(key), ...about, publicKey: toPem(key) }
  return { ...known, digest: digestOfJson(known) }
}

function createSigner(known: KnownKey, path: string): Signer {
  const text = readIfThere(path)
  if (text === undefined) throw broken(path, 'it is gone; make a new key with: writ keys rotate')
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch (thrown) {
    throw broken(path, 'it is no private key any more', thrown)
  }
  if (key.export({ type: 'pkcs8', format: 'pem' }).toString() !== text || toKeyId(createPublicKey(key)) !== known.id) throw broken(path, 'it is not the key that its name says')
  return {
    key: known.id,
    sign: async (bytes) => {
      const signature = sign('sha256', bytes, key)
      // A private key whose halves do not fit together signs without a word what nobody can verify.
      if (!verifySignature(known.publicKey, bytes, signature)) throw broken(path, 'what it signs does not verify')
      return signature
    },
  }
}

function listKeys(directory: string): readonly string[] {
  if (!fs.existsSync(directory)) return []
  return fs.readdirSync(directory).flatMap((name) => (name.endsWith('.json') && Digest.safeParse(name.slice(0, -5)).success ? [name.slice(0, -5)] : []))
}

function readKey(path: string, id: string): KnownKey {
  const text = readIfThere(path)
  if (text === undefined) throw broken(path, 'it is gone')
  let parsed: KnownKey
  try {
    parsed = KeyFile.parse(JSON.parse(text))
    const { digest, ...rest } = parsed
    const key = createPublicKey(parsed.publicKey)
    const isWhole = digestOfJson(rest) === digest && `${toCanonicalJson(parsed)}\n` === text
    if (!isWhole || parsed.id !== id || toKeyId(key) !== id || toPem(key) !== parsed.publicKey) throw new Error('its content was changed')
  } catch (thrown) {
    throw broken(path, thrown instanceof z.ZodError ? 'it is no key file' : toMessage(thrown), thrown)
  }
  return parsed
}

function readIfThere(path: string): string | undefined {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.size > mostBytes) throw broken(path, 'it is too long for a key')
  return fs.readFileSync(path, 'utf8')
}

/** False where `onlyNew` found something there already. */
function place(path: string, text: string, how: { readonly onlyNew?: boolean } = {}): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const fd = fs.openSync(temporary, 'wx', fileMode)
    try {
      fs.writeSync(fd, text)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    if (how.onlyNew !== true) fs.renameSync(temporary, path)
    else fs.linkSync(temporary, path)
    return true
  } catch (thrown) {
    if (how.onlyNew === true && thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false
    throw thrown
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

function broken(path: string, why: string, cause?: unknown): Fault {
  return new Fault('key-unusable', `The key file ${path} cannot be used: ${why}. Restore it from a copy, or take it away and make a new key with: writ keys rotate`, { cause })
}

function guarded<T>(directory: string, use: () => T): T {
  try {
    return use()
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault('key-unusable', `The signing key in ${directory} cannot be made or read: ${toMessage(thrown)}. Look at free space and permissions there, then try again.`, { cause: thrown })
  }
}
