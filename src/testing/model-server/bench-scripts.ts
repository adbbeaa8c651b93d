/**
 * Scripts for measuring a harness: the model takes no time, so what is seen belongs to the harness. They are written
 * for Writ's tools (`shell`, `read`, `edit`, `finish`) and drive any other harness as well, by finding its tool for
 * each role and filling the fields of its schema.
 */
import { Fault } from '../../protocol/fault.ts'
import type { Reply, Script } from './reply.ts'
import type { NormalisedRequest } from './request.ts'
import { findCall, findTool, toLeast } from './tool-picker.ts'
import type { Step } from './tool-picker.ts'

export type BenchOptions = {
  /** The repository's path, for harnesses that want absolute paths. Default: paths are relative. */
  readonly root?: string
}

/** Turn k of n runs `echo step-k >> log.txt` (k from 1). Proof: `log.txt` has n lines. */
export function shellTurns(n: number, options: BenchOptions = {}): Script {
  return playSteps(n, options, (k) => [{ role: 'shell', command: `echo step-${k} >> log.txt` }])
}

/** Each of n turns asks for four calls of `sleep 0.2` at once: about 200 ms a turn if they run side by side, 800 if not. */
export function parallelReads(n: number, options: BenchOptions = {}): Script {
  return playSteps(n, options, () => [1, 2, 3, 4].map(() => ({ role: 'shell', command: 'sleep 0.2' })))
}

/** Each of n turns prints 109 kB. What it adds to the next prompt is what the harness lets through. */
export function bigOutput(n: number, options: BenchOptions = {}): Script {
  return playSteps(n, options, () => [{ role: 'shell', command: 'seq 1 20000' }])
}

/** Shell, read of notes.txt, edit of its first line `counter=i` to `counter=i+1`, in turn. Proof: counter = n / 3. */
export function mixed(n: number, options: BenchOptions = {}): Script {
  return playSteps(n, options, (k) => {
    const count = Math.floor((k - 1) / 3)
    const path = 'notes.txt'
    if (k % 3 === 1) return [{ role: 'shell', command: `echo step-${k} >> log.txt` }]
    if (k % 3 === 2) return [{ role: 'read', path }]
    return [{ role: 'edit', path, find: `counter=${count}`, replace: `counter=${count + 1}` }]
  })
}

/** The scripts by the names that the command line takes. */
export const benchScripts = { shell: shellTurns, parallel: parallelReads, big: bigOutput, mixed } as const
export type BenchScriptName = keyof typeof benchScripts

/** Plays `stepsOf(1)` to `stepsOf(turns)`, then ends by the harness's own `finish` tool, or by text where it has none. */
export function playSteps(turns: number, options: BenchOptions, stepsOf: (k: number) => readonly Step[]): Script {
  return (request, n) => {
    if (n >= turns) return toEnd(request, turns)
    const calls = stepsOf(n + 1).map((step) => {
      const call = findCall(request.tools, step, options.root)
      const offered = request.tools.map(({ name }) => name).join(', ')
      if (call !== undefined) return call
      throw new Fault('request-invalid', `Find a tool for "${step.role}" among: ${offered}. Name one shell, bash or the like.`)
    })
    return { calls }
  }
}

function toEnd(request: NormalisedRequest, turns: number): Reply {
  const summary = `All ${turns} steps are done.`
  const call = findCall(request.tools, { role: 'finish', summary, confidence: 0.9 })
  return call === undefined ? { text: summary } : { calls: [call] }
}

/** For `isMain`: other requests of a harness (titles, classifiers) offer no shell. */
export function offersShell(request: NormalisedRequest): boolean {
  return findTool(request.tools, 'shell') !== undefined
}

/** For `intake`: the least JSON that satisfies the schema asked for, `{}` where there is none. */
export function answerLeast(request: NormalisedRequest): Reply {
  const demanded = request.tools.find(({ name }) => name === request.forcedTool)
  return { text: JSON.stringify(toLeast(request.schema ?? demanded?.schema ?? {})) }
}
