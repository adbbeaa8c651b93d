import type { Act, CommandReading, TouchedPath } from '../../protocol/command.ts'
import type { Remembered } from '../../protocol/policy.ts'
import { isWithin } from '../contract/scope.ts'

/** Programs that are whatever their words say: a yes to one says nothing of the next. */
const anything = /^(sh|bash|zsh|dash|ksh|fish|python\d*(\.\d+)?|node|perl|ruby|php|lua|deno|bun|sudo|doas|env|xargs|eval|exec|ssh|scp|rsync|curl|wget|nc|socat|find|awk|make|psql|mysql|redirect)$/
/** Programs of which the third word says as much as the second. */
const wide = /^(docker|podman|kubectl|git|gh|aws|gcloud|az|helm|terraform)$/
/** Kinds that are asked about each time. */
const never = new Set(['secret-read', 'secret-out', 'tamper', 'force-push', 'database-drop', 'privilege', 'disk-destruction'])

/** The prefix by which an answer could be remembered; undefined where each time is another matter. */
export function toRememberable(reading: CommandReading | undefined, paths: readonly TouchedPath[]): Remembered | undefined {
  if (reading === undefined) {
    const [only, ...more] = paths
    return only && more.length === 0 && !only.outside ? { kind: 'path', glob: only.path, access: only.access } : undefined
  }
  if (reading.unknown.length > 0) return undefined
  const weighty = reading.acts.filter(isWeighty)
  const [act] = weighty
  if (!act || weighty.length !== 1 || act.kinds.some((kind) => never.has(kind))) return undefined
  const words = act.argv.slice(0, 3)
  const plain = words.filter((word): word is string => word !== null && !word.startsWith('-'))
  const [program] = plain
  if (program === undefined || anything.test(program) || (wide.test(program) && plain.length < 2)) return undefined
  return { kind: 'argv', prefix: plain.slice(0, wide.test(program) ? 3 : 2) }
}

function isWeighty(act: Act): boolean {
  return act.kinds.length > 0
}

/**
 * Does a remembered answer cover this? For a command, every program in it that amounts to anything must begin with the words, and
 * nothing in it may be unknown: a yes to `npm publish` is none to `npm publish && rm -rf /`.
 */
export function isRemembered(remembered: Remembered, question: { readonly reading: CommandReading | undefined; readonly paths: readonly TouchedPath[] }): boolean {
  if (remembered.kind === 'path') return question.reading === undefined && question.paths.length > 0 && question.paths.every((each) => !each.outside && each.access === remembered.access && isWithin(each.path, [remembered.glob]))
  const { reading } = question
  if (!reading || reading.unknown.length > 0) return false
  const weighty = reading.acts.filter(isWeighty)
  return weighty.length > 0 && weighty.every((act) => !act.kinds.some((kind) => never.has(kind)) && remembered.prefix.every((word, n) => act.argv[n] === word))
}

export function describeRemembered(remembered: Remembered): string {
  return remembered.kind === 'argv' ? `${remembered.prefix.join(' ')} …` : `${remembered.access} ${remembered.glob}`
}
