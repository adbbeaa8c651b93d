import { findLastCommand, type LastCommand } from './shell-words.ts'

/** `scripts` of the package.json at the root; empty where there is none. */
export type Scripts = Readonly<Record<string, string>>

export interface ResolvedCommand {
  /** The command that finally runs the tests, where it could be followed there. */
  readonly last: LastCommand
  /** How many package scripts lie between what was asked and `last`. */
  readonly depth: number
  /** The package manager of the outermost script. */
  readonly manager: 'npm' | 'yarn' | 'pnpm' | 'bun' | undefined
}

const managers = ['npm', 'yarn', 'pnpm', 'bun'] as const
const maxDepth = 4

/** The script that `npm test`, `yarn run x`, … run; undefined for anything with options that we do not follow. */
function findScriptCall(words: readonly string[], scripts: Scripts): { name: string; extra: readonly string[]; manager: (typeof managers)[number] } | undefined {
  const manager = managers.find((name) => name === words[0])
  if (manager === undefined) return undefined
  const rest = words.slice(1).filter((word) => word !== '-s' && word !== '--silent')
  const isRun = rest[0] === 'run' || rest[0] === 'run-script'
  const name = isRun ? rest[1] : rest[0] === 't' || rest[0] === 'tst' ? 'test' : rest[0]
  if (name === undefined || scripts[name] === undefined) return undefined
  if (!isRun && (manager === 'npm' || manager === 'bun') && !['test', 'start'].includes(name)) return undefined
  // `bun test` is bun's own runner, not a script.
  if (manager === 'bun' && !isRun) return undefined
  const after = rest.slice(isRun ? 2 : 1)
  if (after[0] === '--') return { name, extra: after.slice(1), manager }
  return after.length === 0 || manager !== 'npm' ? { name, extra: after, manager } : undefined
}

/** Follows package scripts to the command that runs the tests. */
export function resolveScript(command: string, scripts: Scripts): ResolvedCommand | undefined {
  let last = findLastCommand(command)
  let manager: ResolvedCommand['manager']
  for (let depth = 0; last !== undefined; depth++) {
    const call = findScriptCall(last.words, scripts)
    if (call === undefined) return { last, depth, manager }
    if (depth >= maxDepth) return undefined
    manager ??= call.manager
    const inner = findLastCommand(scripts[call.name] ?? '')
    if (inner === undefined) return undefined
    const before = scripts[`pre${call.name}`]
    const pre = before === undefined ? '' : `( ${before} ) && `
    last = {
      head: last.head + pre + inner.head,
      assignments: [...last.assignments, ...inner.assignments],
      words: [...inner.words, ...call.extra],
    }
  }
  return undefined
}
