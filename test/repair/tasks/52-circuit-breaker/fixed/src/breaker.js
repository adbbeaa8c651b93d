export class OpenError extends Error {}

/** Stops calling what keeps failing, and tries once again after a while. */
export class Breaker {
  constructor(action, { failures = 3, restMs = 1000, now = Date.now } = {}) {
    this.action = action
    this.failures = failures
    this.restMs = restMs
    this.now = now
    this.failed = 0
    this.openedAt = undefined
  }

  get state() {
    if (this.openedAt === undefined) return 'closed'
    return this.now() - this.openedAt >= this.restMs ? 'half-open' : 'open'
  }

  async call(...args) {
    if (this.state === 'open') throw new OpenError('not called: it failed too often')
    try {
      const result = await this.action(...args)
      this.failed = 0
      this.openedAt = undefined
      return result
    } catch (error) {
      this.failed += 1
      if (this.failed >= this.failures) this.openedAt = this.now()
      throw error
    }
  }
}

export async function settle(breaker, calls) {
  const seen = []
  for (const args of calls) {
    seen.push(await breaker.call(...args).then((value) => value, (error) => error.message))
  }
  return seen
}
