import { createHmac } from 'node:crypto'

/** Value of `Writ-Signature`: when it was signed (Unix seconds), and HMAC-SHA256 over `<t>.<body>` in hex. */
export function signBody(body: string, secret: string, at: number): string {
  const t = Math.floor(at / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}
