import { lastPart } from './test-places.ts'

/**
 * Files that decide what a runner does. `always` ones are pinned and may not newly appear; the others only when the text of
 * the checks (commands and the scripts they lead to) speaks of the tool.
 */
interface Kind {
  readonly names: RegExp
  readonly why: string
  readonly when?: RegExp
}

const script = '(?:[cm]?[jt]s|json[c5]?|ya?ml|toml)'

const kinds: readonly Kind[] = [
  { names: /^(conftest|sitecustomize|usercustomize)\.py$/, why: 'Python and pytest load it by themselves' },
  { names: /\.pth$/, why: 'Python runs it at start-up' },
  { names: /^(\.?pytest\.(ini|toml)|tox\.ini|setup\.cfg|pyproject\.toml|noxfile\.py|\.coveragerc|\.?hatch\.toml)$/, why: 'it configures Python test runners' },
  { names: new RegExp(`^(jest|vitest|vite|vitest\\.workspace|vite\\.workspace|playwright|cypress|karma(\\.conf)?|ava|babel|wtr|web-test-runner|rolldown|node)\\.(config|setup|workspace|json|conf)(\\.[\\w-]+)?(\\.${script})?$`), why: 'it configures JavaScript test runners' },
  { names: new RegExp(`^(jest|vitest|mocha|test)[.-]?(setup|env|environment|preset|global)[\\w.-]*\\.${script}$`, 'i'), why: 'test runners load it before the tests' },
  { names: new RegExp(`^\\.(mocharc|babelrc|taprc|nycrc|c8rc|swcrc|avarc|jestrc|jasmine)(\\.${script})?$`), why: 'it configures JavaScript test runners' },
  { names: /^(babel\.config|ava\.config|karma\.conf)\.[cm]?[jt]s$/, why: 'it configures JavaScript test runners' },
  { names: /^[jt]sconfig(\.[\w.-]+)?\.json$/, why: 'it decides how modules are found and compiled' },
  { names: /^(\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.[cm]?js|pnpm-workspace\.yaml|lerna\.json|nx\.json|turbo\.json|\.pnp\.[\w.]+|bunfig\.toml|deno\.jsonc?)$/, why: 'it configures the package manager that starts the tests' },
  { names: /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|Pipfile(\.lock)?|Cargo\.lock|go\.sum|go\.work(\.sum)?|composer\.lock|Gemfile(\.lock)?)$/, why: 'it fixes the versions of what the tests use' },
  { names: /^\.env(\.(?!example|sample|template).+)?$/, why: 'test runners read it' },
  { names: /^(GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|Taskfile\.ya?ml|Rakefile)$/, why: 'it defines how the tests are started' },
  { names: /^(Cargo\.toml|build\.rs|rust-toolchain(\.toml)?|go\.mod|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.properties|composer\.json|phpunit\.xml(\.dist)?|\.rspec|[\w.-]+\.(csproj|sln|fsproj)|Directory\.Build\.(props|targets)|mix\.exs|CMakeLists\.txt)$/, why: 'it tells the build tool what the tests are' },
  { names: /^(\.?eslintrc(\..+)?|eslint\.config\.[cm]?[jt]s|\.?oxlintrc\.json|biome\.jsonc?)$/, why: 'it configures a check', when: /eslint|oxlint|biome|lint/ },
  { names: /^(\.?ruff\.toml|mypy\.ini|\.mypy\.ini|\.flake8|\.pylintrc|pyrightconfig\.json)$/, why: 'it configures a check', when: /ruff|mypy|flake8|pylint|pyright|lint/ },
  { names: /^(\.prettierrc(\..+)?|prettier\.config\.[cm]?[jt]s|\.prettierignore|\.editorconfig)$/, why: 'it configures a check', when: /prettier|format/ },
]

/** A sentence when runners, package managers or build tools take orders from the file; `text` is what the checks say. */
export function whyConfiguration(path: string, text: string): string | undefined {
  const name = lastPart(path)
  if (/(^|\/)\.cargo\/config(\.toml)?$/.test(path)) return 'it configures cargo'
  const kind = kinds.find((one) => one.names.test(name) && (one.when === undefined || one.when.test(text)))
  return kind?.why
}
