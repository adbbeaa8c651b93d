import type { CommandPlan } from './plan-command.ts'

/** Where our files lie inside the sandbox. */
export const reportersAt = '/run/writ/reporters'

/** Ways to ask node:test for our reporter beside the one the command asks for; the numbers of names and places must match. */
export type NodeReporting = 'beside-spec' | 'beside-theirs' | 'alone' | 'none'

export function firstReporting(plan: CommandPlan): NodeReporting {
  switch (plan.nodeReporter) {
    case 'none':
      return 'beside-spec'
    case 'name-only':
      return 'beside-theirs'
    case 'with-destination':
      return 'alone'
  }
}

/** The next way to try when Node refused this one. */
export const nextReporting: Record<NodeReporting, NodeReporting | undefined> = {
  'beside-spec': 'beside-theirs',
  'beside-theirs': 'alone',
  alone: 'none',
  none: undefined,
}

function nodeOptions(way: NodeReporting, report: string): string {
  const ours = `--test-reporter=${reportersAt}/node.mjs --test-reporter-destination=${report}/unused`
  switch (way) {
    case 'beside-spec':
      return `${ours} --test-reporter=spec --test-reporter-destination=stdout`
    case 'beside-theirs':
      return `${ours} --test-reporter-destination=stdout`
    case 'alone':
      return ours
    case 'none':
      return ''
  }
}

/**
 * The check's environment is ours alone: whatever could load code or change a runner from outside the command is set here,
 * to nothing where we do not need it. npm's settings win over a `.npmrc` in the repository this way.
 */
export function toEnvironment(options: { readonly way: NodeReporting; readonly report: string; readonly home: string; readonly offline: boolean }): Record<string, string> {
  const node = nodeOptions(options.way, options.report)
  return {
    CI: '1',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    TERM: 'dumb',
    WRIT_REPORT: options.report,
    WRIT_ROOT: options.home,
    NODE_OPTIONS: node,
    NODE_PATH: '',
    PYTHONPATH: `${reportersAt}/python`,
    PYTHONSTARTUP: '',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONHASHSEED: '0',
    PYTHONUNBUFFERED: '1',
    // One file that cannot be imported shall not hide the names of all others.
    PYTEST_ADDOPTS: '-p writ_pytest --continue-on-collection-errors',
    PYTEST_PLUGINS: '',
    BASH_ENV: '',
    ENV: '',
    npm_config_node_options: node,
    npm_config_script_shell: '/bin/sh',
    npm_config_if_present: 'false',
    npm_config_ignore_scripts: 'false',
    npm_config_userconfig: '/dev/null',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // Without a network, `npx` of something that is not installed shall say so at once.
    npm_config_offline: String(options.offline),
    CARGO_TERM_COLOR: 'never',
  }
}
