import { findSolverWish } from '../solver-choice.ts'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { defaultBudget } from '../../domain/contract/draft.ts'
import { toMoney } from '../../domain/report/words.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { readConfig, recordDefaults, type Config } from '../config.ts'
import { getPlaces } from '../places.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'

interface Row {
  readonly name: string
  readonly value: string | number | undefined
  /** Where the value comes from, in words. */
  readonly source: string
}

/** `writ config`: what would be in force for a run started now, and why. Values of secrets are never shown. */
export async function configCommand(options: { readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const places = getPlaces(process.env)
  const config = await readConfig(places)
  const rows: readonly Row[] = [...(await solverRows(config)), ...boundRows(config), ...(await sandboxRows(config)), ...retentionRows(config), ...recordRows(config)]
  const from = (variable: string): string => (process.env[variable]?.startsWith('/') ? variable : 'default')
  const paths: readonly Row[] = [
    { name: 'state', value: places.state, source: from('XDG_STATE_HOME') },
    { name: 'configuration', value: config.path, source: config.present ? 'read' : 'not there' },
  ]
  const project = findProjectFolder(resolve(options.repo ?? process.cwd()))
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ values: toObject(rows), paths: toObject(paths), project: project ? { path: project, used: false } : null }, undefined, 2)}\n`)
      return 0
    }
    const paint = isTerminal() ? painter(process.stdout) : (_: unknown, text: string) => text
    const all = [...rows, ...paths]
    const width = Math.max(...all.map((row) => row.name.length))
    const lines = [...all].map((row) => `${row.name.padEnd(width)}  ${row.value === undefined ? 'none' : oneLine(String(row.value), 300)}  ${paint('dim', `(${oneLine(row.source, 300)})`)}`)
    lines.splice(rows.length, 0, '')
    lines.push('', project ? `${oneLine(project, 500)}: configuration there is ignored; its policy, hooks and specialists count once you trust them (writ policy trust).` : 'Configuration in a repository (.writ/) is ignored; policy, hooks and specialists there count once you trust them (writ policy trust).')
    lines.push('Flags of a command win over the configuration file, and it wins over the defaults.')
    await print(`${lines.join('\n')}\n`)
    return 0
  })
}

async function solverRows({ values, path }: Config): Promise<Row[]> {
  const { findModel, explainNoModel } = await import('../../adapters/model-ai-sdk/providers.ts')
  const source = values.model ? path : process.env.WRIT_MODEL ? 'WRIT_MODEL' : 'the only provider that is configured in the environment'
  const { wish, source: from } = findSolverWish(undefined, values, process.env)
  const wished: Row = { name: 'solver', value: wish, source: from === 'configuration' ? path : from }
  let rows: Row[]
  try {
    const found = findModel({ id: values.model, env: process.env })
    rows = found
      ? [wished, { name: 'model', value: `${found.provider}/${found.model}`, source }]
      : [wished.value === 'auto' ? { name: 'solver', value: 'repair', source: explainNoModel(process.env) } : wished, { name: 'model', value: undefined, source: 'default' }]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    rows = [wished, { name: 'model', value: values.model ?? process.env.WRIT_MODEL, source: `cannot be used: ${toMessage(error)}` }]
  }
  const tiers = (['small', 'large'] as const).map((tier) => ({ name: `models.${tier}`, value: values.models?.[tier], source: values.models?.[tier] ? path : "the run's own model" }))
  const workers = values.repair?.workers
  return [...rows, ...tiers, { name: 'repair.workers', value: workers, source: workers === undefined ? 'default: as many as cores and memory allow' : path }, { name: 'effort', value: values.effort, source: values.effort ? path : "the provider's own default" }]
}

function boundRows({ values, path }: Config): Row[] {
  return [
    { name: 'max_turns', value: values.max_turns ?? defaultBudget.maxTurns, source: values.max_turns === undefined ? 'default' : path },
    { name: 'max_idle_turns', value: defaultBudget.maxIdleTurns, source: 'default' },
    { name: 'max_budget_usd', value: values.max_budget_usd === undefined ? undefined : toMoney(values.max_budget_usd), source: values.max_budget_usd === undefined ? 'default' : path },
  ]
}

async function sandboxRows({ values, path }: Config): Promise<Row[]> {
  const { shellDefaults } = await import('../../adapters/tool-shell/shell.ts')
  const own = values.sandbox ?? {}
  const { memoryMb, timeoutMs, pids } = shellDefaults.limits
  return [
    { name: 'sandbox.memory_mb', value: own.memory_mb ?? memoryMb, source: own.memory_mb === undefined ? 'default' : path },
    { name: 'sandbox.timeout_seconds', value: own.timeout_seconds ?? timeoutMs / 1000, source: own.timeout_seconds === undefined ? 'default' : path },
    { name: 'sandbox.pids', value: own.pids ?? pids, source: own.pids === undefined ? 'default' : path },
  ]
}

function retentionRows({ values, path }: Config): Row[] {
  const { days, max_gb: maxGb } = values.retention ?? {}
  return [
    { name: 'retention.days', value: days, source: days === undefined ? 'default: nothing is pruned for its age' : path },
    { name: 'retention.max_gb', value: maxGb, source: maxGb === undefined ? 'default: no cap' : path },
  ]
}

function recordRows({ values, path }: Config): Row[] {
  const { variables, files } = values.secrets ?? {}
  return [
    { name: 'record.max_mb', value: values.record?.max_mb ?? recordDefaults.maxMb, source: values.record?.max_mb === undefined ? 'default' : path },
    { name: 'secrets.variables', value: variables?.join(', '), source: variables === undefined ? 'only those whose names say so' : `${path}, beside those whose names say so` },
    { name: 'secrets.files', value: files?.join(', '), source: files === undefined ? 'only .env, keys and the like' : `${path}, beside .env, keys and the like` },
  ]
}

/** The nearest `.writ/` at or above a directory. */
function findProjectFolder(start: string): string | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    const folder = join(directory, '.writ')
    if (existsSync(folder)) return folder
    if (dirname(directory) === directory) return undefined
  }
}

function toObject(rows: readonly Row[]): { [name: string]: { value: string | number | null; source: string } } {
  return Object.fromEntries(rows.map((row) => [row.name, { value: row.value ?? null, source: row.source }]))
}
