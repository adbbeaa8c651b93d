export interface RateLimit {
  /** Requests that may come at once. */
  readonly burst: number
  /** Requests that become available again each second. */
  readonly perSecond: number
}

export interface RateDecision {
  readonly allowed: boolean
  readonly remaining: number
  /** Whole seconds until one request is available; 0 when this one was allowed. */
  readonly retryAfterSeconds: number
}

interface Bucket {
  tokens: number
  updatedMs: number
}

/** A token bucket for each key. The clock is the caller's. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit) {
    if (limit.burst < 1 || limit.perSecond <= 0) throw new RangeError('burst and perSecond must be positive')
    this.#limit = limit
  }

  get size(): number {
    return this.#buckets.size
  }

  take(key: string, nowMs: number): RateDecision {
    const bucket = this.#refilled(key, nowMs)
    if (bucket.tokens < 1) {
      const seconds = (1 - bucket.tokens) / this.#limit.perSecond
      return { allowed: false, remaining: 0, retryAfterSeconds: Math.ceil(seconds) }
    }
    bucket.tokens -= 1
    return { allowed: true, remaining: Math.floor(bucket.tokens), retryAfterSeconds: 0 }
  }

  /** Forgets keys whose bucket has filled up again: they are as good as new. */
  sweep(nowMs: number): number {
    let removed = 0
    for (const key of this.#buckets.keys()) {
      if (this.#refilled(key, nowMs).tokens < this.#limit.burst) continue
      this.#buckets.delete(key)
      removed += 1
    }
    return removed
  }

  #refilled(key: string, nowMs: number): Bucket {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#limit.burst, updatedMs: nowMs }
    const elapsedMs = Math.max(0, nowMs - bucket.updatedMs)
    bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + (elapsedMs / 1000) * this.#limit.perSecond)
    bucket.updatedMs = nowMs
    this.#buckets.set(key, bucket)
    return bucket
  }
}
