import { createHash } from 'node:crypto'
import type { Contract } from '../../protocol/contract.ts'
import type { Message, ModelRequest, ToolSpec } from '../../protocol/conversation.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { Survey } from '../../protocol/events/check.ts'
import type { Digest } from '../../protocol/ids.ts'
import { digestOfJson } from '../digest.ts'
import type { RunState } from '../run-state.ts'
import { fillTemplate, templates } from './template.ts'

/** Failing tests listed in the opening message; the rest are counted. */
const listedFailures = 30

/** The next request of the loop: a pure function of the state, and only ever longer than the one before. */
export function buildRequest(state: RunState, tools: readonly ToolSpec[]): ModelRequest {
  const { opened, contract, survey } = state
  if (!opened || !contract || !survey) throw new Error('a request needs a contract and a survey')
  const system = fillTemplate(templates.system, {
    ROOT: opened.repository.root,
    NETWORK: contract.network.length > 0 ? `network only to ${contract.network.join(', ')}` : 'no network',
  })
  return {
    model: opened.request.model ?? '',
    system,
    tools: [...tools],
    messages: [{ role: 'user', text: openingMessage(contract, survey, [...state.baseline.values()]) }, ...state.messages],
    ...(opened.request.effort ? { effort: opened.request.effort } : {}),
  }
}

/** The one request before the contract is pinned: what do the words say? */
export function buildIntakeRequest(state: RunState): ModelRequest {
  const { opened } = state
  if (!opened) throw new Error('a request needs an opened run')
  const user = fillTemplate(templates.intake.user, { GOAL: opened.draft.goal, NOW: new Date(state.startedAt).toISOString() })
  return { model: opened.request.model ?? '', system: templates.intake.system.join('\n'), tools: [], messages: [{ role: 'user', text: user }] }
}

const messageDigests = new WeakMap<Message, string>()

/** Digest of a request, message by message, so that a long conversation is not hashed again at each turn. */
export function digestOfRequest(request: ModelRequest): Digest {
  const { messages, ...rest } = request
  const hash = createHash('sha256').update(digestOfJson(rest))
  for (const message of messages) {
    let digest = messageDigests.get(message)
    if (digest === undefined) {
      digest = digestOfJson(message)
      messageDigests.set(message, digest)
    }
    hash.update(digest)
  }
  return hash.digest('hex') as Digest
}

function openingMessage(contract: Contract, survey: Survey, baseline: readonly CheckOutcome[]): string {
  return fillTemplate(templates.opening, {
    GOAL: contract.goal,
    CONSTRAINTS: section('Constraints', contract.constraints.map((each) => each.text)),
    SCOPE: section('Only these paths may change', contract.scope),
    DATA: section('Data', contract.dataLocations.map((each) => each.text)),
    UNKNOWNS: section('Not known (say what you assumed)', contract.unknowns.map((each) => each.question)),
    CHECKS: contract.checks.length > 0 ? contract.checks.map((check) => describeCheck(check.id, check.command, baseline)).join('\n') : 'None was given or found: a person will judge the diff. Tests that you add in new files help.',
    BOUNDS: describeBounds(contract),
    ENVIRONMENT: describeSurvey(survey),
    INSTRUCTIONS: survey.instructions.map((each) => `# ${each.path} (from the repository)\n${each.text}`).join('\n\n'),
  })
}

function describeCheck(id: string, command: string, baseline: readonly CheckOutcome[]): string {
  const outcome = baseline.find((each) => each.checkId === id)
  if (!outcome) return `- \`${command}\``
  const cases = outcome.tests?.cases ?? []
  const failing = cases.filter((each) => each.status === 'failed')
  const passed = cases.filter((each) => each.status === 'passed').length
  if (cases.length === 0) {
    const shown = outcome.status === 'passed' ? '' : `\n${indent(outcome.tail.slice(-1500))}`
    return `- \`${command}\`: on the base ${outcome.status === 'passed' ? 'it passes' : outcome.status.replaceAll('-', ' ')} (exit code ${outcome.exitCode ?? 'none'})${shown}`
  }
  const lines = failing.slice(0, listedFailures).map((each) => `  - ${each.name}${each.message ? `: ${oneLine(each.message, 240)}` : ''}`)
  if (failing.length > listedFailures) lines.push(`  - and ${failing.length - listedFailures} more`)
  return [`- \`${command}\`: on the base ${passed} test${passed === 1 ? ' passes' : 's pass'} and ${failing.length} fail${failing.length === 1 ? 's' : ''}${failing.length > 0 ? ':' : ''}`, ...lines].join('\n')
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
