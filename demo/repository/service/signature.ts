import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the sender's clock may be off, in seconds, either way. */
export const TOLERANCE_SECONDS = 300

export type Verdict = 'valid' | 'malformed' | 'expired' | 'mismatch'

/** HMAC-SHA-256 in hexadecimal. */
export function digest(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(payload).digest('hex')
}

/** The `Kiosk-Signature` header for a body: `t=<unix seconds>,v1=<digest of "t.body">`. */
export function signatureHeader(body: string, secret: string, unixSeconds: number): string {
  return `t=${unixSeconds},v1=${digest(secret, `${unixSeconds}.${body}`)}`
}

function parseHeader(header: string | undefined): { unixSeconds: number; hex: string } | undefined {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '')
  return match === null ? undefined : { unixSeconds: Number(match[1]), hex: match[2] ?? '' }
}

/** Says whether a header fits a body. Expired is told only by the time; a forged time does not fit the digest. */
export function verifySignature(
  header: string | undefined,
  body: string,
  secret: string,
  nowSeconds: number,
): Verdict {
  const parsed = parseHeader(header)
  if (parsed === undefined) return 'malformed'
  if (Math.abs(nowSeconds - parsed.unixSeconds) > TOLERANCE_SECONDS) return 'expired'
  const payload = `${parsed.unixSeconds}.${body}`
  const expected = digest(payload, secret)
  return timingSafeEqual(Buffer.from(expected), Buffer.from(parsed.hex)) ? 'valid' : 'mismatch'
}
