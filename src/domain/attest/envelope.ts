import { Bundle, bundleMediaType, payloadType, Statement } from '../../protocol/attestation.ts'
import type { Digest } from '../../protocol/ids.ts'
import { toMessage } from '../../protocol/fault.ts'
import { toCanonicalJson, type Verdict } from '../chain.ts'

/**
 * The bytes that a DSSE signature is over: its "pre-authentication encoding" (github.com/secure-systems-lab/dsse,
 * protocol.md), which binds the type to the payload so that neither can be read as something else.
 */
export function toSignedBytes(payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload])
}

export function toPayload(statement: Statement): Uint8Array {
  return Buffer.from(toCanonicalJson(statement))
}

/** The text of a bundle: canonical JSON and a line end, so that a bundle has one form and one digest. */
export function toBundleText(payload: Uint8Array, key: Digest, signature: Uint8Array): string {
  const bundle: Bundle = {
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: key }, tlogEntries: [] },
    dsseEnvelope: { payload: toBase64(payload), payloadType, signatures: [{ keyid: key, sig: toBase64(signature) }] },
  }
  return `${toCanonicalJson(bundle)}\n`
}

/** What a bundle says, before anybody has looked at its signature. */
export interface OpenedBundle {
  readonly key: Digest
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly statement: Statement
}

/** Takes only the very form that `toBundleText` writes: whatever is outside of the signed bytes cannot say anything else. */
export function parseBundle(text: string): Verdict<OpenedBundle> {
  const read = parseJson(text)
  if (!read.ok) return refuse(`is not JSON: ${read.problem}`)
  const bundle = Bundle.safeParse(read.value)
  if (!bundle.success) return refuse(`is no bundle of Writ: ${describe(bundle.error.issues[0])}`)
  const { dsseEnvelope: { payload: encoded, signatures: [{ keyid, sig }] }, verificationMaterial: { publicKey: { hint } } } = bundle.data
  const [payload, signature] = [Buffer.from(encoded, 'base64'), Buffer.from(sig, 'base64')]
  if (hint !== keyid) return refuse('names two keys')
  if (toBundleText(payload, keyid, signature) !== text) return refuse('is not in the form in which Writ wrote it: its bytes were changed outside of what is signed')
  const said = parseJson(payload.toString('utf8'))
  if (!said.ok) return refuse(`holds a statement that is not JSON: ${said.problem}`)
  const statement = Statement.safeParse(said.value)
  if (!statement.success) return refuse(`holds a statement that does not fit its schema: ${describe(statement.error.issues[0])}`)
  if (toCanonicalJson(said.value) !== payload.toString('utf8')) return refuse('holds a statement that is not in canonical form')
  return { ok: true, value: { key: keyid, payload, signature, statement: statement.data } }
}

function parseJson(text: string): Verdict<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch (thrown) {
    return refuse(toMessage(thrown).slice(0, 120))
  }
}

function describe(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return `${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim().slice(0, 200)
}

function refuse(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
