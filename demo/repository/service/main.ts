import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'
import { TokenRegistry } from './auth.ts'
import { Dispatcher } from './dispatcher.ts'
import { httpTransport } from './http-transport.ts'
import { OrderStore } from './order-store.ts'
import { RateLimiter } from './rate-limiter.ts'
import { TtlCache } from './ttl-cache.ts'

const { PORT = '8080', KIOSK_TOKEN, KIOSK_WEBHOOK_URL, KIOSK_WEBHOOK_SECRET = '', PAYMENT_SECRET } = process.env

if (KIOSK_TOKEN === undefined || PAYMENT_SECRET === undefined) {
  process.stderr.write('Set KIOSK_TOKEN (16 characters or more) and PAYMENT_SECRET, then start again.\n')
  process.exit(1)
}

const tokens = new TokenRegistry()
tokens.add(KIOSK_TOKEN, { name: 'default', scopes: ['orders:read', 'orders:write'] })

const app = createApp({
  store: new OrderStore(),
  tokens,
  limiter: new RateLimiter({ burst: 50, perSecond: 10 }),
  dispatcher: new Dispatcher({ transport: httpTransport(10_000), now: Date.now, wait: (ms) => sleep(ms) }),
  endpoints: KIOSK_WEBHOOK_URL === undefined ? [] : [{ url: KIOSK_WEBHOOK_URL, secret: KIOSK_WEBHOOK_SECRET }],
  replays: new TtlCache({ capacity: 10_000, ttlMs: 24 * 60 * 60 * 1000, now: Date.now }),
  paymentSecret: PAYMENT_SECRET,
  now: Date.now,
})

app.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`kiosk listens on 127.0.0.1:${PORT}\n`))
