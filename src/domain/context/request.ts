import { createHash, type Hash } from 'node:crypto'
import type { Contract } from '../../protocol/contract.ts'
import type { Message, ModelRequest, ToolSpec } from '../../protocol/conversation.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { Survey } from '../../protocol/events/check.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { Digest } from '../../protocol/ids.ts'
import { describeTimed } from '../contract/describe-timed.ts'
import { digestOfJson } from '../digest.ts'
import { describeEndless } from '../proof/endless.ts'
import type { RunState } from '../run-state.ts'
import { fillTemplate, templates, type Templates } from './template.ts'

/** Failing tests listed in the opening message; the rest are counted. */
const listedFailures = 30
/** Characters of what a failing test says; less where many runs are told the same. */
const longMessage = 240
const shortMessage = 120

/** What every request of a run begins with. It is the same object each time, so that it is built and hashed once. */
interface Opening {
  readonly from: readonly unknown[]
  readonly system: string
  readonly tools: ToolSpec[]
  readonly first: Message
}

const openings = new WeakMap<RunState, Opening>()

function getOpening(state: RunState, tools: readonly ToolSpec[], prompts: Templates): Opening {
  // As it was pinned: what was amended since is said where it happened, so that the prefix keeps its bytes.
  const { opened, pinned: contract, survey } = state
  if (!opened || !contract || !survey) throw new Error('a request needs a contract and a survey')
  const baseline = contract.checks.flatMap((check) => state.baseline.get(check.id) ?? [])
  const from = [opened, contract, survey, tools, prompts, ...baseline]
  const before = openings.get(state)
  if (before && before.from.length === from.length && before.from.every((each, n) => each === from[n])) return before
  const system = fillTemplate(isOnlooker(opened, tools) ? (prompts.looking ?? prompts.system) : prompts.system, {
    ROOT: opened.repository.root,
    NETWORK: contract.network.length > 0 ? `network only to ${contract.network.join(', ')}` : 'no network',
  })
  const first: Message = { role: 'user', text: openingMessage(prompts, contract, survey, baseline, opened) }
  const made = { from, system, tools: [...tools], first }
  openings.set(state, made)
  return made
}

/** A specialist that has no tool to change or run anything with: a planner, a reviewer. */
function isOnlooker({ specialist }: Payload<'run.opened'>, tools: readonly ToolSpec[]): boolean {
  return specialist !== undefined && !tools.some((tool) => ['edit', 'patch', 'write', 'shell'].includes(tool.name))
}

/** The next request of the loop: a pure function of the state, and only ever longer than the one before. */
export function buildRequest(state: RunState, tools: readonly ToolSpec[], prompts: Templates = templates): ModelRequest {
  const { system, tools: specs, first } = getOpening(state, tools, prompts)
  return {
    model: state.opened?.request.model ?? '',
    system,
    tools: specs,
    // A copy, so that what was asked stays as it was; this way of copying is the quick one for long conversations.
    messages: [first].concat(state.messages),
    ...(state.opened?.request.effort ? { effort: state.opened.request.effort } : {}),
  }
}

/** The one request before the contract is pinned: what do the words say? */
export function buildIntakeRequest(state: RunState, prompts: Templates = templates): ModelRequest {
  const { opened } = state
  if (!opened) throw new Error('a request needs an opened run')
  const user = fillTemplate(prompts.intake.user, { GOAL: opened.draft.goal, NOW: new Date(state.startedAt).toISOString() })
  return { model: opened.request.model ?? '', system: prompts.intake.system.join('\n'), tools: [], messages: [{ role: 'user', text: user }] }
}

const messageDigests = new WeakMap<Message, string>()

/** How far the messages of a conversation are hashed. The last one of a request may still be joined by another word. */
interface Progress {
  readonly parts: readonly unknown[]
  readonly count: number
  readonly last: Message | undefined
  readonly hash: Hash
}

/** By the first message, which is the same object in every request of a run. */
const progresses = new WeakMap<Message, Progress>()

/**
 * Digest of a request, message by message, so that a long conversation is not hashed again at each turn: requests that begin
 * with the same objects go on from where the one before was, and only what is new since is hashed.
 */
export function digestOfRequest(request: ModelRequest): Digest {
  const { messages, ...rest } = request
  const [first] = messages
  const parts = [rest.model, rest.system, rest.tools, rest.maxOutputTokens, rest.effort]
  const before = first && progresses.get(first)
  const goesOn = before && before.parts.every((part, n) => part === parts[n]) && before.count < messages.length && messages[before.count - 1] === before.last
  const hash = goesOn ? before.hash.copy() : createHash('sha256').update(digestOfJson(rest))
  const stable = Math.max(0, messages.length - 1)
  for (let n = goesOn ? before.count : 0; n < stable; n += 1) addMessage(hash, messages[n])
  if (first && stable > 0) progresses.set(first, { parts, count: stable, last: messages[stable - 1], hash: hash.copy() })
  addMessage(hash, messages[stable])
  return hash.digest('hex') as Digest
}

function addMessage(hash: Hash, message: Message | undefined): void {
  if (!message) return
  let digest = messageDigests.get(message)
  if (digest === undefined) {
    digest = digestOfJson(message)
    messageDigests.set(message, digest)
  }
  hash.update(digest)
}

function openingMessage(prompts: Templates, contract: Contract, survey: Survey, baseline: readonly CheckOutcome[], opened: Payload<'run.opened'>): string {
  const { origin, specialist } = opened
  return fillTemplate(prompts.opening, {
    ROLE: specialist === undefined ? '' : [`# Your part: ${specialist.role}`, specialist.words, specialist.brief].filter(Boolean).join('\n\n'),
    BEFORE: origin === undefined ? '' : `# What was done before\n${origin.story}`,
    GOAL: contract.goal,
    CONSTRAINTS: section('Constraints', [...contract.constraints.map((each) => each.text), ...(contract.performance ?? []).map(describeTimed)]),
    SCOPE: section('Only these paths may change', contract.scope),
    DATA: section('Data', contract.dataLocations.map((each) => each.text)),
    UNKNOWNS: section('Not known (say what you assumed)', contract.unknowns.map((each) => each.question)),
    CHECKS: describeChecks(contract, baseline, opened),
    BOUNDS: describeBounds(contract),
    ENVIRONMENT: describeSurvey(survey),
    INSTRUCTIONS: survey.instructions.map((each) => `# ${each.path} (from the repository)\n${each.text}`).join('\n\n'),
  })
}

/** A planner names checks by their ids; who writes tests or reviews is judged by none. */
function describeChecks({ checks }: Contract, baseline: readonly CheckOutcome[], { planning, parent }: Payload<'run.opened'>): string {
  if (checks.length > 0) return checks.map(({ id, command }) => describeCheck({ id, name: planning === undefined ? `\`${command}\`` : `${id}, \`${command}\``, most: planning ?? parent ? shortMessage : longMessage }, baseline)).join('\n')
  return parent === undefined ? 'None was given or found: a person will judge the diff. Tests that you add in new files help.' : 'None of your own: what you report is what counts.'
}

function describeCheck({ id, name, most }: { readonly id: string; readonly name: string; readonly most: number }, baseline: readonly CheckOutcome[]): string {
  const outcome = baseline.find((each) => each.checkId === id)
  if (!outcome) return `- ${name}`
  const cases = outcome.tests?.cases ?? []
  const failing = cases.filter((each) => each.status === 'failed')
  const passed = cases.filter((each) => each.status === 'passed').length
  if (cases.length === 0) {
    const stuck = (outcome.endless ?? []).map((test) => `${describeEndless(test)}\n`).join('')
    const shown = outcome.status === 'passed' ? '' : `\n${indent(`${stuck}${outcome.tail.slice(-1500)}`)}`
    return `- ${name}: on the base ${outcome.status === 'passed' ? 'it passes' : outcome.status.replaceAll('-', ' ')} (exit code ${outcome.exitCode ?? 'none'})${shown}`
  }
  const lines = failing.slice(0, listedFailures).map((each) => `  - ${each.name}${each.message ? `: ${oneLine(each.message, most)}` : ''}`)
  if (failing.length > listedFailures) lines.push(`  - and ${failing.length - listedFailures} more`)
  return [`- ${name}: on the base ${passed} test${passed === 1 ? ' passes' : 's pass'} and ${failing.length} fail${failing.length === 1 ? 's' : ''}${failing.length > 0 ? ':' : ''}`, ...lines].join('\n')
}

function describeBounds({ budget, deadline, pins }: Contract): string {
  const bounds = [`${budget.maxTurns} turns`, ...(deadline ? [`until ${deadline}`] : []), ...(budget.maxUsd === undefined ? [] : [`$${budget.maxUsd}`])]
  const names = pins.filter((pin) => pin.mode === 'whole').map((pin) => pin.path)
  const shown = names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ')
  return [`At most ${bounds.join(', ')}.`, ...(shown ? [`Pinned: ${shown}.`] : [])].join('\n')
}

function describeSurvey(survey: Survey): string {
  const lines: string[] = []
  if (survey.present.length > 0) lines.push(`Programs: ${survey.present.map((each) => (each.version ? `${each.name} ${each.version}` : each.name)).join(', ')}`)
  if (survey.absent.length > 0) lines.push(`Not installed: ${survey.absent.join(', ')}`)
  if (survey.uses.length > 0) lines.push(`The repository uses: ${survey.uses.map((each) => `${each.name} (${each.from})`).join(', ')}`)
  lines.push(`${survey.files} files:`, ...survey.tree.map((each) => `  ${each}`))
  return lines.join('\n')
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `# ${title}\n${lines.map((line) => `- ${line}`).join('\n')}`
}

function indent(text: string): string {
  return text.split('\n').map((line) => `    ${line}`).join('\n')
}

function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
