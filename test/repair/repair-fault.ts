import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRepairSolver } from '../../src/adapters/solver-repair/repair-solver.ts'
import { Contract } from '../../src/protocol/contract.ts'
import type { CheckOutcome } from '../../src/protocol/evidence.ts'
import type { ModelReply } from '../../src/protocol/conversation.ts'
import type { SeededFault } from './faults.ts'
import { ScratchLab } from './scratch-lab.ts'

const corpus = fileURLToPath(new URL('corpus', import.meta.url))

export interface Repair {
  readonly fault: string
  /** Failing tests on the base, and after the proposed edits. */
  readonly before: number
  readonly after: number
  /** No edit, an edit after which tests still fail, all tests pass, or the file is as it was before the fault was put in. */
  readonly result: 'none' | 'partial' | 'plausible' | 'exact'
  readonly confidence: number
  readonly summary: string
  readonly seconds: number
  readonly tried: number
  readonly text: string
  readonly events: number
}

function readModule(name: string): Map<string, string> {
  const root = path.join(corpus, name)
  const files = new Map<string, string>()
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('__pycache__')) continue
    const full = path.join(entry.parentPath, entry.name)
    files.set(path.relative(root, full).split(path.sep).join('/'), fs.readFileSync(full, 'utf8'))
  }
  return files
}

export function makeContract(command: string): Contract {
  return Contract.parse({
    version: 1, goal: 'make the failing tests pass', constraints: [], checks: [{ id: 'tests', command, origin: 'person' }], scope: [], dataLocations: [],
    budget: { maxTurns: 50, maxIdleTurns: 3 }, approvers: [], unknowns: [], network: [], pins: [], guarded: [],
  })
}

export async function proposeFor(lab: ScratchLab, contract: Contract, outcomes: readonly CheckOutcome[], maxMs: number): Promise<ModelReply> {
  const solver = createRepairSolver({ maxMs })
  const tests = outcomes.flatMap((outcome) => outcome.tests?.cases ?? []).filter((test) => test.status === 'failed').map((test) => test.name)
  const task = { id: 't1', title: 'mend', subgoal: 'mend', scope: [], checks: outcomes.map((outcome) => outcome.checkId), tests, role: 'repairer' as const, dependsOn: [], risk: 'low' as const, reversible: true, rules: [] }
  return solver.propose({ task, contract, outcomes }, lab, { signal: new AbortController().signal, onLive: (signal) => { if (process.env['REPAIR_SAY']) console.log(JSON.stringify(signal)) } })
}

interface EditInput { path: string; edits: { find: string; replace: string }[] }

/** Applies the reply's edits as the edit tool would: each snippet must be there exactly once; a later edit of a file meets what an earlier one left. */
export function applyReply(lab: ScratchLab, reply: ModelReply, read: (path: string) => string): string[] {
  const texts = new Map<string, string>()
  for (const part of reply.parts) {
    if (part.type !== 'call' || part.name !== 'edit') continue
    const input = part.input as unknown as EditInput
    let text = texts.get(input.path) ?? read(input.path)
    for (const { find, replace } of input.edits) {
      if (text.split(find).length !== 2) throw new Error(`the snippet is not unique in ${input.path}: ${find}`)
      text = text.replace(find, () => replace)
    }
    lab.apply(input.path, text)
    texts.set(input.path, text)
  }
  return [...texts.keys()]
}

export async function repairFault(fault: SeededFault, maxMs = 30_000): Promise<Repair> {
  const files = readModule(fault.module)
  const name = `src/${fault.file}`
  const good = files.get(name) ?? ''
  if (good.split(fault.good).length < 2) throw new Error(`${fault.name}: the good text is not in ${name}`)
  files.set(name, good.replace(fault.good, () => fault.bad))
  const command = fault.file.endsWith('.py') ? 'python3 -m unittest discover -s test -t .' : 'node --test "test/*.check.*"'
  const contract = makeContract(command)
  const lab = new ScratchLab(files, maxMs + 10_000)
  try {
    const check = contract.checks[0]!
    const base = await lab.tryFiles(new Map(), check, { timeoutMs: 10_000 })
    const red = (outcome: CheckOutcome): number => (outcome.tests?.cases ?? []).filter((test) => test.status === 'failed').length
    if (red(base) === 0) throw new Error(`${fault.name}: no test fails (${base.status}): ${base.tail}`)
    const began = performance.now()
    const reply = await proposeFor(lab, contract, [base], maxMs)
    const seconds = (performance.now() - began) / 1000
    const changed = applyReply(lab, reply, (at) => files.get(at) ?? '')
    const after = changed.length === 0 ? base : await lab.tryFiles(new Map(), check, { timeoutMs: 10_000 })
    const finish = reply.parts.find((part) => part.type === 'call' && part.name === 'finish')
    const input = (finish?.type === 'call' ? finish.input : {}) as { summary?: string; confidence?: number }
    const text = reply.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n')
    const squeeze = (source: string | undefined): string => (source ?? '').replaceAll(/\s+/g, '')
    const same = changed.length > 0 && squeeze(await lab.read(name)) === squeeze(good)
    return {
      fault: fault.name, before: red(base), after: red(after), confidence: input.confidence ?? 0, summary: input.summary ?? '', seconds, text,
      tried: Number(/(\d+) changes? (?:was|were) tried/.exec(text)?.[1] ?? 0), events: lab.events.length,
      result: changed.length === 0 ? 'none' : same ? 'exact' : red(after) === 0 && after.status === 'passed' ? 'plausible' : 'partial',
    }
  } finally {
    lab.dispose()
  }
}
