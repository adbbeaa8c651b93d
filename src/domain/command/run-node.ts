import { expandText, expandWord, refuseHiddenCommand, runArithmetic } from './expand-word.ts'
import { noteAct } from './note-act.ts'
import { runSimple } from './run-simple.ts'
import { openRedirects, toHost, writeOutput } from './redirects.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { done, nothing, sayUnknown, step } from './shell.ts'
import { runToEnd } from './subshell.ts'
import type { ShellNode } from './shell-node.ts'
import type { ShellState } from './shell-state.ts'
import { assignState, forkState, mergeStates, setVariable } from './shell-state.ts'
import { ANY, FIELD, isKnown, isSpread, toUnknown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

const longestOutput = 65_536

/** Goes through a program in every way that it can go, and notes what would be started. */
export function runNode(node: ShellNode, shell: Shell, way: Way): Outcome {
  step(shell.session)
  switch (node.kind) {
    case 'list': return runList(node.items, shell, way)
    case 'and': case 'or': return runBranch(node, shell, way)
    case 'pipeline': return runPipeline(node.items, node.negated, shell, way)
    case 'background': case 'coprocess': {
      const stdin = node.kind === 'coprocess' ? ANY : way.stdin
      return { ...done, out: runToEnd(shell, way, (child) => runNode(node.body, child, { ...way, stdin, isBeside: true })).out }
    }
    case 'subshell': return { ...runToEnd(shell, way, (child) => runNode(node.body, child, way)), jumps: false }
    case 'group': return runNode(node.body, shell, way)
    case 'if': return runIf(node.branches, shell, way)
    case 'while': return runWhile(node, shell, way)
    case 'for': return runFor(node, shell, way)
    case 'counting':
      return guard(node.expressions.text, shell, () => {
        for (const part of node.expressions.text.split(';')) runArithmetic({ ...node.expressions, text: part }, toHost(shell, way))
        return runUnknownTimes(shell, () => runNode(node.body, shell, way))
      })
    case 'case': return runCase(node, shell, way)
    case 'function':
      shell.state.functions.set(node.name, { bodies: [node.body], maybe: false, exported: false })
      // Bash calls this one by itself.
      if (node.name === 'command_not_found_handle') runToEnd(shell, way, (child) => runNode(node.body, child, way))
      return done
    case 'condition':
      return guard('[[ … ]]', shell, () => {
        for (const word of node.words) refuseHiddenCommand(expandText(word, toHost(shell, way)))
        return nothing
      })
    case 'arithmetic':
      return guard(node.expression.text, shell, () => {
        runArithmetic(node.expression, toHost(shell, way))
        return nothing
      })
    case 'redirected':
      return guard('a redirection', shell, () => {
        const opened = openRedirects(node.redirects, shell, way)
        const outcome = runNode(node.body, shell, opened.way)
        return { ...outcome, out: writeOutput(outcome.out, opened, shell) }
      })
    case 'command': return guard(node.text, shell, () => runSimple(node, shell, way))
  }
}

/** What cannot be understood is said, and the rest is read on with nothing known about what it left. */
function guard(text: string, shell: Shell, run: () => Outcome): Outcome {
  try {
    return run()
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    sayUnknown(shell.session, text, thrown.message)
    return { ...nothing, out: ANY }
  }
}

function append(a: string, b: string): string {
  return a.length + b.length > longestOutput ? toUnknown(a, b) : a + b
}

function runList(items: readonly ShellNode[], shell: Shell, way: Way): Outcome {
  let out = ''
  let status: Outcome['status'] = 0
  const left: ShellState[] = []
  let input = way.stdin
  for (const item of items) {
    const outcome = runNode(item, shell, { ...way, stdin: input })
    // What a command has read of the input, the next does not find; of an unknown one any part may be left.
    if (input !== '' && isKnown(input)) input = takeRemaining(shell, input)
    out = append(out, outcome.out)
    status = outcome.status
    if (outcome.jumps) left.push(forkState(shell.state))
  }
  for (const state of left) assignState(shell.state, mergeStates(shell.state, state))
  return { status, out, jumps: left.length > 0 }
}

/** The `read` builtin leaves what it did not take under a name that no variable can have. */
export const remainingInput = ' remaining input'

function takeRemaining(shell: Shell, input: string): string {
  const found = shell.state.variables.get(remainingInput)
  if (found === undefined) return input
  shell.state.variables.delete(remainingInput)
  return typeof found.value === 'string' ? found.value : ANY
}

function runBranch(node: { kind: 'and' | 'or'; left: ShellNode; right: ShellNode }, shell: Shell, way: Way): Outcome {
  const left = runNode(node.left, shell, way)
  const runs = left.status === undefined ? 'maybe' : (left.status === 0) === (node.kind === 'and') ? 'yes' : 'no'
  if (runs === 'yes') {
    const right = runNode(node.right, shell, way)
    return { status: right.status, out: append(left.out, right.out), jumps: left.jumps || right.jumps }
  }
  const child: Shell = { ...shell, state: forkState(shell.state) }
  const right = runNode(node.right, child, way)
  if (runs === 'no') return left
  assignState(shell.state, mergeStates(shell.state, child.state))
  const out = right.out === '' ? left.out : append(left.out, toUnknown(right.out))
  return { status: undefined, out, jumps: left.jumps || right.jumps }
}

function runPipeline(items: readonly ShellNode[], negated: boolean, shell: Shell, way: Way): Outcome {
  let stdin = way.stdin
  let last: Outcome = done
  const isBeside = way.isBeside || items.length > 1
  for (const item of items) {
    const each: Way = { ...way, stdin, isBeside }
    last = items.length === 1 ? runNode(item, shell, each) : runToEnd(shell, way, (child) => runNode(item, child, each))
    stdin = last.out
  }
  const status = last.status === undefined ? undefined : (last.status === 0) === negated ? 1 : 0
  return { status, out: last.out, jumps: items.length === 1 && last.jumps }
}

function runIf(branches: readonly { test: ShellNode | undefined; body: ShellNode }[], shell: Shell, way: Way): Outcome {
  const ends: ShellState[] = []
  const outs: string[] = []
  let jumps = false
  let out = ''
  for (const { test, body } of branches) {
    if (test !== undefined) {
      const tested = runNode(test, shell, way)
      out = append(out, tested.out)
      jumps ||= tested.jumps
    }
    const child: Shell = { ...shell, state: forkState(shell.state) }
    const outcome = runNode(body, child, way)
    jumps ||= outcome.jumps
    outs.push(outcome.out)
    ends.push(child.state)
  }
  const hasElse = branches.at(-1)?.test === undefined
  const [first = shell.state, ...rest] = hasElse ? ends : [shell.state, ...ends]
  assignState(shell.state, rest.reduce(mergeStates, first))
  const differs = new Set(hasElse ? outs : ['', ...outs]).size > 1
  return { status: undefined, out: differs ? append(out, toUnknown(...outs)) : append(out, outs[0] ?? ''), jumps }
}

/** A body that runs any number of times: twice is enough, once what it changes is taken to be unknown. */
function runUnknownTimes(shell: Shell, run: (shell: Shell) => Outcome): Outcome {
  const before = forkState(shell.state)
  const first = run(shell)
  assignState(shell.state, mergeStates(before, shell.state))
  const widened = forkState(shell.state)
  const second = run(shell)
  assignState(shell.state, mergeStates(widened, shell.state))
  const out = first.out === '' && second.out === '' ? '' : toUnknown(first.out, second.out)
  return { status: undefined, out, jumps: false }
}

const mostTurns = 200

function runWhile(node: { test: ShellNode; body: ShellNode }, shell: Shell, way: Way): Outcome {
  const once = (input: string): Outcome => {
    const tested = runNode(node.test, shell, { ...way, stdin: input })
    // Without an end, and without waiting for what it starts.
    if (tested.status === 0 && startsWithoutWaiting(node.body)) noteAct(['while', 'true'], shell, way, ['process-bomb'])
    const body = runNode(node.body, shell, { ...way, stdin: isKnown(input) ? takeRemaining(shell, input) : input })
    return { status: undefined, out: append(tested.out, body.out), jumps: tested.jumps || body.jumps }
  }
  // `while read …` over lines that are known goes through them one by one.
  const readsLines = node.test.kind === 'command' && node.test.words.some((word) => word.text === 'read')
  if (!readsLines || !isKnown(way.stdin)) return runUnknownTimes(shell, () => once(way.stdin))
  let input = way.stdin
  let out = ''
  for (let turn = 0; input !== '' && turn < mostTurns; turn += 1) {
    runNode(node.test, shell, { ...way, stdin: input })
    input = takeRemaining(shell, input)
    const before = forkState(shell.state)
    const outcome = runNode(node.body, shell, { ...way, stdin: input })
    const left = takeRemaining(shell, input)
    if (outcome.jumps || left !== input) return runUnknownTimes(shell, () => once(toUnknown(way.stdin)))
    out = append(out, outcome.out)
    if (turn === mostTurns - 1) assignState(shell.state, mergeStates(before, shell.state))
  }
  if (input !== '') return runUnknownTimes(shell, () => once(toUnknown(way.stdin)))
  return { status: undefined, out, jumps: false }
}

function startsWithoutWaiting(body: ShellNode): boolean {
  if (body.kind === 'background') return true
  if (body.kind !== 'list') return false
  return body.items.some((item) => item.kind === 'background') && !body.items.some((item) => item.kind === 'command' && /^(?:wait|sleep|break)$/.test(item.words[0]?.text ?? ''))
}

function runFor(node: Extract<ShellNode, { kind: 'for' }>, shell: Shell, way: Way): Outcome {
  return guard(`for ${node.name}`, shell, () => {
    const host = toHost(shell, way)
    const items = node.words === undefined ? shell.state.positional : node.words.flatMap((word) => expandWord(word, host))
    const isOpen = items.length > mostTurns || items.some((item) => isSpread(item))
    if (isOpen) {
      return runUnknownTimes(shell, () => {
        setVariable(shell.state, node.name, toUnknown(...items) === ANY ? FIELD : toUnknown(...items))
        return runNode(node.body, shell, way)
      })
    }
    let out = ''
    const ends: ShellState[] = []
    for (const item of items) {
      // Names of files that a pattern stands for are not known, but each is one word.
      setVariable(shell.state, node.name, item)
      const outcome = runNode(node.body, shell, way)
      out = append(out, outcome.out)
      if (outcome.jumps) ends.push(forkState(shell.state))
    }
    for (const state of ends) assignState(shell.state, mergeStates(shell.state, state))
    return { status: undefined, out: ends.length > 0 && out !== '' ? toUnknown(out) : out, jumps: false }
  })
}

function runCase(node: Extract<ShellNode, { kind: 'case' }>, shell: Shell, way: Way): Outcome {
  return guard('case', shell, () => {
    const host = toHost(shell, way)
    expandText(node.subject, host)
    const ends: ShellState[] = [forkState(shell.state)]
    const outs: string[] = ['']
    let jumps = false
    for (const arm of node.arms) {
      for (const pattern of arm.patterns) expandText(pattern, host)
      const child: Shell = { ...shell, state: forkState(shell.state) }
      // Where an arm falls through, the next one finds what this one left; both are merged below.
      const outcome = runNode(arm.body, child, way)
      jumps ||= outcome.jumps
      outs.push(outcome.out)
      ends.push(child.state)
      assignState(shell.state, mergeStates(shell.state, child.state))
    }
    const [first = shell.state, ...rest] = ends
    assignState(shell.state, rest.reduce(mergeStates, first))
    return { status: undefined, out: outs.every((out) => out === '') ? '' : toUnknown(...outs), jumps }
  })
}
