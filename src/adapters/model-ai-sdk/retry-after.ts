/** How long the other side asks us to wait, from its headers or its error, in milliseconds; undefined where it does not say. */
export function findRetryAfterMs(headers: Readonly<Record<string, string>>, body: string, now: number): number | undefined {
  const ms = Number(headers['retry-after-ms'])
  if (headers['retry-after-ms'] !== undefined && isWait(ms)) return ms
  const after = headers['retry-after']
  if (after !== undefined) {
    const seconds = Number(after)
    const wait = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1000
    if (isWait(wait)) return wait
  }
  // Which of the limits was hit is not said: where one has nothing left, it is that one, else none is taken.
  const resets = Object.entries(headers).flatMap(([name, value]) => {
    const match = /^(?:x|anthropic)-ratelimit-(?:reset-(\w+)|([\w-]+)-reset)$/.exec(name)
    if (match === null) return []
    const left = match[1] === undefined ? headers[`anthropic-ratelimit-${match[2]}-remaining`] : headers[`x-ratelimit-remaining-${match[1]}`]
    const wait = toWaitMs(value, now)
    return left === '0' && wait !== undefined ? [wait] : []
  })
  if (resets.length > 0) return Math.max(...resets)
  // Google puts it into the error: "retryDelay": "34s".
  const delay = /"retryDelay"\s*:\s*"([\d.]+)s"/.exec(body)?.[1]
  return delay === undefined ? undefined : Math.ceil(Number(delay) * 1000)
}

/** `20ms`, `1.5s`, `6m0s`, `1h2m3s`, or a date. */
function toWaitMs(text: string, now: number): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(text.trim())
  if (match !== null && text.trim() !== '') {
    const [hours, minutes, seconds, ms] = match.slice(1).map((each) => Number(each ?? 0))
    return Math.ceil((((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + (ms ?? 0))
  }
  const wait = Date.parse(text) - now
  return isWait(wait) ? wait : undefined
}

function isWait(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0
}
