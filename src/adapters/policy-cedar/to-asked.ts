import { isGuarded } from '../../domain/contract/pins.ts'
import { toChangeKinds } from '../../domain/policy/change-kinds.ts'
import { isWithin } from '../../domain/contract/scope.ts'
import type { CallQuestion, Circumstances, IntegrateQuestion, OtherQuestion } from '../../engine/ports/policy.ts'
import type { Act, TouchedPath } from '../../protocol/command.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { Json } from '../../protocol/ids.ts'
import { loneActions, pathActions, toCallAction, type Action } from './action-groups.ts'
import type { Asked, Attributes } from './may-match.ts'

/** One question to the rules; a call is several. */
export interface Part extends Asked {
  readonly principalId: string
  readonly resourceId: string
  /** What it is about, as people name it. */
  readonly about: readonly string[]
  /** For the slots of reasons, beside what all parts share. */
  readonly slots: Readonly<Record<string, string>>
  /** Paths that it is about, for the slot of that name. */
  readonly paths: readonly string[]
}

/** What the policy knows beside the question. */
export interface Surroundings {
  readonly isSecret: (path: string) => boolean
  readonly windowsAt: (atMs: number) => readonly string[]
  readonly confidenceBar: number
  readonly maxQuarantined: number
}

const types = { person: 'Person', agent: 'Agent', specialist: 'Specialist', hook: 'Hook' } as const

interface Scene {
  readonly asker: Pick<Part, 'principalType' | 'principalId' | 'principal' | 'context'>
  readonly contract: Contract
  readonly surroundings: Surroundings
}

function setScene(circumstances: Circumstances | undefined, contract: Contract, surroundings: Surroundings): Scene {
  const { kind, name, depth } = circumstances?.principal ?? { kind: 'agent' as const, name: 'agent', depth: 0 }
  const context: Attributes = {
    network: contract.network.length > 0,
    callsInMinute: circumstances?.callsInMinute ?? 0, callsInRun: circumstances?.callsInRun ?? 0,
    fanOut: circumstances?.fanOut ?? 0, depth, autonomy: circumstances?.autonomy ?? 1,
    // Working out time zones costs more than the rest together: only when a rule asks.
    get windows() { return circumstances === undefined ? [] : surroundings.windowsAt(circumstances.at) },
    confidenceBar: surroundings.confidenceBar, maxQuarantined: surroundings.maxQuarantined,
  }
  return { asker: { principalType: types[kind], principalId: name, principal: { name, depth, roles: kind === 'specialist' ? [name] : [] }, context }, contract, surroundings }
}

function toPart({ asker }: Scene, action: Action, resource: { readonly type: string; readonly id: string; readonly attributes: Attributes }, more: Pick<Part, 'about'> & Partial<Pick<Part, 'slots' | 'paths'>>): Part {
  return { ...asker, action: action.id, actionGroups: action.groups, resourceType: resource.type, resourceId: resource.id, resource: resource.attributes, slots: {}, paths: [], ...more }
}

/** What a call would do comes first: each program, what cannot be understood, each host, each path; then the call as a whole. */
export function toCallParts(question: CallQuestion, surroundings: Surroundings): Part[] {
  const { tool, effect, input, paths, command, contract } = question
  const scene = setScene(question.circumstances, contract, surroundings)
  const acts = command?.acts ?? []
  const parts = [
    ...acts.map((act) => toCommandPart(scene, act)),
    ...(command?.unknown ?? []).filter(({ contained }) => contained !== true || contract.network.length > 0).map(({ text, why }) => toUnknownPart(scene, text, why)),
    ...[...new Set(acts.flatMap((act) => act.hosts))].map((host) => toHostPart(scene, host, true)),
    ...paths.map((touched) => toPathPart(scene, touched, 'tool')),
    ...acts.flatMap((act) => act.paths).map((touched) => toPathPart(scene, touched, 'command')),
  ]
  const attributes: Attributes = { tool, effect, touches: paths.length, get input() { return JSON.stringify(input).slice(0, 10_000) } }
  return [...parts, toPart(scene, toCallAction(tool, effect), { type: 'Call', id: tool, attributes }, { about: [describeInput(tool, input)], paths: paths.map(({ path }) => path) })]
}

function describeInput(tool: string, input: Json): string {
  const command = typeof input === 'object' && input !== null && !Array.isArray(input) ? input.command : undefined
  return typeof command === 'string' ? command : tool
}

/** Scratch of the sandbox, and devices that keep nothing: neither inside nor outside. */
const scratch = /^(\/tmp|\/var\/tmp|\/dev\/(null|stdout|stderr|stdin|tty|fd\/\d+|shm)|\/proc\/self\/fd\/\d+)(\/|$)/
/** Kinds that go to a host even where none is named. */
const needHost = new Set(['publish', 'deploy', 'upload', 'git-remote', 'force-push', 'registry', 'message', 'remote-shell', 'database-drop'])

function toCommandPart(scene: Scene, act: Act): Part {
  const words = act.argv.map((word) => word ?? '?')
  const line = words.join(' ')
  const touches = (access: 'read' | 'write', outside: boolean): boolean => act.paths.some((each) => each.access === access && each.outside === outside && !(outside && scratch.test(each.path)))
  const attributes: Attributes = {
    argv: words, line, program: words[0] ?? '', subcommand: words.slice(1).find((word) => !word.startsWith('-')) ?? '',
    kinds: act.kinds, via: act.via, hosts: act.hosts, unknown: false, computed: act.argv.includes(null),
    get reachesOut() { return act.hosts.length > 0 ? act.hosts.some((host) => !isLoopback(splitHost(host).name)) : act.kinds.some((kind) => needHost.has(kind)) },
    get readsOutside() { return touches('read', true) }, get writesOutside() { return touches('write', true) },
    get readsInside() { return touches('read', false) }, get writesInside() { return touches('write', false) },
  }
  return toPart(scene, loneActions.exec, { type: 'Command', id: line, attributes }, { about: [line], slots: { command: cut(line) }, paths: act.paths.filter((each) => each.outside && each.access === 'write').map(({ path }) => path) })
}

function toUnknownPart(scene: Scene, text: string, why: string): Part {
  const attributes: Attributes = {
    argv: [], line: text, program: '', subcommand: '', kinds: [], via: [], hosts: [], unknown: true, computed: true,
    reachesOut: false, readsOutside: false, writesOutside: false, readsInside: false, writesInside: false,
  }
  return toPart(scene, loneActions.exec, { type: 'Command', id: text, attributes }, { about: [text], slots: { command: cut(text), why } })
}

function toHostPart(scene: Scene, host: string, named: boolean): Part {
  const { name, port } = splitHost(host)
  const attributes: Attributes = { name, port: port ?? 443, granted: isGranted(scene.contract.network, name, named ? port : port ?? 443), loopback: isLoopback(name), named }
  return toPart(scene, loneActions.connect, { type: 'Host', id: name, attributes }, { about: [host], slots: { host } })
}

function toPathPart(scene: Scene, { path, access, outside }: TouchedPath, via: 'tool' | 'command'): Part {
  const { contract, surroundings } = scene
  // What lies outside has no path that the contract could speak of.
  const attributes: Attributes = {
    path, access, via, outside, name: path.slice(path.lastIndexOf('/') + 1),
    get kinds() { return outside ? [] : toChangeKinds([path]) },
    get secret() { return !outside && surroundings.isSecret(path) },
    get pinned() { return !outside && contract.pins.some((pin) => pin.mode === 'whole' && pin.path === path) },
    get guarded() { return !outside && isGuarded(contract, path) },
    get outsideScope() { return !outside && contract.scope.length > 0 && !isWithin(path, contract.scope) },
  }
  return toPart(scene, pathActions[access], { type: 'Path', id: path, attributes }, { about: [path], paths: [path] })
}

export function toIntegratePart(question: IntegrateQuestion, surroundings: Surroundings): Part {
  const { paths, kinds, risk, confidence, warnings, wanted, circumstances } = question
  const attributes: Attributes = { kinds, paths, files: paths.length, risk, warnings, wanted, confidence: confidence === undefined ? undefined : Math.round(confidence * 100) }
  return toPart(setScene(circumstances, circumstances.contract, surroundings), loneActions.integrate, { type: 'Change', id: 'change', attributes }, { about: paths, paths, slots: toKindSlots(paths) })
}

/** For each kind of change the paths that are of it, worked out when a reason names it. */
function toKindSlots(paths: readonly string[]): Readonly<Record<string, string>> {
  const slots: Record<string, string> = {}
  for (const kind of ['dependencies', 'schema', 'ci', 'policy', 'checks', 'configuration', 'tests', 'docs', 'source'] as const) {
    Object.defineProperty(slots, kind, { get: () => listNames(paths.filter((path) => toChangeKinds([path]).includes(kind))) })
  }
  return slots
}

/** Three of them, and how many more there are. */
export function listNames(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}

export function toOtherPart(question: OtherQuestion, surroundings: Surroundings): Part {
  const scene = setScene(question.circumstances, question.circumstances.contract, surroundings)
  switch (question.action) {
    case 'deliver': return toPart(scene, loneActions.deliver, { type: 'Repository', id: question.branch, attributes: { branch: question.branch, proven: question.proven } }, { about: [question.branch], slots: { branch: question.branch } })
    case 'amend': return toPart(scene, loneActions.amend, { type: 'Contract', id: 'contract', attributes: { parts: question.parts } }, { about: question.parts, slots: { parts: question.parts.join(', ') || 'the contract' } })
    case 'connect': return toHostPart(scene, question.host, false)
    case 'delegate': return toPart(scene, loneActions.delegate, { type: 'Role', id: question.role, attributes: { name: question.role } }, { about: [question.role] })
    case 'approve': {
      const own = question.circumstances.principal.name === question.requestedBy
      return toPart(scene, loneActions.approve, { type: 'Question', id: question.kind, attributes: { kind: question.kind, rules: question.rules, requestedBy: question.requestedBy, own } }, { about: [question.kind] })
    }
    case 'continue': return toPart(scene, loneActions.continue, { type: 'Quarantine', id: question.rule, attributes: { rule: question.rule, count: question.quarantined } }, { about: [question.rule] })
  }
}

/** `host`, `host:port` or `[::1]:port`; without a port where none is said. */
function splitHost(host: string): { readonly name: string; readonly port: number | undefined } {
  const [, v6, name = host, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(host) ?? []
  return { name: (v6 ?? name).toLowerCase().replace(/\.$/, ''), port: port === undefined ? undefined : Number(port) }
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name === '0.0.0.0' || /^127(\.\d+){3}$/.test(name)
}

/** As the sandbox's proxy reads grants: 443 unless said, `.example.com` covers every name below it. Where a command names no port, any may be meant. */
function isGranted(grants: readonly string[], name: string, port: number | undefined): boolean {
  return grants.some((grant) => {
    const granted = splitHost(grant)
    return (granted.name.startsWith('.') ? name.endsWith(granted.name) : name === granted.name) && (port === undefined || port === (granted.port ?? 443))
  })
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
