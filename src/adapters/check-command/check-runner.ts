import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckPlace, CheckRunner } from '../../engine/ports/checks.ts'
import type { Blobs } from '../../engine/ports/event-log.ts'
import type { Sandbox, SandboxLimits, SandboxResult } from '../../engine/ports/sandbox.ts'
import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome, CheckStatus, TestReport } from '../../protocol/evidence.ts'
import { firstReporting, nextReporting, reportersAt, toEnvironment, type NodeReporting } from './environment.ts'
import { explainMissing, explainNoTests, explainUnloadable, refusedReporter } from './explain.ts'
import { findPrintedReport } from './parsers/find-report.ts'
import { toGoText } from './parsers/go-json.ts'
import { planCommand, type CommandPlan } from './plan-command.ts'
import { openReportBox } from './report-box.ts'
import { findReportFiles } from './report-files.ts'
import type { Scripts } from './resolve-script.ts'
import { toTail } from './tail.ts'

export interface CheckRunnerOptions {
  readonly sandbox: Sandbox
  readonly blobs: Blobs
  /** Where `node.mjs`, `python/` and the other reporters lie on the host. */
  readonly assetsDir?: string
  readonly limits?: Partial<Omit<SandboxLimits, 'timeoutMs'>>
}

type RunOptions = Parameters<CheckRunner['run']>[2]

interface Attempt {
  readonly result: SandboxResult
  readonly report: TestReport | undefined
}

const defaultAssets = fileURLToPath(new URL('./reporters', import.meta.url))
const defaultLimits = { memoryMb: 4096, pids: 1024, outputBytes: 8 * 1024 * 1024, diskBytes: 2 * 1024 ** 3 }

const PackageScripts = z.object({ scripts: z.record(z.string(), z.string()).optional() })

/** Scripts of the package.json at the root; none where there is no such file or it cannot be read as one. */
async function findScripts(root: string): Promise<Scripts> {
  let text: string
  try {
    text = await readFile(join(root, 'package.json'), 'utf8')
  } catch {
    // No package.json: nothing to resolve. Other faults show when the command runs.
    return {}
  }
  try {
    return PackageScripts.safeParse(JSON.parse(text)).data?.scripts ?? {}
  } catch {
    // Broken JSON: npm will say so better than we can.
    return {}
  }
}

function toStatus(result: SandboxResult, missing: string | undefined): CheckStatus {
  if (result.ended === 'timeout') return 'timed-out'
  if (missing !== undefined) return 'could-not-run'
  return result.ended === 'exited' && result.exitCode === 0 ? 'passed' : 'failed'
}

function toNotes(check: Check, plan: CommandPlan, attempt: Attempt, options: RunOptions): string[] {
  const { result, report } = attempt
  const output = new TextDecoder().decode(result.output)
  const notes = [...result.notes]
  if (result.ended === 'timeout') notes.push(`stopped after ${check.timeoutMs / 1000} s, the check's time limit`)
  if (result.ended === 'memory') notes.push('stopped: it used more memory than the sandbox allows')
  if (result.ended === 'disk') notes.push('stopped: it wrote more to the disk than the sandbox allows')
  if (result.ended === 'cancelled') notes.push('cancelled')
  const none = explainNoTests(result.exitCode, output, plan.runner)
  if (none !== undefined) notes.push(none)
  if (report !== undefined && !report.complete) notes.push('the test runner stopped before it had reported everything it began')
  if (options.only !== undefined && options.only.length > 0) {
    notes.push(plan.narrowed.length > 0 ? `narrowed to ${plan.narrowed.join(', ')}` : 'could not be narrowed to some files: everything was run')
  }
  if (plan.byName === true) notes.push(`of these, only tests named like the ${options.names?.length ?? 0} that were asked for`)
  if (result.droppedBytes > 0) notes.push(`${result.droppedBytes} bytes of output were dropped from the middle`)
  return notes
}

/**
 * Runs checks in the sandbox and learns by test name what they showed, from reporters of our own wherever the runner
 * takes one, else from what it printed, else from the exit code alone.
 */
export function createCheckRunner({ sandbox, blobs, assetsDir = defaultAssets, limits = {} }: CheckRunnerOptions): CheckRunner {
  async function attempt(check: Check, plan: CommandPlan, way: NodeReporting, place: CheckPlace, options: RunOptions): Promise<Attempt> {
    const box = openReportBox()
    const report = `/run/writ/${box.directory.split('/').at(-1)}`
    const { onOutput } = options
    const decoder = new TextDecoder()
    const since = Date.now() - 1000
    try {
      const result = await sandbox.run(
        {
          argv: ['bash', '-c', plan.command],
          cwd: place.home,
          env: toEnvironment({ way, report, home: place.home, offline: options.network.length === 0 }),
          mounts: [...place.mounts, { mode: 'ro', host: assetsDir, at: reportersAt }, { mode: 'rw', host: box.directory, at: report }],
          net: options.network.length === 0 ? { mode: 'none' } : { mode: 'allow', hosts: options.network },
          limits: { ...defaultLimits, ...limits, timeoutMs: check.timeoutMs },
          ...(onOutput === undefined ? {} : { onOutput: (_: string, chunk: Uint8Array) => onOutput(decoder.decode(chunk, { stream: true })) }),
        },
        options.signal,
      )
      const seen = await box.read()
      const whole = result.ended === 'exited'
      const found = seen ?? findPrintedReport(new TextDecoder().decode(result.stdout), plan.runner) ?? (await findReportFiles(place.root, plan.command, since))
      const lost = seen === undefined && result.droppedBytes > 0
      return { result, report: found === undefined ? undefined : { ...found, complete: found.complete && whole && !lost } }
    } finally {
      box.dispose()
    }
  }

  async function attemptUntilAccepted(check: Check, plan: CommandPlan, place: CheckPlace, options: RunOptions): Promise<Attempt> {
    let way: NodeReporting = firstReporting(plan)
    const tried = new Set<NodeReporting>()
    for (;;) {
      tried.add(way)
      const last = await attempt(check, plan, way, place, options)
      const refused = last.result.exitCode === 0 || last.report !== undefined ? undefined : refusedReporter(new TextDecoder().decode(last.result.output))
      const next = refused === 'too-old' ? 'none' : nextReporting[way]
      if (refused === undefined || next === undefined || tried.has(next)) return last
      way = next
    }
  }

  return {
    async run(check, place, options): Promise<CheckOutcome> {
      const scripts = await findScripts(place.root)
      const plan = planCommand(check.command, { scripts, reporters: reportersAt, only: options.only ?? [], ...(options.names ? { names: options.names } : {}) })
      const last = await attemptUntilAccepted(check, plan, place, options)
      const { result, report } = last
      const printed = new TextDecoder().decode(result.output)
      const text = plan.runner === 'go-test' ? toGoText(printed) : printed
      // A run that was narrowed to some files says nothing of the others.
      const unloadable = plan.narrowed.length > 0 ? undefined : explainUnloadable(result.exitCode, report)
      const missing = explainMissing(result.exitCode, printed, (report?.cases.length ?? 0) > 0) ?? unloadable
      const { ref, droppedBytes } = await (blobs.keep?.(result.output) ?? blobs.put(result.output).then((whole) => ({ ref: whole, droppedBytes: 0 })))
      const notes = [...toNotes(check, plan, last, options), ...(droppedBytes === 0 ? [] : [`${droppedBytes} bytes in the middle of its output were not kept: the record of the run is near its size limit`])]
      return {
        checkId: check.id,
        command: check.command,
        status: toStatus(result, missing),
        ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
        durationMs: result.durationMs,
        ...(result.peakMb === undefined ? {} : { memoryMb: result.peakMb }),
        tree: place.tree,
        ...(report === undefined ? {} : { tests: report }),
        output: ref,
        tail: toTail(text, report),
        notes: missing === undefined ? notes : [missing, ...notes],
      }
    },
  }
}
