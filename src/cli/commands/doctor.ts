import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { ProbeFinding } from '../../engine/ports/sandbox.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { toSize } from '../../domain/retention.ts'
import { openRecord, openSandbox } from '../compose.ts'
import { readConfig } from '../config.ts'
import { getPlaces, type Places } from '../places.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'
import { version } from '../version.ts'

interface Finding extends ProbeFinding {
  readonly group: 'programs' | 'places' | 'solver' | 'sandbox' | 'leftovers'
  /** Runs cannot work without it. */
  readonly isNeeded: boolean
}

const run = promisify(execFile)
/** Less free space than this is a finding, in bytes. */
const leastFree = 512 * 1024 * 1024
/** Languages and tools that repositories often need; none of them is needed by Writ. */
const optional = ['python3', 'npm', 'pnpm', 'yarn', 'make', 'gcc', 'go', 'cargo', 'java', 'docker'] as const

/** `writ doctor`: what runs need, with the mend for what is missing. Exits with 0 when runs can work, else with 5. */
export async function doctorCommand(options: { readonly json?: boolean }): Promise<number> {
  const places = getPlaces(process.env)
  const groups = await Promise.all([programs(), statePlace(places), retentionCap(places), solver(places), sandbox(places), leftovers()])
  const findings = groups.flat()
  const ok = findings.every((finding) => finding.ok || !finding.isNeeded)
  return whilePrinting(async () => {
    await print(options.json ? `${JSON.stringify({ ok, writ: version, platform: `${process.platform}-${process.arch}`, findings }, undefined, 2)}\n` : toText(findings, ok))
    return ok ? 0 : exitCodes.fault
  })
}

async function programs(): Promise<Finding[]> {
  const [git, ripgrep, ...others] = await Promise.all([findVersion('git'), findRipgrep(), ...optional.map((name) => findVersion(name, name === 'go' ? 'version' : name === 'java' ? '-version' : '--version'))])
  const there = optional.flatMap((name, index) => (others[index] === undefined ? [] : [`${name} ${others[index]}`.trim()]))
  const missing = optional.filter((_, index) => others[index] === undefined)
  return [
    isAtLeast(process.versions.node, 24, 15)
      ? { group: 'programs', name: 'node', ok: true, isNeeded: true, detail: process.versions.node }
      : { group: 'programs', name: 'node', ok: false, isNeeded: true, detail: `${process.versions.node} is too old`, mend: 'install Node 24.15 or newer' },
    git !== undefined && isAtLeast(git, 2, 32)
      ? { group: 'programs', name: 'git', ok: true, isNeeded: true, detail: git }
      : { group: 'programs', name: 'git', ok: false, isNeeded: true, detail: git === undefined ? 'not found on PATH' : `${git} is too old`, mend: 'install git 2.32 or newer (Debian, Ubuntu: sudo apt-get install git)' },
    ripgrep,
    { group: 'programs', name: 'others', ok: true, isNeeded: false, detail: `${there.join(', ') || 'none'}${missing.length > 0 ? `; not here: ${missing.join(', ')}` : ''}` },
  ]
}

async function findRipgrep(): Promise<Finding> {
  try {
    const { rgPath } = await import('@vscode/ripgrep')
    const found = await findVersion(rgPath)
    if (found !== undefined) return { group: 'programs', name: 'ripgrep', ok: true, isNeeded: true, detail: `${found}, comes with Writ` }
  } catch (error) {
    return { group: 'programs', name: 'ripgrep', ok: false, isNeeded: true, detail: toMessage(error), mend: 'run npm ci in the folder of Writ' }
  }
  return { group: 'programs', name: 'ripgrep', ok: false, isNeeded: true, detail: 'it comes with Writ and does not start', mend: 'run npm ci in the folder of Writ' }
}

/** The version that a program says it has; undefined where it is not there or does not start. */
async function findVersion(program: string, flag = '--version'): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, [flag], { timeout: 10_000, maxBuffer: 1_000_000 })
    return /\d+(\.\d+)+/.exec(stdout || stderr)?.[0] ?? ''
  } catch {
    return undefined // that is the finding
  }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

async function statePlace(places: Places): Promise<Finding[]> {
  const base = { group: 'places', name: 'state', isNeeded: true } as const
  try {
    await mkdir(places.state, { recursive: true, mode: 0o700 })
    await access(places.state, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = await statfs(places.state)
    const free = bavail * bsize
    const detail = `${places.state}, ${(free / 1024 ** 3).toFixed(1)} GiB free`
    return [free >= leastFree ? { ...base, ok: true, detail } : { ...base, ok: false, detail, mend: 'free some space, or set XDG_STATE_HOME to a place that has some' }]
  } catch (error) {
    return [{ ...base, ok: false, detail: `${places.state} cannot be written: ${toMessage(error)}`, mend: 'make it writable, or set XDG_STATE_HOME to a place that is' }]
  }
}

/** Names of variables, never what they hold. */
async function solver(places: Places): Promise<Finding[]> {
  const base = { group: 'solver', name: 'solver', isNeeded: false } as const
  try {
    const config = await readConfig(places)
    const { findModel, explainNoModel } = await import('../../adapters/model-ai-sdk/providers.ts')
    const found = findModel({ id: config.values.model, env: process.env })
    const from = config.values.model ? `named in ${config.path}` : process.env.WRIT_MODEL ? 'named in WRIT_MODEL' : 'the provider configured in the environment'
    if (found) return [{ ...base, ok: true, detail: `${found.provider}/${found.model}, ${from}; variables set: ${(await listVariables()).join(', ') || 'none'}` }]
    return [{ ...base, ok: true, detail: `built-in repair: ${explainNoModel(process.env)}` }]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return [{ ...base, ok: false, detail: toMessage(error), mend: 'set what is missing, or use --solver repair' }]
  }
}

async function listVariables(): Promise<string[]> {
  return Object.keys(process.env).filter((name) => /^(OPENAI|ANTHROPIC|AZURE|GOOGLE|GEMINI|OLLAMA|LMSTUDIO|VLLM|LLAMACPP)_\w*(KEY|TOKEN|URL|NAME)$|^WRIT_MODEL$/.test(name) && process.env[name] !== '').sort()
}

async function sandbox(places: Places): Promise<Finding[]> {
  try {
    const box = await openSandbox(places)
    const { ok, findings } = await box.probe()
    // What the driver can do without is not needed: it says so by being ok all the same.
    return findings.map((finding) => ({ ...finding, group: 'sandbox', isNeeded: !ok }))
  } catch (error) {
    return [{ group: 'sandbox', name: 'sandbox', ok: false, isNeeded: true, detail: toMessage(error), ...(error instanceof Fault ? {} : { mend: 'report this' }) }]
  }
}

/** Only where a cap is configured: measuring a large state folder takes a moment. */
async function retentionCap(places: Places): Promise<Finding[]> {
  const base = { group: 'places', name: 'retention', isNeeded: false } as const
  try {
    const most = (await readConfig(places)).values.retention?.max_gb
    if (most === undefined) return []
    const { measure } = await import('../../adapters/process/disk-usage.ts')
    const bytes = await measure(places.state)
    const detail = `${toSize(bytes)} of the ${toSize(most * 1e9)} that retention.max_gb allows`
    return [bytes <= most * 1e9 ? { ...base, ok: true, detail } : { ...base, ok: false, detail, mend: 'writ clean' }]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // What is wrong with the configuration is told with the solver.
    return []
  }
}

/** What dead runs left behind; each is named, and none keeps a run from working. */
async function leftovers(): Promise<Finding[]> {
  const base = { group: 'leftovers', name: 'left behind', isNeeded: false } as const
  try {
    const { findLeftovers, listAllRuns } = await import('../cleaning.ts')
    const record = await openRecord()
    const runs = await listAllRuns(record)
    const found = await findLeftovers(record, runs)
    const { findForeignWorktrees } = await import('../../adapters/workspace-git/leftovers.ts')
    const foreign = [...new Set(runs.map((each) => each.repository))].flatMap((root) => findForeignWorktrees(root, record.places.state))
      .map((at): Finding => ({ ...base, name: 'worktree', ok: false, detail: `${at} leads into the state folder; Writ did not make it`, mend: 'look at it, then git worktree remove' }))
    if (found.length + foreign.length === 0) return [{ ...base, ok: true, detail: 'nothing: no process, mount, worktree, lock or folder of a dead run' }]
    return [...foreign, ...found.map((each) => ({ ...base, name: each.kind, ok: false, detail: `${each.name}${each.run ? ` of ${each.run}` : ''}: ${each.why}${each.bytes > 0 ? `, ${toSize(each.bytes)}` : ''}`, mend: 'writ clean' }))]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return [{ ...base, ok: false, detail: `could not be looked for: ${toMessage(error)}`, mend: 'look at the permissions of the state folder' }]
  }
}

const titles = { programs: 'Programs', places: 'Places', solver: 'Solver', sandbox: 'Sandbox', leftovers: 'Left behind' } as const

function toText(findings: readonly Finding[], ok: boolean): string {
  const paint = isTerminal() ? painter(process.stdout) : (_: unknown, text: string) => text
  const width = Math.max(...findings.map((finding) => finding.name.length))
  const lines: string[] = []
  for (const group of ['programs', 'places', 'solver', 'sandbox', 'leftovers'] as const) {
    lines.push(paint('bold', titles[group]))
    for (const finding of findings.filter((each) => each.group === group)) {
      const mark = finding.ok ? paint('green', '✓') : finding.isNeeded ? paint('red', '✗') : paint('yellow', '–')
      lines.push(`${mark} ${oneLine(finding.name, 40).padEnd(width)}  ${oneLine(finding.detail, 1000)}`)
      if (!finding.ok && finding.mend) lines.push(`  ${' '.repeat(width)}  → ${oneLine(finding.mend, 1000)}`)
    }
    lines.push('')
  }
  lines.push(ok ? paint('green', 'Runs can work here.') : paint('red', 'Runs cannot work here yet: mend what is marked ✗.'))
  return `${lines.join('\n')}\n`
}
