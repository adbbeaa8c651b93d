import { z } from 'zod'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'it is a time like 09:00')
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'it is a day like 2026-12-24')

/** A change window: on these days from one time to another by the clocks of a zone; past midnight where `to` is earlier than `from`. */
export const Window = z.strictObject({
  days: z.array(z.enum(days)).min(1).default([...days]),
  from: Time.default('00:00'),
  to: Time.default('24:00'),
  zone: z.string().refine(isZone, 'it is not a time zone; write one like Europe/Berlin').default('UTC'),
  /** Days on which it is closed all day. */
  except: z.array(Day).max(400).default([]),
})
export type Window = z.infer<typeof Window>

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // not known to this machine's zone data
  }
}

interface LocalTime {
  readonly day: string
  readonly weekday: (typeof days)[number]
  readonly minutes: number
}

function toLocal(at: number, zone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const weekday = days.find((each) => each === (part.weekday ?? '').toLowerCase().slice(0, 3)) ?? 'mon'
  return { day: `${part.year}-${part.month}-${part.day}`, weekday, minutes: Number(part.hour) * 60 + Number(part.minute) }
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Is it open at this instant (milliseconds since the epoch)? A window past midnight belongs to the day on which it opened. */
export function isOpen(window: Window, at: number): boolean {
  const opensToday = (local: LocalTime): boolean => window.days.includes(local.weekday) && !window.except.includes(local.day)
  const now = toLocal(at, window.zone)
  const [from, to] = [toMinutes(window.from), toMinutes(window.to)]
  if (from < to) return opensToday(now) && now.minutes >= from && now.minutes < to
  if (now.minutes >= from) return opensToday(now)
  // The day before by the calendar: half a day back from noon is always in it, whatever the clocks did in the night.
  const before = toLocal(at - (now.minutes + 12 * 60) * 60_000, window.zone)
  return now.minutes < to && opensToday(before)
}

/** The names of the windows that are open at this instant. */
export function openWindows(windows: Readonly<Record<string, Window>>, at: number): string[] {
  return Object.keys(windows).filter((name) => isOpen(windows[name] as Window, at)).sort()
}
