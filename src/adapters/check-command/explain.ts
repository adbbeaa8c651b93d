import { findLackingModules } from '../../domain/proof/load-errors.ts'
import type { TestReport } from '../../protocol/evidence.ts'
import type { RunnerName } from './plan-command.ts'

/** Sentences about why nothing could be run, from what shells, Node, Python and npm print. */
const missing: readonly { readonly pattern: RegExp; readonly say: (name: string) => string }[] = [
  { pattern: /(?:sh|bash)(?:: line \d+)?(?:: \d+)?: ([^\s:]+): (?:command )?not found/, say: (name) => `no test runner: ${name} is not installed` },
  { pattern: /No module named '?(pytest|unittest|nose2?|tox|nox)'?/, say: (name) => `no test runner: ${name} is not installed` },
  { pattern: /env: [‘'"]?([^\s’'"]+)[’'"]?: No such file or directory/, say: (name) => `${name} is not installed` },
  { pattern: /Missing script: "?([^"\n]+)"?/, say: (name) => `package.json has no script named ${name}` },
  { pattern: /No rule to make target [`']([^']+)'/, say: (name) => `the Makefile has no target ${name}` },
  { pattern: /ENOTCACHED[\s\S]*?request to \S+\/(\S+) failed/, say: (name) => `no test runner: ${decodeURIComponent(name)} is not installed` },
  { pattern: /npm (?:error|ERR!) could not determine executable to run/, say: () => 'no test runner: npx found no such package' },
  { pattern: /npx canceled due to missing packages(?: and no YES option)?: \["?([^\]"@]+)/, say: (name) => `no test runner: ${name} is not installed` },
  { pattern: /Cannot find (?:package|module) '((?:vitest|jest|mocha|ava|tap|tape|tsx|ts-node|c8)[^']*)'/, say: (name) => `no test runner: ${name} is not installed` },
  { pattern: /Cannot find module '[^'\n]*node_modules\/(?:\.bin\/)?([\w@.-]+)[^'\n]*'/, say: (name) => `no test runner: ${name} is not installed` },
]

/** One sentence when the command could not be run at all; undefined when it ran and failed. */
export function explainMissing(exitCode: number | undefined, output: string, sawTests: boolean): string | undefined {
  if (exitCode === undefined || exitCode === 0 || sawTests) return undefined
  for (const { pattern, say } of missing) {
    const match = pattern.exec(output)
    if (match !== null) return say(match[1] ?? '')
  }
  if (exitCode === 127) return 'a program that the command needs is not installed'
  if (exitCode === 126) return 'the command is there but cannot be executed: is it marked executable?'
  return undefined
}

/** One sentence when no test file could be loaded, each for want of a module that is not there. */
export function explainUnloadable(exitCode: number | undefined, report: TestReport | undefined): string | undefined {
  const names = exitCode === 0 || report === undefined ? undefined : findLackingModules(report.cases)
  if (names === undefined) return undefined
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '')
  return `no test could be loaded: ${names.length === 1 ? 'there is no module' : 'there are no modules'} ${shown}; install what is missing, or give a check that says where the modules lie (PYTHONPATH=src, a build first, …)`
}

/** pytest's exit code 5, and its like: the runner worked and found nothing. */
export function explainNoTests(exitCode: number | undefined, output: string, runner: RunnerName | undefined): string | undefined {
  if (exitCode === 5 && (runner === 'pytest' || /no tests ran|NO TESTS RAN/i.test(output))) return 'the runner found no tests (exit code 5)'
  if (/^Ran 0 tests in /m.test(output)) return 'the runner found no tests'
  return undefined
}

/** Did Node refuse our reporter because the command names reporters of its own, or is it too old to take one? */
export function refusedReporter(output: string): 'number' | 'too-old' | undefined {
  if (/argument '--test-reporter' must match the number of specified '--test-reporter-destination'/.test(output)) return 'number'
  if (/--test-reporter(?:-destination)?=?\S* is not allowed in NODE_OPTIONS|bad option: --test-reporter/.test(output)) return 'too-old'
  return undefined
}
