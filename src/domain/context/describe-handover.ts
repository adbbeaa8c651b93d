import type { RepairJudgement } from '../../protocol/repair.ts'
import type { RunState } from '../run-state.ts'
import { count, toLine } from '../report/words.ts'

/** Bounds of what a model is told: it is context for each of its turns. */
const most = { tests: 8, places: 8, close: 6, options: 4, line: 200 }

/** What the built-in solver learned, for the model that takes over. Facts and findings, each bounded; none of it is an order. */
export function describeHandover(state: RunState, why: string): string {
  const searched = [...state.searched.values()]
  const committed = new Set(state.commits.map(({ task }) => task))
  const unsure = [...state.judged.values()].filter(({ task }) => !committed.has(task))
  const tried = searched.reduce((sum, each) => sum + each.tried, 0)
  const places = searched.flatMap((each) => each.places).toSorted((a, b) => b.suspicion - a.suspicion).slice(0, most.places)
  const close = [...state.close].sort((a, b) => b.mended - b.broken - (a.mended - a.broken)).slice(0, most.close)
  return [
    `The built-in repair engine, which is no model, looked for a change of one place first and hands over: ${why}. The files are as it left them. What it learned may help; it is not proven.`,
    section('Mended and committed already', state.commits.map(({ message }) => toLine(message.split('\n')[0] ?? '', most.line))),
    section('Reproduction', searched.map(({ command, tests, only }) => `\`${toLine(command, most.line)}\`${only.length > 0 ? `, tests in ${only.slice(0, most.tests).join(', ')}` : ''}: ${listed(tests.map((name) => toLine(name, most.line)), most.tests)}`)),
    section('Suspicious lines, the most suspect first', places.map(({ path, line, code }) => `${path}:${line}  ${toLine(code, most.line)}`)),
    section('Changes that came close', close.map(({ describes, path, line, mended, broken }) => `${path}:${line} ${describes}: ${count(mended, 'failing test')} ${mended === 1 ? 'passes' : 'pass'} with it${broken > 0 ? `, and ${count(broken, 'test')} that passed ${broken === 1 ? 'fails' : 'fail'}` : ''}`)),
    ...unsure.flatMap(describeUnsure),
    ...new Set(searched.flatMap(({ hint }) => (hint === undefined ? [] : [`${hint}.`]))),
    tried > 0 ? `${count(tried, 'change')} of one place ${tried === 1 ? 'was' : 'were'} tried.` : '',
  ].filter((part) => part !== '').join('\n')
}

/** Several changes pass all tests and behave differently: which is meant, no test says. */
function describeUnsure({ options, difference, why }: RepairJudgement): string[] {
  const shown = options.slice(0, most.options).map((option) => `${option.number}. ${option.path}:${option.line} ${option.describes}: ${toLine(option.after, most.line)}`)
  const shows = difference ? [`They differ on ${difference.call}: ${difference.shows.slice(0, most.options).map(({ option, outcome }) => `${option} ${toLine(outcome, most.line)}`).join('; ')}`] : []
  return [section(`Changes that pass every test, and of which none was sure enough (${why.slice(0, 3).join('; ')})`, [...shown, ...shows])]
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `- ${line}`).join('\n')}`
}

function listed(words: readonly string[], atMost: number): string {
  return words.length <= atMost ? words.join('; ') : `${words.slice(0, atMost).join('; ')}; and ${words.length - atMost} more`
}
