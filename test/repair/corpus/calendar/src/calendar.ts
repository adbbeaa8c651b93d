const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MINUTES_PER_DAY = 1440

export function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** `month` from 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) throw new RangeError(`no such month: ${month}`)
  return month === 2 && isLeap(year) ? 29 : DAYS[month - 1]!
}

export function dayOfYear(year: number, month: number, day: number): number {
  let days = day
  for (let before = 1; before < month; before++) days += daysInMonth(year, before)
  return days
}

export function formatDate(date: Date): string {
  const pad = (n: number): string => String(n).padStart(2, '0')
  return `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`
}

export function isWeekend(date: Date): boolean {
  const day = date.getUTCDay()
  return day === 0 || day === 6
}

export function formatMinutes(minutes: number): string {
  const rest = minutes % MINUTES_PER_DAY
  const hours = Math.floor(rest / 60)
  return `${hours}:${String(rest % 60).padStart(2, '0')}`
}

export function countWorkdays(from: Date, days: number): number {
  let found = 0
  for (let i = 0; i < days; i++) {
    const day = new Date(from.getTime() + i * 86_400_000)
    if (isWeekend(day)) continue
    found++
  }
  return found
}
