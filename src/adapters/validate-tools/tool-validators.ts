import type { Validator } from '../../engine/ports/validation.ts'
import { biomeFormat, biomeLint } from './biome.ts'
import { dotnetBuild, dotnetFormat } from './dotnet.ts'
import { eslint } from './eslint.ts'
import { goVet, gofmt, golangciLint } from './go.ts'
import { javac } from './javac.ts'
import { oxlint } from './oxlint.ts'
import { prettier } from './prettier.ts'
import { black, ruff, ruffFormat } from './python-style.ts'
import { mypy, pyright } from './python-types.ts'
import { rubocop } from './rubocop.ts'
import { cargoCheck, cargoFmt, clippy } from './rust.ts'
import { shellcheck } from './shellcheck.ts'
import { stylelint } from './stylelint.ts'
import { toolValidator } from './tool-validator.ts'
import { tsc, vueTsc } from './typescript.ts'

/** The tools that a repository may use itself: types first, then lint, then format. */
export function toolValidators(): readonly Validator[] {
  return [
    tsc, vueTsc, pyright, mypy, goVet, cargoCheck, javac, dotnetBuild,
    eslint, biomeLint, oxlint, ruff, golangciLint, clippy, rubocop, shellcheck, stylelint,
    prettier, biomeFormat, ruffFormat, black, gofmt, cargoFmt, dotnetFormat,
  ].map(toolValidator)
}
