import type { Act, CommandReading } from '../../protocol/command.ts'

const mostNamed = 6

/** The programs that a command would start, the consequential ones first, on one line. */
export function describeReading({ acts, unknown }: CommandReading): string {
  const weighty = [...acts.filter((act) => act.kinds.length > 0), ...acts.filter((act) => act.kinds.length === 0)]
  const named = weighty.slice(0, mostNamed).map(describeAct)
  const more = weighty.length > mostNamed ? [`and ${weighty.length - mostNamed} more`] : []
  return [...named, ...more, ...unknown.slice(0, 3).map(({ text, why }) => `${text} (${why})`)].join('; ')
}

export function describeAct(act: Act): string {
  const line = act.argv.map((word) => word ?? '…').join(' ')
  const hosts = act.hosts.length > 0 ? ` to ${act.hosts.join(', ')}` : ''
  return `${line.length > 160 ? `${line.slice(0, 159)}…` : line}${act.kinds.length > 0 ? ` [${act.kinds.join(', ')}${hosts}]` : ''}`
}
