import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ProofOutcome, ProofRequest, ScheduleProver } from '../../engine/ports/schedule-prover.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { toLpModel } from './lp-model.ts'

/** What the solver says, as far as it is read. */
interface Solution {
  readonly Status: string
  readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>
}
type Message = { readonly solution: Solution } | { readonly failed: string }

/** Loads the solver where it blocks nobody. Kept as text: the bundle has one entry, and a worker needs a file or a text. */
const program = `const { parentPort, workerData } = require('node:worker_threads')
require(workerData.module)()
  .then((highs) => parentPort.postMessage({ solution: highs.solve(workerData.model, workerData.options) }))
  .catch((error) => parentPort.postMessage({ failed: String(error && error.message || error) }))`

/** Room for the solver to notice that its time is over, in milliseconds; then the worker is ended. */
const grace = 1_000

/** Exact proofs by HiGHS, compiled to WebAssembly, in a worker thread of its own for each question. */
export function createHighsProver(): ScheduleProver {
  const module = createRequire(import.meta.url).resolve('highs')
  return {
    prove: async (request, signal) => {
      const model = toLpModel(request)
      if (model === undefined) return { kind: 'unknown', why: 'it has too many tasks and times for an exact proof' }
      if (signal.aborted || request.seconds <= 0) return { kind: 'unknown', why: 'no time was left' }
      const options = { time_limit: request.seconds, output_flag: false, log_to_console: false, mip_rel_gap: 0, mip_abs_gap: 0.5 }
      const message = await ask({ module, model, options }, request.seconds * 1000 + grace, signal)
      if (message === undefined) return { kind: 'unknown', why: 'no time was left' }
      if ('failed' in message) throw new Fault('request-invalid', `the exact solver failed: ${message.failed}`)
      return toOutcome(message.solution, request)
    },
  }
}

async function ask(workerData: unknown, milliseconds: number, signal: AbortSignal): Promise<Message | undefined> {
  // What the solver prints is nobody's business; a worker that is asked in vain must not see the environment either.
  const worker = new Worker(program, { eval: true, workerData, stdout: true, stderr: true, execArgv: [], env: {} })
  const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])
  try {
    return await new Promise<Message | undefined>((resolve, reject) => {
      over.addEventListener('abort', () => resolve(undefined), { once: true })
      worker.once('message', resolve)
      worker.once('error', (error) => reject(new Fault('request-invalid', `the exact solver failed: ${toMessage(error)}`, { cause: error })))
      worker.once('exit', () => resolve(undefined))
    })
  } finally {
    await worker.terminate()
  }
}

function toOutcome({ Status, Columns }: Solution, { network }: ProofRequest): ProofOutcome {
  if (Status === 'Infeasible') return { kind: 'none' }
  const starts = new Int32Array(network.size).fill(-1)
  for (const [name, { Primal = 0 }] of Object.entries(Columns)) {
    const [, task, tick] = /^x(\d+)_(\d+)$/.exec(name) ?? []
    if (task !== undefined && Primal > 0.5) starts[Number(task)] = Number(tick)
  }
  const isWhole = starts.every((start) => start >= 0)
  if (Status === 'Optimal' && isWhole) return { kind: 'shortest', starts }
  return isWhole ? { kind: 'shorter', starts } : { kind: 'unknown', why: Status === 'Time limit reached' ? 'no time was left' : `the exact solver said: ${Status}` }
}
