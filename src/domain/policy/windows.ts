import type { ChangeWindow, Day } from '../../protocol/policy-bundle.ts'

const days: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** What a clock on the wall of a time zone shows. */
interface WallTime {
  /** `2026-03-29` */
  readonly date: string
  /** Minutes since midnight, as the clock shows them: after a switch to summer time some do not come. */
  readonly minutes: number
}

/** Making one costs 50 times what using it does. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/**
 * Names of the windows that are open at this instant, in milliseconds since the epoch. A window is a matter of the clock on
 * the wall in its zone: on the day when summer time begins or ends, `from` and `to` are still what that clock shows.
 */
export function openWindows(windows: Readonly<Record<string, ChangeWindow>>, atMs: number): string[] {
  return Object.keys(windows).filter((name) => isOpen(windows[name] as ChangeWindow, atMs)).sort()
}

function isOpen(window: ChangeWindow, atMs: number): boolean {
  const { date, minutes } = toWallTime(window.zone, atMs)
  const [from, to] = [toMinutes(window.from), toMinutes(window.to)]
  const opensOn = (day: string): boolean => window.days.includes(dayOf(day)) && !window.except.includes(day)
  if (from < to) return minutes >= from && minutes < to && opensOn(date)
  // It reaches over midnight: past it, the day that counts is the one on which it opened.
  return (minutes >= from && opensOn(date)) || (minutes < to && opensOn(dayBefore(date)))
}

function toWallTime(zone: string, atMs: number): WallTime {
  let clock = clocks.get(zone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    clocks.set(zone, clock)
  }
  const parts = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, value]))
  return { date: `${parts.year}-${parts.month}-${parts.day}`, minutes: Number(parts.hour) * 60 + Number(parts.minute) }
}

function toMinutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function dayOf(date: string): Day {
  return days[new Date(`${date}T00:00:00Z`).getUTCDay()] as Day
}

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
