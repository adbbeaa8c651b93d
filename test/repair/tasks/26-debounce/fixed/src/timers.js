/** Clock-driven scheduling: `clock` has now(), and advance(ms) in tests. */
export class ManualClock {
  #now = 0
  #due = []

  now() {
    return this.#now
  }

  setTimer(action, delay) {
    const timer = { at: this.#now + delay, action }
    this.#due.push(timer)
    return timer
  }

  clearTimer(timer) {
    const at = this.#due.indexOf(timer)
    if (at >= 0) this.#due.splice(at, 1)
  }

  advance(ms) {
    const end = this.#now + ms
    for (;;) {
      const next = this.#due.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.clearTimer(next)
      this.#now = next.at
      next.action()
    }
    this.#now = end
  }
}

export function debounce(action, delay, clock) {
  let timer
  const debounced = (...args) => {
    if (timer !== undefined) clock.clearTimer(timer)
    timer = clock.setTimer(() => {
      timer = undefined
      action(...args)
    }, delay)
  }
  debounced.cancel = () => {
    if (timer !== undefined) clock.clearTimer(timer)
    timer = undefined
  }
  return debounced
}

export function throttle(action, gap, clock) {
  let last = -Infinity
  return (...args) => {
    if (clock.now() - last < gap) return false
    last = clock.now()
    action(...args)
    return true
  }
}
