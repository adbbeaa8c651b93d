import type { MutationScore, RepairJudgement, RepairOption } from '../../protocol/repair.ts'
import { count, toLine } from './words.ts'

const sureness: Record<RepairJudgement['sure'], string> = { sure: 'Sure', likely: 'Likely', 'one of several': 'One of several', 'a guess': 'A guess' }
/** Survivors that are named in words; the record has more. */
const mostSurvivors = 6

/** The account of a repair in plain words, a line each: the fault, why there, the mend, how sure, what else, how strong the tests are. */
export function describeRepair(judgement: RepairJudgement): string[] {
  const { fault, options } = judgement
  const { chosen } = judgement
  const first = options.find(({ number }) => number === (chosen ?? 1))
  const before = judgement.first
  return [
    ...(before === undefined ? [] : [`There are two faults, one behind the other. The first is in ${before.path}:${before.line}; its mend: ${toLine(before.describes, 300)}. With it the failing test gets further, to the second.`]),
    `The ${before === undefined ? '' : 'second '}fault is in ${fault.path}:${fault.line}${fault.within === undefined ? '' : `, in ${fault.within}`}: \`${toLine(fault.code, 200)}\`.`,
    `It was suspected because ${toList(fault.because)}.`,
    `The mend: ${toLine(first?.describes ?? '', 300)}${chosen === undefined ? '' : `, option ${chosen}, which a person chose`}.`,
    ...(chosen === undefined ? describeSureness(judgement) : []),
    ...(options.length < 2 ? [] : describeChoice(judgement)),
    ...(judgement.strength ? describeStrength(judgement.strength) : []),
    ...(judgement.test === undefined ? [] : ['A test that would pin it, if these answers are the right ones:', ...judgement.test.split('\n').map((line) => `    ${line}`)]),
  ]
}

function describeSureness({ sure, why }: RepairJudgement): string[] {
  return [`${sureness[sure]}: ${toLine(why.join('; '), 600)}.`]
}

/** What a question about a repair adds where there is something to choose: the ways, and how to name one. */
export function toChoice(judgement: RepairJudgement | undefined): { readonly text: string; readonly choices: string[] } | undefined {
  if (judgement === undefined || judgement.options.length < 2 || judgement.chosen !== undefined) return undefined
  return {
    text: [...describeSureness(judgement), ...describeChoice(judgement), 'A plain yes takes the first, whose diff is below; writ approve ID --choose N takes another.'].join('\n'),
    choices: judgement.options.map(({ describes, path, line }) => `${toLine(describes, 200)} (${path}:${line})`),
  }
}

/** The ways to choose from, with an input on which they part. */
export function describeChoice({ options, difference }: RepairJudgement): string[] {
  return [
    difference === undefined ? 'There are several ways to mend it:' : 'These mend it in ways that differ:',
    ...options.flatMap((option) => describeOption(option)),
    ...(difference === undefined
      ? ['No input was found on which they differ: they could not be compared, or not on enough inputs.']
      : [`They differ on ${toLine(difference.call, 300)}${difference.given ? ', which a test calls' : ''}:`, ...difference.shows.map(({ option, outcome }) => `    ${option}. ${toLine(outcome, 300)}`)]),
  ]
}

function describeOption({ number, describes, path, line, before, after, same }: RepairOption): string[] {
  return [
    `  ${number}. ${toLine(describes, 200)} (${path}:${line})${same.length > 0 ? `; ${count(same.length, 'other change', 'other changes')} ${same.length === 1 ? 'behaves' : 'behave'} like it` : ''}`,
    ...before.split('\n').slice(0, 4).filter((each) => each.trim() !== '').map((each) => `     - ${toLine(each, 160)}`),
    ...after.split('\n').slice(0, 4).filter((each) => each.trim() !== '').map((each) => `     + ${toLine(each, 160)}`),
  ]
}

/** How strong the evidence of the tests is, in plain words. */
export function describeStrength(score: MutationScore): string[] {
  const { tried, alike, survivors, note } = score
  if (tried === 0) return [`${sumUpStrength(score)}.`]
  return [
    `${sumUpStrength(score)}${alike > 0 ? ` (${alike} more ${alike === 1 ? 'behaves' : 'behave'} the same on all inputs that were looked at)` : ''}${note === undefined ? '' : `; ${note}`}.`,
    ...survivors.slice(0, mostSurvivors).map(({ path, line, describes, call }) => `  - noticed by no test: ${toLine(describes, 200)} in ${path}:${line}${call === undefined ? '' : ` (it shows in ${toLine(call, 160)})`}`),
    ...(survivors.length > mostSurvivors ? [`  - and ${survivors.length - mostSurvivors} more`] : []),
  ]
}

/** The same as half a sentence. */
export function sumUpStrength({ tried, noticed, note }: MutationScore): string {
  if (tried === 0) return `How strong the tests around it are was not measured${note === undefined ? '' : `: ${note}`}`
  const share = noticed / tried
  const word = share >= 0.85 ? 'strong' : share >= 0.6 ? 'fair' : 'weak'
  return `The tests around it are ${word}: they notice ${noticed} of ${count(tried, 'small change')} there`
}

function toList(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`
}
