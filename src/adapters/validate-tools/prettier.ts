import { lastWords } from './tool-command.ts'
import { hasAny, type Tool } from './tool-validator.ts'

const configured = hasAny(...['', '.json', '.json5', '.yml', '.yaml', '.toml', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'].map((ending) => `.prettierrc${ending}`), ...['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `prettier.config.${ending}`))

export const prettier: Tool = {
  id: 'prettier', program: 'prettier', from: 'npm', on: 'files', stream: 'stdout',
  concerns: /\.([cm]?[jt]sx?|jsonc?|json5|css|scss|less|html|vue|svelte|astro|mdx?|ya?ml|graphql|hbs)$/,
  isUsed: async (repository, folder) => (await configured(repository, folder)) || (await repository.packageSays(folder, 'prettier')) || repository.packageNeeds(folder, 'prettier'),
  words: async () => [['--list-different', '--ignore-unknown', '--no-error-on-unmatched-pattern']],
  read(output, settings) {
    // What does not parse is another validator's finding; any other fault means that it could not look.
    const faults = output.stderr.split('\n').filter((line) => /^\[error\] \S/.test(line) && !/^\[error\] (.*: SyntaxError|>? *\d+ \|| +\|)/.test(line))
    if (output.exitCode > 2 || (output.exitCode === 2 && (faults.length > 0 || output.stderr === ''))) return { failed: lastWords(faults[0] ?? output.stderr) }
    return output.text.split('\n').filter((line) => line !== '').map((line) => ({
      path: output.toPath(line), rule: 'format', message: 'is not formatted as prettier does it; run prettier --write', severity: settings.format,
    }))
  },
}
