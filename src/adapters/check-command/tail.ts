import { stripVTControlCharacters } from 'node:util'
import type { TestCase, TestReport } from '../../protocol/evidence.ts'

const maxTail = 4000
const maxFailures = 2600
const maxMessage = 700

/** From this many on, tests that fail with the same first line are told as one. */
const joinedFrom = 3
const shownNames = 4

interface FailedAlike {
  readonly names: readonly string[]
  readonly message: string
}

/** Failures in the order of their first test; many that say the same are one entry, so that other causes are seen too. */
function joinAlike(failed: readonly TestCase[]): readonly FailedAlike[] {
  const groups = Map.groupBy(failed, (one) => firstLine(toMessage(one)) || one.name)
  return [...groups.values()].flatMap((group) => {
    if (group.length < joinedFrom) return group.map((one) => ({ names: [one.name], message: toMessage(one) }))
    return [{ names: group.map((one) => one.name), message: toMessage(group[0]) }]
  })
}

function toMessage(one: TestCase | undefined): string {
  return stripVTControlCharacters(one?.message ?? '').trim()
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function toEntry({ names, message }: FailedAlike, share: number): string {
  const [name = ''] = names
  if (names.length === 1) return message === '' ? `✖ ${name}` : `✖ ${name}\n  ${message.slice(0, share).replaceAll('\n', '\n  ')}`
  const more = names.length > shownNames ? `; and ${names.length - shownNames} more` : ''
  const rest = message.slice(firstLine(message).length).trim().slice(0, share)
  return `✖ ${names.length} tests: ${firstLine(message).slice(0, maxMessage)}\n  ${names.slice(0, shownNames).join('; ')}${more}${rest === '' ? '' : `\n  the first: ${rest.replaceAll('\n', '\n  ')}`}`
}

function toFailures(report: TestReport | undefined): string {
  const failed = report?.cases.filter((one) => one.status === 'failed') ?? []
  if (failed.length === 0) return ''
  const passed = report?.cases.filter((one) => one.status === 'passed').length ?? 0
  const lines = [`${failed.length} failed, ${passed} passed:`]
  const groups = joinAlike(failed)
  let left = failed.length
  let size = 0
  for (const group of groups) {
    const share = Math.max(120, Math.min(maxMessage, Math.floor(maxFailures / groups.length) - (group.names[0]?.length ?? 0)))
    const entry = toEntry(group, share)
    size += entry.length
    if (size > maxFailures) {
      lines.push(`… and ${left} more`)
      break
    }
    lines.push(entry)
    left -= group.names.length
  }
  return `${lines.join('\n')}\n`
}

/** Failing tests first, then the end of what was printed: at most 4,000 characters, without terminal codes. */
export function toTail(output: string, report: TestReport | undefined): string {
  const failures = toFailures(report).slice(0, maxTail - 400)
  const printed = stripVTControlCharacters(output).replaceAll('\r\n', '\n').trim()
  const room = maxTail - failures.length - 30
  const end = printed.length <= room ? printed : `…${printed.slice(-room)}`
  return failures === '' ? end : `${failures}--- end of output ---\n${end}`.slice(0, maxTail)
}
