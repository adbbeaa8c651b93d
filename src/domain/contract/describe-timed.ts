import type { TimedCommand } from '../../protocol/contract.ts'

/** What is asked of a timed command, in words. */
export function describeTimed({ command, most, runs }: TimedCommand): string {
  return `${command} takes at most ${most} times as long as on the base (medians of ${runs})`
}
