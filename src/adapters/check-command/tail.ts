import { stripVTControlCharacters } from 'node:util'
import type { TestReport } from '../../protocol/evidence.ts'

const maxTail = 4000
const maxFailures = 2600
const maxMessage = 700

function toFailures(report: TestReport | undefined): string {
  const failed = report?.cases.filter((one) => one.status === 'failed') ?? []
  if (failed.length === 0) return ''
  const passed = report?.cases.filter((one) => one.status === 'passed').length ?? 0
  const lines = [`${failed.length} failed, ${passed} passed:`]
  let size = 0
  for (const [n, one] of failed.entries()) {
    const share = Math.max(120, Math.min(maxMessage, Math.floor(maxFailures / failed.length) - one.name.length))
    const message = stripVTControlCharacters(one.message ?? '').trim()
    const entry = message === '' ? `✖ ${one.name}` : `✖ ${one.name}\n  ${message.slice(0, share).replaceAll('\n', '\n  ')}`
    size += entry.length
    if (size > maxFailures) {
      lines.push(`… and ${failed.length - n} more`)
      break
    }
    lines.push(entry)
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
