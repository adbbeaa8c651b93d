import { InvalidArgumentError, Option } from 'commander'

/** What several commands take, and how its values are read. */

export const collect = (value: string, all: readonly string[] = []): string[] => [...all, value]

export function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It takes a whole number of at least 1.')
  return number
}

/** The same bound as in a run's record. */
const mostWorkers = 64

export function workerCount(value: string): number {
  const number = wholeNumber(value)
  if (number > mostWorkers) throw new InvalidArgumentError(`It takes at most ${mostWorkers}.`)
  return number
}

const mostPlans = 8

export function fewPlans(value: string): number {
  const number = wholeNumber(value)
  if (number > mostPlans) throw new InvalidArgumentError(`It takes a whole number from 1 to ${mostPlans}.`)
  return number
}

export function eventNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || value.trim() === '') throw new InvalidArgumentError('It takes the number of an event, as writ log shows it.')
  return number
}

export function amount(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0 || value.trim() === '') throw new InvalidArgumentError('It takes an amount in US dollars, like 0.50.')
  return number
}

/** What every command that is about one run takes. */
export const runWord = 'a run id, a unique part of its beginning or end, or `latest`: the newest of this repository'
export const runRepo = 'the repository whose run it is (default: the one around the working directory)'

export const formats = new Option('--output-format <format>', 'how the answer is printed on stdout').choices(['text', 'json', 'stream-json']).default('text')

/** Compiling every schema costs a run more than all the parsing of its first second; it must be said before any is made. */
export async function interpretSchemas(): Promise<void> {
  const { z } = await import('zod')
  z.config({ jitless: true })
}
