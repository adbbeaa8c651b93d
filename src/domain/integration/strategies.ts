import type { MergeStrategy } from '../../protocol/integration.ts'
import { isInScope } from '../contract/in-scope.ts'

const regenerate = (paths: readonly string[], needs: string, command: string): MergeStrategy => ({ paths: [...paths], use: 'regenerate', needs, command })

/**
 * What is done without any setting. Commands run offline, change nothing but their file, and start nothing that a package brings;
 * where the program is missing or fails, the conflict stays.
 */
export const builtInStrategies: readonly MergeStrategy[] = [
  regenerate(['**/package-lock.json', '**/npm-shrinkwrap.json'], 'npm', 'npm install --package-lock-only --ignore-scripts --no-audit --no-fund --offline'),
  regenerate(['**/yarn.lock'], 'yarn', 'yarn install --mode=update-lockfile'),
  regenerate(['**/pnpm-lock.yaml'], 'pnpm', 'pnpm install --lockfile-only --ignore-scripts --offline'),
  regenerate(['**/Cargo.lock'], 'cargo', 'cargo update --workspace --offline'),
  regenerate(['**/poetry.lock'], 'poetry', 'poetry lock'),
  regenerate(['**/uv.lock'], 'uv', 'uv lock --offline'),
  regenerate(['**/Gemfile.lock'], 'bundle', 'bundle lock --local'),
  regenerate(['**/composer.lock'], 'composer', 'composer update --lock --no-install --no-scripts --no-plugins'),
  // A set of lines: more of them than needed do no harm, and go itself merges it like this.
  { paths: ['**/go.sum', '**/go.work.sum'], use: 'union' },
]

/** The first that names the path; a setting comes before what is built in. */
export function findStrategy(strategies: readonly MergeStrategy[], path: string): MergeStrategy | undefined {
  return [...strategies, ...builtInStrategies].find(({ paths }) => isInScope(paths, path))
}
