// What the scripted model server plays in a benchmark: loaded by the server's own process, told by the environment.
// For each request of the main loop it appends a line to BENCH_RECORD: what the prompt weighs, and how much of the
// last prompt opens this one. That work happens before the answer, so it counts as the model's time, not the harness's.
import { appendFileSync } from 'node:fs'
import { answerLeast, mixed, offersShell, playSteps, shellTurns } from '../src/testing/model-server/bench-scripts.ts'
import { findTool } from '../src/testing/model-server/tool-picker.ts'

const { BENCH_SCRIPT: name, BENCH_TURNS: turns, BENCH_ROOT: root, BENCH_RECORD: file } = process.env
const shell = (command) => ({ role: 'shell', command })
const four = [1, 2, 3, 4]

// Every turn leaves a line in log.txt: a harness may rightly stop a run in which nothing changes any more.
const scripts = {
  shell: shellTurns,
  mixed,
  /** Four commands at once: about 200 ms a turn where they run side by side, 800 where not. */
  parallel: (n, options) => playSteps(n, options, (k) => four.map((i) => shell(`sleep 0.2; echo step-${k}-${i} >> log.txt`))),
  /** 109 kB of output a turn: what it adds to the next prompt is what the harness lets through. */
  big: (n, options) => playSteps(n, options, (k) => [shell(`seq 1 20000; echo step-${k} >> log.txt`)]),
  /** Four reads at once and one command. */
  read: (n, options) => playSteps(n, options, (k) => [
    ...four.map((i) => ({ role: 'read', path: i % 2 === 0 ? 'README.md' : 'notes.txt' })), shell(`echo step-${k} >> log.txt`),
  ]),
}
const play = scripts[name](Number(turns), root ? { root } : {})
let last

export const intake = answerLeast
export function script(request, n) {
  if (!offersShell(request)) return answerLeast(request)
  const prompt = toPrompt(request)
  appendFileSync(file, `${JSON.stringify({ n, shell: findTool(request.tools, 'shell')?.name, ...weigh(request), kept: last === undefined ? undefined : toKeptShare(last, prompt) })}\n`)
  last = prompt
  return play(request, n)
}

/** Everything that the model reads, in the order in which providers lay it out. */
function toPrompt({ tools, system, items }) {
  const lines = items.map((item) => JSON.stringify({ ...item, message: undefined }))
  return [JSON.stringify(tools), system, ...lines].join('\n')
}

function weigh({ tools, system, items }) {
  const toolChars = tools.reduce((sum, tool) => sum + tool.name.length + tool.description.length + JSON.stringify(tool.schema).length, 0)
  const itemChars = items.reduce((sum, item) => sum + (item.text ?? item.output ?? JSON.stringify(item.input) ?? '').length, 0)
  return { toolChars, systemChars: system.length, itemChars, tools: tools.length }
}

/** The share of the earlier text that opens the later one: 1 where it was only appended to. */
function toKeptShare(earlier, later) {
  const end = Math.min(earlier.length, later.length)
  let i = 0
  while (i < end && earlier.charCodeAt(i) === later.charCodeAt(i)) i += 1
  return i / earlier.length
}
