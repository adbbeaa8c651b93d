import { DEFAULT_RETRY, isSuccess, nextDelayMs, type Answer, type RetryPolicy } from './retry.ts'
import { signatureHeader } from './signature.ts'

/** Posts a body and resolves with the answer; status 0 when there was none. Never rejects. */
export type Transport = (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<Answer>

export interface Endpoint {
  readonly url: string
  readonly secret: string
}

export interface DispatcherOptions {
  readonly transport: Transport
  readonly now: () => number
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>
  readonly concurrency?: number
  readonly policy?: RetryPolicy
}

export interface Delivery {
  readonly id: number
  readonly url: string
  readonly event: string
  state: 'queued' | 'delivered' | 'failed'
  attempts: number
  lastStatus: number | undefined
}

interface Job {
  readonly delivery: Delivery
  readonly endpoint: Endpoint
  readonly body: string
}

/** Delivers events to endpoints, a few at a time, in the order in which they were enqueued. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #waiting: Job[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #deliveries: Delivery[] = []

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries
  }

  enqueue(endpoint: Endpoint, event: string, data: unknown): Delivery {
    const delivery: Delivery = {
      id: this.#deliveries.length + 1,
      url: endpoint.url,
      event,
      state: 'queued',
      attempts: 0,
      lastStatus: undefined,
    }
    this.#deliveries.push(delivery)
    this.#waiting.push({ delivery, endpoint, body: JSON.stringify({ event, data }) })
    this.#fill()
    return delivery
  }

  /** Resolves when nothing is waiting or under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #fill(): void {
    while (this.#running.size < (this.#options.concurrency ?? 4)) {
      const job = this.#waiting.shift()
      if (job === undefined) return
      const running = this.#deliver(job).finally(() => {
        this.#running.delete(running)
        this.#fill()
      })
      this.#running.add(running)
    }
  }

  async #deliver(job: Job): Promise<void> {
    const { delivery } = job
    const policy = this.#options.policy ?? DEFAULT_RETRY
    while (delivery.state === 'queued') {
      const answer = this.#post(job)
      delivery.attempts += 1
      delivery.lastStatus = answer.status
      if (isSuccess(answer.status)) {
        delivery.state = 'delivered'
        return
      }
      const delayMs = nextDelayMs(delivery.attempts, answer, this.#options.now(), policy)
      if (delayMs === undefined) delivery.state = 'failed'
      else await this.#options.wait(delayMs)
    }
  }

  #post(job: Job): Promise<Answer> {
    const unixSeconds = Math.floor(this.#options.now() / 1000)
    return this.#options.transport(job.endpoint.url, job.body, {
      'content-type': 'application/json',
      'kiosk-event': job.delivery.event,
      'kiosk-signature': signatureHeader(job.body, job.endpoint.secret, unixSeconds),
    })
  }
}
